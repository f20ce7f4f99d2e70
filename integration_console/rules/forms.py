"""The small forms of Clever Data Integration Settings. They validate and nothing else."""

from django import forms

from integration_console.rules.desk import NAMES

BIGGEST = 2**63 - 1


class SeenForm(forms.Form):
    """The version that the person had before the eyes: the draft, else the published one."""

    seen = forms.IntegerField(
        required=False, min_value=0, max_value=BIGGEST, widget=forms.HiddenInput
    )


class PublishForm(SeenForm):
    """`over` names the version that somebody published meanwhile and that was looked at."""

    over = forms.IntegerField(
        required=False, min_value=0, max_value=BIGGEST, widget=forms.HiddenInput
    )


class AutomaticForm(forms.Form):
    """Automatically Update During Daily Operations: the types whose box is ticked."""

    on = forms.MultipleChoiceField(
        required=False, choices=[(data_type.value, name) for data_type, name in NAMES.items()]
    )


class SampleForm(forms.Form):
    """For which local field a sample is wanted."""

    field = forms.CharField(max_length=50)
