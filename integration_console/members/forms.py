"""Forms about members. They validate and nothing else."""

from typing import Any

from django import forms

from accounts.access import ROLE_NAMES
from accounts.invitation import LONGEST_ADDRESS
from core.vocabulary import MemberRole
from schools.filters import search_field
from schools.models import District, School

ROLES = [(role.value, ROLE_NAMES[role]) for role in MemberRole]


class MembersForm(forms.Form):
    """The search above the list. `after` is the address behind which a page begins."""

    q = search_field("E-mail or name", 100)
    role = forms.ChoiceField(
        label="Role",
        required=False,
        choices=[("", "All"), *ROLES],
        error_messages={"invalid_choice": "Role: choose one of the list."},
    )
    after = forms.CharField(required=False, max_length=LONGEST_ADDRESS, widget=forms.HiddenInput)


class RoleForm(forms.Form):
    """A role, and a Librarian's schools."""

    role = forms.ChoiceField(
        label="Role",
        choices=ROLES,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose a role.",
            "invalid_choice": "Role: choose one of the list.",
        },
    )
    schools = forms.TypedMultipleChoiceField(
        label="Schools of the Librarian",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Schools: choose among the schools of the list."},
    )

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schools = School.objects.filter(district=district).order_by("name", "pk")
        self.fields["schools"].choices = [  # type: ignore[attr-defined]
            (str(school.pk), f"{school.name} ({school.site_code})") for school in schools
        ]

    def clean(self) -> dict[str, Any]:
        """A Librarian without a school would see nobody."""
        read = super().clean() or self.cleaned_data
        librarian = read.get("role") == MemberRole.LIBRARIAN
        if librarian and not read.get("schools") and "schools" not in self.errors:
            self.add_error(
                "schools", "A Librarian works at chosen schools: choose one school at least."
            )
        return read

    @property
    def wanted(self) -> dict[str, Any]:
        """The role and the schools of a valid form, as actions take them."""
        read = self.cleaned_data
        return {"role": MemberRole(read["role"]), "schools": read["schools"]}


class InviteForm(RoleForm):
    """Somebody new."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Write the e-mail address of whom you invite.",
            "invalid": "This is not an e-mail address. Write it like name@school.org.",
            "max_length": f"An e-mail address has {LONGEST_ADDRESS} characters at most.",
        },
    )
    field_order = ["email", "role", "schools"]

    @property
    def wanted(self) -> dict[str, Any]:
        return {"email": self.cleaned_data["email"], **super().wanted}
