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


class BoardForm(DistrictsForm):
    """Support's list of all districts: search, order, page."""

    order = forms.ChoiceField(
        label="First",
        required=False,
        choices=[
            ("attention", "Needs somebody"),
            ("name", "By name"),
            ("last_good", "Longest without a good sync"),
            ("held", "Most changes held"),
            ("failed", "Most failed runs"),
        ],
    )
    page = forms.IntegerField(
        required=False, min_value=1, max_value=1_000_000, widget=forms.HiddenInput
    )
