"""Forms about locks and protected people. They validate and nothing else."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from imports.forms import choices, one_of_the_list
from integration_console.people.forms import BIGGEST
from schools.filters import offer_schools, school_field, search_field
from schools.models import District

MOVED = (
    "The list has changed since you looked: the number is another now. Nothing was done."
    " Look at it once more."
)
STATES = (
    ("on", "Locked now"),
    ("differs", "Clever says otherwise"),
    ("ending", "Ends within 14 days"),
    ("for_good", "Without an end"),
    ("over", "Over"),
)
SORTS = (("newest", "Newest first"), ("oldest", "Oldest first"), ("ending", "Ending first"))


def reason_field(label: str = "Reason", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=300,
        help_text="Whoever comes after you reads it here." if required else "",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": f"{label}: say why, so that whoever comes after you knows.",
            "max_length": f"{label}: 300 characters at most.",
        },
    )


class LastDayField(forms.DateField):
    """The last day of a lock; read as the moment at which it ends in the district."""

    def __init__(self, label: str = "Until", **more: Any) -> None:
        self.zone = ZoneInfo("UTC")
        super().__init__(
            label=label,
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}),
            error_messages={"invalid": f"{label}: choose a day, as in 2026-11-22."},
            **more,
        )

    def clean(self, value: Any) -> datetime | None:
        day: date | None = super().clean(value)
        if day is None:
            return None
        if day < timezone.now().astimezone(self.zone).date() or day.year > 2200:
            raise ValidationError(f"{self.label}: choose today or a later day, or none at all.")
        after = day + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=self.zone)


class OfDistrict(forms.Form):
    """A form whose days are those of the district."""

    def __init__(self, data: QueryDict | None, *, district: District, **more: Any) -> None:
        super().__init__(data, **more)
        for field in self.fields.values():
            if isinstance(field, LastDayField):
                field.zone = ZoneInfo(district.time_zone)


class LockForm(OfDistrict):
    """Which fields to lock, why and until when. `fields` are {key: label}."""

    lock = forms.MultipleChoiceField(
        label="Fields",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Fields: tick at least one.",
            "invalid_choice": "Fields: choose among those of the list.",
        },
    )
    reason = reason_field()
    until = LastDayField(
        help_text="The lock ends by itself after this day; leave it empty for none."
    )

    def __init__(self, data: QueryDict | None, *, fields: Mapping[str, str], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["lock"].choices = list(fields.items())  # type: ignore[attr-defined]


class UnlockForm(forms.Form):
    """Why a lock is taken away, if there is anything to say."""

    reason = reason_field(required=False)


class ProtectForm(forms.Form):
    """Why somebody is never in Clever."""

    reason = reason_field()


class Counted(OfDistrict):
    """A form for so many at once; it is refused when the number is another by now."""

    expected = forms.IntegerField(min_value=0, max_value=BIGGEST, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, *, count: int, **more: Any) -> None:
        super().__init__(data, **more)
        self.count = count

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "expected" in cleaned and cleaned["expected"] != self.count:
            raise ValidationError(MOVED)
        return cleaned


class LockManyForm(Counted):
    """One field of many people."""

    field = forms.ChoiceField(
        label="Field",
        error_messages={**one_of_the_list("Field"), "required": "Field: choose one of the list."},
    )
    reason = reason_field()
    until = LastDayField(
        help_text="The locks end by themselves after this day; leave it empty for none."
    )

    def __init__(self, data: QueryDict | None, *, fields: Mapping[str, str], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["field"].choices = [("", "–"), *fields.items()]  # type: ignore[attr-defined]


class ProtectManyForm(Counted):
    """Many people who are never in Clever."""

    reason = reason_field()


class UnlockManyForm(Counted):
    """Many locks to be taken away."""

    reason = reason_field(required=False)


class ExtendManyForm(Counted):
    """Another end for many locks."""

    until = LastDayField(
        "New last day", help_text="Leave it empty for locks that last until somebody unlocks."
    )


class LocksForm(forms.Form):
    """The filter of the list of locks. Whoever sees names masked cannot search for them either."""

    q = search_field()
    field = forms.ChoiceField(
        label="Field", required=False, error_messages=one_of_the_list("Field")
    )
    school = school_field()
    by = forms.ChoiceField(
        label="Locked by", required=False, error_messages=one_of_the_list("Locked by")
    )
    state = forms.ChoiceField(
        label="Which",
        required=False,
        error_messages=one_of_the_list("Which"),
        choices=choices(list(STATES)),
    )
    sort = forms.ChoiceField(
        label="Order", required=False, choices=SORTS, error_messages=one_of_the_list("Order")
    )

    def __init__(
        self,
        data: QueryDict,
        *,
        district: District,
        fields: Mapping[str, str],
        people: Collection[str],
        searchable: bool,
    ) -> None:
        super().__init__(data)
        offer_schools(self, district)
        self.fields["field"].choices = choices(list(fields.items()))  # type: ignore[attr-defined]
        self.fields["by"].choices = choices([(by, by) for by in people])  # type: ignore[attr-defined]
        if not searchable:
            del self.fields["q"]
