"""The form of Support's leave. It validates and nothing else."""

from datetime import timedelta

from django import forms

HOURS = {"1": "1 hour", "4": "4 hours", "24": "1 day", "72": "3 days"}


class TakeForm(forms.Form):
    """Why Support looks in, and for how long."""

    reason = forms.CharField(
        label="Why do you have to see people of this district?",
        help_text="The district's owners read this, also in a mail. No names, please.",
        max_length=300,
        error_messages={
            "required": "Write why; the district's owners read it.",
            "max_length": "Say it in 300 characters.",
        },
    )
    hours = forms.ChoiceField(
        label="For how long?",
        choices=list(HOURS.items()),
        error_messages={
            "required": "Choose for how long.", "invalid_choice": "Choose one of these times.",
        },
    )  # fmt: skip

    @property
    def lasts(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["hours"]))
