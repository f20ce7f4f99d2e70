"""The filter of the page of problems. It validates and nothing else."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.vocabulary import DataType
from imports import words
from imports.forms import choices, one_of_the_list
from imports.standing.found import ORDERS, Wanted

MOST_PAGES = 10_000


class ProblemsForm(forms.Form):
    """Which problems are shown, and in which order."""

    who = forms.ChoiceField(
        label="Who fixes it",
        required=False,
        choices=choices([(who, label) for who, label in words.WHO_FIXES.items()]),
        error_messages=one_of_the_list("Who fixes it"),
    )
    type = forms.ChoiceField(
        label="Kind of people",
        required=False,
        choices=choices([(t.value, words.DATA_TYPES[t]) for t in DataType]),
        error_messages=one_of_the_list("Kind of people"),
    )
    code = forms.ChoiceField(
        label="Problem", required=False, error_messages=one_of_the_list("Problem")
    )
    state = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[("", "Open"), ("closed", "Closed")],
        error_messages=one_of_the_list("Show"),
    )
    order = forms.ChoiceField(
        label="Order",
        required=False,
        choices=[("" if name == "people" else name, label) for name, (label, _) in ORDERS.items()],
        error_messages=one_of_the_list("Order"),
    )
    page = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_PAGES, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, codes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = choices(list(codes))  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What a valid filter asks for; of one that is not valid, what of it is."""
        self.is_valid()
        read = self.cleaned_data
        return Wanted(
            who=read.get("who") or "",
            data_type=read.get("type") or "",
            code=read.get("code") or "",
            closed=read.get("state") == "closed",
            order=read.get("order") or "people",
            page=read.get("page") or 1,
        )
