"""The forms of the project's own pages."""

from django import forms


class DistrictsForm(forms.Form):
    """The search above the list of districts."""

    q = forms.CharField(
        label="Search by name",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
