"""Forms of unlinking and merging. They validate and nothing else."""

from collections.abc import Sequence
from typing import Any

from django import forms

from schools.filters import search_field

MOST = 2**31 - 1
AGAIN = "Look at the page again, then decide: the form was not complete."
NOT_COMPLETE = dict.fromkeys(("required", "invalid", "min_value", "max_value"), AGAIN)


class FindForm(forms.Form):
    """Which record is the double."""

    q = search_field("Name, ID or e-mail of the other record")


class RevisionForm(forms.Form):
    """The record as it was on the screen."""

    revision = forms.IntegerField(min_value=0, max_value=MOST, error_messages=NOT_COMPLETE)


class MergeForm(forms.Form):
    """Which record goes on, and whose value each field has: always one of the two numbers.

    Of what is not chosen the value of the record that goes on stands, unless it is blank.
    """

    keep = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    mine = forms.IntegerField(required=False, min_value=0, max_value=MOST)
    theirs = forms.IntegerField(required=False, min_value=0, max_value=MOST)

    def __init__(self, *args: Any, records: Sequence[int], keys: Sequence[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        either = [(str(pk), str(pk)) for pk in records]
        self.fields["keep"].choices = either  # type: ignore[attr-defined]
        for key in keys:
            self.fields[f"f-{key}"] = forms.TypedChoiceField(
                required=False, coerce=int, empty_value=None, choices=either
            )

    def chosen(self, key: str) -> int | None:
        """The record whose value was chosen for a field."""
        value: int | None = self.cleaned_data.get(f"f-{key}")
        return value
