"""Forms of the people pages. They validate and nothing else."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict

from core.vocabulary import DataType, Status
from integration_console.people.facts import keys_of
from schools.fields import field_for
from schools.forms import TYPES, PeopleForm
from schools.models import School
from schools.targets import STATUSES, TARGETS

BIGGEST = 2**63 - 1
SITES_SHOWN = 6
SEVERAL = "Hold Ctrl or Cmd to choose several."
MANY_AT_ONCE = 200


class PersonForm(forms.Form):
    """One record as a form: the fields of its types that its editor may see.

    `schools` are those that may be chosen; `fixed` leaves the site as it is. Each field carries
    the value with which it was shown, so that only what was really changed is written.
    """

    revision = forms.IntegerField(
        required=False, min_value=0, max_value=BIGGEST, widget=forms.HiddenInput
    )
    since = forms.IntegerField(
        required=False, min_value=0, max_value=BIGGEST, widget=forms.HiddenInput
    )
    confirmed = forms.BooleanField(
        required=False, label="This is another person: save anyway", widget=forms.HiddenInput
    )

    def __init__(
        self,
        *args: Any,
        types: Collection[DataType],
        keys: Collection[str],
        labels: Mapping[str, str],
        schools: Collection[School],
        codes: Mapping[str, Collection[str]],
        notes: Mapping[str, str],
        site_required: bool = True,
        fixed: bool = False,
        lockable: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.types, self.fixed = types, fixed
        if lockable:
            self.fields["keep"] = forms.BooleanField(
                required=False, label="Keep my values: lock what I changed"
            )
            self.fields["keep_reason"] = forms.CharField(
                required=False, max_length=300, label="Reason for the lock"
            )
        for key in keys:
            if key in ("site", "additional_sites"):
                continue
            self.fields[key] = field_for(
                TARGETS[key], labels[key], codes.get(key, ()), help_text=notes.get(key, ""),
                required=key in ("last_name", "status"), show_hidden_initial=True,
            )  # fmt: skip
        self._add_places(labels, schools, notes, site_required)

    def _add_places(
        self,
        labels: Mapping[str, str],
        schools: Collection[School],
        notes: Mapping[str, str],
        site_required: bool,
    ) -> None:
        names = [(str(s.pk), f"{s.name} ({s.site_code})") for s in schools]
        one_of = "choose one of the schools of the list."
        if not self.fixed:
            self.fields["site"] = forms.ChoiceField(
                label=labels["site"], choices=[("", "–"), *names], required=site_required,
                help_text=notes.get("site", ""), show_hidden_initial=True,
                error_messages={
                    "required": f"{labels['site']}: {one_of}",
                    "invalid_choice": f"{labels['site']}: {one_of}",
                },
            )  # fmt: skip
        label = labels["additional_sites"]
        self.fields["additional_sites"] = forms.MultipleChoiceField(
            label=label, choices=names, required=False, show_hidden_initial=True,
            help_text=f"{SEVERAL} {notes.get('additional_sites', '')}".strip(),
            widget=forms.SelectMultiple(attrs={"size": min(max(len(names), 2), SITES_SHOWN)}),
            error_messages={
                "invalid_choice": f"{label}: {one_of}", "invalid_list": f"{label}: {one_of}",
            },
        )  # fmt: skip

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """The visible fields in the groups of the person's page."""
        for title, keys in keys_of(self.types):
            bound = [self[key] for key in keys if key in self.fields]
            if bound:
                yield title, bound

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("keep") and not cleaned.get("keep_reason"):
            self.add_error("keep_reason", "Reason for the lock: say why Clever shall not decide.")
        return cleaned

    @property
    def written(self) -> list[str]:
        """The fields of the table that were changed on the page."""
        return [name for name in self.changed_data if name in TARGETS]


class LeaversForm(PeopleForm):
    """The filter of the Transferred list."""

    type = forms.ChoiceField(
        label="Type",
        required=False,
        choices=[("", "All"), *TYPES],
        error_messages={"invalid_choice": "Type: choose one of the list."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["status"]


class NumbersField(forms.Field):
    """The ids of chosen people."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        try:
            numbers = {int(text) for text in value or ()}
        except ValueError:
            numbers = {0}
        if len(numbers) > MANY_AT_ONCE or any(not 0 < number <= BIGGEST for number in numbers):
            raise ValidationError("Choose people of the list.")
        return sorted(numbers)


class PickForm(forms.Form):
    """Which people an action is for: those that are ticked, or `all` of the filtered list."""

    scope = forms.ChoiceField(required=False, choices=[("picked", ""), ("all", "")])
    pick = NumbersField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and cleaned.get("scope") != "all" and not cleaned.get("pick"):
            raise ValidationError("Nobody was chosen. Tick the people first.")
        return cleaned


class BulkForm(forms.Form):
    """What is to be done with so many people: `act` is "status", "site" or "delete"."""

    expected = forms.IntegerField(min_value=0, max_value=BIGGEST, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None, *, act: str, count: int, schools: Collection[School]
    ) -> None:
        super().__init__(data)
        self.act, self.count = act, count
        if act == "status":
            self.fields["status"] = forms.TypedChoiceField(
                label="New status", coerce=int,
                choices=[("", "–"), *((n, s) for n, s in STATUSES.items()
                                      if n != Status.TRANSFERRED)],
                error_messages={
                    "required": "New status: choose one of the list.",
                    "invalid_choice": "New status: choose one of the list.",
                },
            )  # fmt: skip
        elif act == "site":
            self.fields["site"] = forms.TypedChoiceField(
                label="New site", coerce=int,
                choices=[("", "–"), *((s.pk, f"{s.name} ({s.site_code})") for s in schools)],
                error_messages={
                    "required": "New site: choose one of the schools of the list.",
                    "invalid_choice": "New site: choose one of the schools of the list.",
                },
            )  # fmt: skip
        else:
            wrong = f"Number of records: type {count} to delete them. Nothing was deleted."
            self.fields["number"] = forms.IntegerField(
                label="Number of records", min_value=count, max_value=count,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                help_text=f"Type {count} to say that this is meant.",
                error_messages=dict.fromkeys(
                    ("required", "invalid", "min_value", "max_value"), wrong
                ),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "expected" in cleaned and cleaned["expected"] != self.count:
            raise ValidationError(
                "The list has changed since you looked: the number is another now."
                " Nothing was done. Look at it once more."
            )
        return cleaned
