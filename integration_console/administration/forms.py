"""The forms of District Administration. They validate and nothing else."""

import calendar
from typing import Any

from django import forms

from schools.actions import LONGEST_TERM
from schools.models import District
from schools.queries import RENAMABLE
from schools.targets import TARGETS

LONGEST_PASTE = 2000


class TerminologyForm(forms.Form):
    """One field for each of our fields that a district may rename; blank gives back our name."""

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in RENAMABLE:
            ours = TARGETS[key].label
            self.fields[key] = forms.CharField(
                label=f"Your name for {ours}",
                help_text=f"Leave it empty to call the field {ours}, as we do.",
                required=False,
                max_length=LONGEST_TERM,
                initial=district.terminology.get(key, ""),
                error_messages={
                    "max_length": f"Your name for {ours}: {LONGEST_TERM} characters at most."
                },
            )


class RolloverForm(forms.Form):
    """The day on which the next school year begins. `sure` is the answer to what would change.

    `moves` says by how many years the class years would move at once, once somebody has looked.
    """

    moves = 0
    month = forms.TypedChoiceField(
        label="Month",
        coerce=int,
        choices=[(n, calendar.month_name[n]) for n in range(1, 13)],
        error_messages={"invalid_choice": "Month: choose one of the list."},
    )
    day = forms.IntegerField(
        label="Day",
        min_value=1,
        max_value=31,
        error_messages={
            "invalid": "Day: write a number from 1 to 31.",
            "min_value": "Day: write a number from 1 to 31.",
            "max_value": "Day: write a number from 1 to 31.",
        },
    )
    sure = forms.BooleanField(required=False, label="Yes, move these class years")


class DistrictIdForm(forms.Form):
    """What somebody copied in Clever: the District ID or the complete URL (B39)."""

    district_id = forms.CharField(
        label="District ID",
        help_text="Paste the District ID or the complete URL of the Instant Login Link.",
        max_length=LONGEST_PASTE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Paste the District ID or the complete URL that you copied in Clever.",
            "max_length": "This is too long to be a link of Clever. Copy the Instant Login Link.",
        },
    )
