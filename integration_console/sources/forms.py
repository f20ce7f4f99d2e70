"""Forms of other sources and of the match rates. They validate and nothing else."""

from django import forms

from core.vocabulary import SourceSystem


class SwitchForm(forms.Form):
    """Which source, and whether on or off."""

    system = forms.ChoiceField(
        choices=[(system.value, system.value) for system in SourceSystem],
        error_messages={
            "required": "Choose the source to switch.",
            "invalid_choice": "Choose one of the sources on this page.",
        },
    )
    on = forms.BooleanField(required=False)


class ConfirmForm(forms.Form):
    """That somebody has compared real people, for the Clever field they have seen (A14)."""

    source = forms.CharField(max_length=100, widget=forms.HiddenInput)
    compared = forms.BooleanField(
        label="I have compared these people: it is the same student ID as before.",
        error_messages={"required": "Tick the box when you have compared the people above."},
    )
