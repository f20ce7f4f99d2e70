"""Forms about people. They validate and nothing else."""

from typing import Any

from django import forms

from core.vocabulary import DataType
from schools.filters import offer_schools, school_field, search_field
from schools.models import District
from schools.targets import STATUSES

SORTS = (("name", "Name, A to Z"), ("-name", "Name, Z to A"), ("newest", "Newest records first"))
TYPES = (
    (DataType.STUDENT.value, "Students"),
    (DataType.TEACHER.value, "Teachers"),
    (DataType.STAFF.value, "Staff"),
)


class PeopleForm(forms.Form):
    """The filter of a list of people. `within` are a Librarian's schools, None means all."""

    type = forms.ChoiceField(required=False, choices=TYPES, widget=forms.HiddenInput)
    q = search_field()
    school = school_field(wrong="School: choose one of the schools of the list.")
    status = forms.TypedChoiceField(
        label="Status",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "All"), *((number, label) for number, label in STATUSES.items())],
        error_messages={"invalid_choice": "Status: choose one of the list."},
    )
    sort = forms.ChoiceField(
        label="Order",
        required=False,
        choices=SORTS,
        error_messages={"invalid_choice": "Order: choose one of the list."},
    )

    def __init__(
        self,
        *args: Any,
        district: District,
        within: frozenset[int] | None = None,
        searchable: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_schools(self, district, within)
        if not searchable:
            # Whoever sees names masked must not find out by searching either.
            del self.fields["q"]


class BehindForm(forms.Form):
    """Where a page of people begins: behind this one."""

    after = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class HistoryForm(forms.Form):
    """Where a page of a person's history begins: older than this change and this edit."""

    change = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    edit = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
