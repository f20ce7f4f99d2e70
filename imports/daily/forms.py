"""Forms of Daily Operations. They validate and nothing else."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms

from core.vocabulary import DataType
from imports import words

LONGEST_PAUSE = timedelta(days=366)
# Those of the United States come first; of the others, those that are named after a place.
FIRST = (
    ("America/New_York", "Eastern"),
    ("America/Chicago", "Central"),
    ("America/Denver", "Mountain"),
    ("America/Phoenix", "Mountain, without daylight saving"),
    ("America/Los_Angeles", "Pacific"),
    ("America/Anchorage", "Alaska"),
    ("Pacific/Honolulu", "Hawaii"),
)
WHICH = "Choose among students, teachers and staff."


def zones() -> list[tuple[str, str]]:
    """The time zones to choose from."""
    first = [(name, f"{label} ({name})") for name, label in FIRST]
    others = sorted(name for name in available_timezones() if "/" in name)
    known = {name for name, _ in FIRST}
    return [*first, *((name, name.replace("_", " ")) for name in others if name not in known)]


class TypesForm(forms.Form):
    """The data types that are paused or go on."""

    types = forms.MultipleChoiceField(
        label="Data types",
        choices=[(t.value, words.DATA_TYPES[t]) for t in DataType],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": f"Data types: {WHICH}", "invalid_choice": WHICH},
    )

    @property
    def chosen(self) -> list[DataType]:
        return [DataType(name) for name in self.cleaned_data["types"]]


class PauseForm(TypesForm):
    """A pause: what, until which morning, and why. `today` is the district's."""

    until = forms.DateField(
        label="Syncs go on from",
        help_text="From the first moment of this day on they come by themselves again.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Syncs go on from: choose a day.",
            "invalid": "Syncs go on from: choose a day, such as 2026-09-01.",
        },
    )
    why = forms.CharField(
        label="Why",
        max_length=200,
        help_text="Shown on the overview with your name. No names of children, please.",
        error_messages={
            "required": "Why: say in a few words why nothing shall be synced.",
            "max_length": "Why: write at most 200 characters.",
        },
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["until"].widget.attrs["min"] = (today + timedelta(days=1)).isoformat()

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self.today:
            raise forms.ValidationError("Syncs go on from: choose a day that is still to come.")
        if until > self.today + LONGEST_PAUSE:
            raise forms.ValidationError("Syncs go on from: choose a day within a year.")
        return until


class ZoneForm(forms.Form):
    """The time zone of the district."""

    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=zones,
        help_text="Times of syncs are those of this zone. In spring, when an hour is left out, what"
        " would fall into it comes an hour later; in autumn nothing comes twice.",
        error_messages={
            "required": "Time zone: choose one of the list.",
            "invalid_choice": "Time zone: choose one of the list.",
        },
    )
