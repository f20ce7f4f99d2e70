"""Forms of the pages of the brakes. They validate and nothing else."""

from typing import Any

from django import forms

from imports.brake_terms import DEFAULTS
from imports.brake_words import BRAKES

SURE = "switch off"
PERCENT = "Percentage: write a number between 0 and 100, such as 12.5."
NUMBER = "Number of people: write a whole number, 0 or more."
MOST_PEOPLE = 10_000_000


class BrakeForm(forms.Form):
    """The values of one brake; what is left empty is the default's."""

    percent = forms.DecimalField(
        label="Hold when it is more than this percentage",
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        error_messages={
            **dict.fromkeys(("invalid", "min_value", "max_value", "max_digits"), PERCENT),
            "max_whole_digits": PERCENT,
            "max_decimal_places": "Percentage: at most two places after the point, such as 12.25.",
        },
    )
    number = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_PEOPLE,
        error_messages={
            **dict.fromkeys(("invalid", "min_value"), NUMBER),
            "max_value": f"Number of people: write {MOST_PEOPLE:,} at most.",
        },
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        default, words = DEFAULTS[name], BRAKES[name]
        self.fields[
            "percent"
        ].help_text = (
            f"From 0 to 100; 0 holds every single one. Empty: the default ({default.percent} %)."
        )
        if words.number:
            self.fields["number"].label = words.number
            self.fields["number"].help_text = f"Empty: the default ({default.number})."
        else:
            del self.fields["number"]

    @property
    def values(self) -> dict[str, Any]:
        """The percentage and the number that were written, None where nothing was."""
        wanted = self.cleaned_data
        return {"percent": wanted.get("percent"), "number": wanted.get("number")}


class OffForm(forms.Form):
    """Switching a brake wholly off: the words typed, and a reason."""

    sure = forms.CharField(
        label=f"Type “{SURE}”",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": f"Type “{SURE}” to be sure. The brake is still on."},
    )
    reason = forms.CharField(
        label="Reason",
        help_text="It is kept, and stands beside the brake for everybody.",
        max_length=200,
        error_messages={
            "required": "Reason: write why this brake is switched off. It is still on.",
            "max_length": "Reason: write 200 characters at most.",
        },
    )

    def clean_sure(self) -> str:
        typed: str = self.cleaned_data["sure"]
        if typed.strip().lower() != SURE:
            raise forms.ValidationError(f"Type “{SURE}” to be sure. The brake is still on.")
        return typed
