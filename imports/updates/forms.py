"""Forms of the Student Updates Log. They validate and nothing else."""

from typing import Any

from django import forms

from core.vocabulary import Action, DataType
from imports import words
from imports.forms import choices, one_of_the_list
from imports.updates.found import EDITED
from schools.models import District, School
from schools.targets import TARGETS

MOST = 2**63 - 1


def day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": f"{label}: choose a day, as in 2026-11-22."},
    )


class UpdatesForm(forms.Form):
    """The filter of the log. Whoever sees names masked cannot search for them either."""

    type = forms.ChoiceField(
        required=False,
        choices=[(t.value, words.DATA_TYPES[t]) for t in DataType],
        widget=forms.HiddenInput,
    )
    q = forms.CharField(
        label="Name, ID or e-mail",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": "Name, ID or e-mail: 200 characters at most."},
    )
    field = forms.ChoiceField(
        label="Field", required=False, error_messages=one_of_the_list("Field")
    )
    school = forms.ModelChoiceField(
        label="School",
        required=False,
        queryset=School.objects.none(),
        empty_label="All",
        error_messages={"invalid_choice": "School: choose one of the district's schools."},
    )
    action = forms.ChoiceField(
        label="Action",
        required=False,
        error_messages=one_of_the_list("Action"),
        choices=choices(
            [*((a.value, words.ACTIONS[a].label) for a in Action), (EDITED, "Edited here")]
        ),
    )
    outcome = forms.ChoiceField(
        label="Outcome",
        required=False,
        error_messages=one_of_the_list("Outcome"),
        choices=choices(
            [(name, word.label) for name, word in words.UPDATES.items() if name != "tested"]
        ),
    )
    kind = forms.ChoiceField(
        label="Kind of run",
        required=False,
        error_messages=one_of_the_list("Kind of run"),
        choices=choices(
            [*((name, label) for name, label, _, _ in words.KINDS), (EDITED, "None: edited here")]
        ),
    )
    since = day("From")
    until = day("To")

    def __init__(
        self, *args: Any, district: District, searchable: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        schools = School.objects.filter(district=district).order_by("name", "pk")
        self.fields["school"].queryset = schools  # type: ignore[attr-defined]
        self.fields["field"].choices = choices(  # type: ignore[attr-defined]
            [(t.key, district.terminology.get(t.key, t.label)) for t in TARGETS.values()]
        )
        if not searchable:
            del self.fields["q"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "To: choose the same day as From, or a later one.")
        return cleaned


class BeginForm(forms.Form):
    """Where a page begins: older than this change of this run, and than this edit."""

    run = forms.IntegerField(required=False, min_value=1, max_value=MOST)
    act = forms.ChoiceField(required=False, choices=choices([(a.value, a.value) for a in Action]))
    row = forms.IntegerField(required=False, min_value=1, max_value=MOST)
    edit = forms.IntegerField(required=False, min_value=1, max_value=MOST)
