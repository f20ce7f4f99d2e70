"""The form of the school calendar. It validates and nothing else."""

from typing import Any

from django import forms

from core.vocabulary import CalendarKind
from imports.school_calendar import Days

KINDS = (
    (CalendarKind.BLACKOUT.value, "Blackout: no sync by itself"),
    (CalendarKind.ADDS_ONLY.value, "Adds only: nobody is removed"),
)


def day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={
            "required": f"{label}: choose a day.",
            "invalid": f"{label}: choose a day, as in 2026-12-20.",
        },
    )


class RangeForm(forms.Form):
    """One range of days. `was` is the range as it was shown, where one is changed."""

    kind = forms.ChoiceField(
        label="What these days are for",
        choices=KINDS,
        error_messages={"invalid_choice": "What these days are for: choose one of the list."},
    )
    first = day("First day")
    last = day("Last day")
    name = forms.CharField(
        label="Name",
        help_text="Such as Winter break. It stands wherever these days are the reason.",
        max_length=60,
        error_messages={
            "required": "Name: say what these days are, such as Winter break.",
            "max_length": "Name: write 60 characters at most.",
        },
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, days: Days) -> "RangeForm":
        """The form of a range that is there already."""
        filled = {"kind": str(days.kind), "first": days.first, "last": days.last}
        return cls(initial={**filled, "name": days.name, "was": str(days)})

    @property
    def days(self) -> Days:
        wanted: dict[str, Any] = self.cleaned_data
        return Days(CalendarKind(wanted["kind"]), wanted["first"], wanted["last"], wanted["name"])
