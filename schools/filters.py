"""The parts that the filters of many lists have in common. They validate and nothing else."""

from django import forms

from schools.models import District, School


def search_field(label: str = "Name, ID or e-mail", longest: int = 200) -> forms.CharField:
    """Words to look for."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=longest,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": f"{label}: {longest} characters at most."},
    )


def school_field(
    label: str = "School",
    every: str = "All",
    wrong: str = "School: choose one of the district's schools.",
) -> "forms.ModelChoiceField[School]":
    """One school; which ones are offered is said by `offer_schools`."""
    return forms.ModelChoiceField(
        label=label,
        required=False,
        queryset=School.objects.none(),
        empty_label=every,
        error_messages={"invalid_choice": wrong},
    )


def offer_schools(
    form: forms.Form, district: District, within: frozenset[int] | None = None
) -> None:
    """The form offers the district's schools by name; `within` are a Librarian's."""
    schools = School.objects.filter(district=district).order_by("name", "pk")
    if within is not None:
        schools = schools.filter(pk__in=within)
    form.fields["school"].queryset = schools  # type: ignore[attr-defined]


def day_field(label: str) -> forms.DateField:
    """A day, or none."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": f"{label}: choose a day, as in 2026-11-22."},
    )
