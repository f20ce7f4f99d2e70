"""Forms of the operations pages. They validate and nothing else."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.vocabulary import Action, DataType, Outcome, RunState
from imports import catalogue, words
from schools.filters import day_field, offer_schools, school_field
from schools.models import District
from schools.targets import TARGETS

ANY = ("", "All")


def one_of_the_list(label: str) -> dict[str, str]:
    """What is said of a choice that is not offered."""
    return {"invalid_choice": f"{label}: choose one of the list."}


def choices(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [ANY, *pairs]


class TypesForm(forms.Form):
    """Which data types a run is for."""

    data_types = forms.MultipleChoiceField(
        label="What to import",
        choices=[(data_type.value, words.DATA_TYPES[data_type]) for data_type in DataType],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "What to import: tick at least one of students, teachers and staff.",
            "invalid_choice": "What to import: choose among students, teachers and staff.",
        },
    )


class StartForm(forms.Form):
    """The test that Start Import names; without one, the newest."""

    test = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class SpanForm(forms.Form):
    """A form with `since` and `until`: a span of days does not end before it begins."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "To: choose the same day as From, or a later one.")
        return cleaned


class RunsForm(SpanForm):
    """The filter of the operations page."""

    kind = forms.ChoiceField(
        label="Kind",
        required=False,
        error_messages=one_of_the_list("Kind"),
        choices=choices([(name, label) for name, label, _, _ in words.KINDS]),
    )
    state = forms.ChoiceField(
        label="State",
        required=False,
        error_messages=one_of_the_list("State"),
        choices=choices(
            [("active", "Running now"), *((s.value, words.STATES[s].label) for s in RunState)]
        ),
    )
    since = day_field("From")
    until = day_field("To")


class ChangesForm(forms.Form):
    """The filter of a run's plan rows. The schools are the district's, the problems the run's."""

    action = forms.ChoiceField(
        label="Action",
        required=False,
        error_messages=one_of_the_list("Action"),
        choices=choices([(a.value, words.ACTIONS[a].label) for a in Action]),
    )
    data_type = forms.ChoiceField(
        label="Type",
        required=False,
        error_messages=one_of_the_list("Type"),
        choices=choices([(t.value, words.DATA_TYPES[t]) for t in DataType]),
    )
    school = school_field()
    field = forms.ChoiceField(
        label="Field",
        required=False,
        error_messages=one_of_the_list("Field"),
        choices=choices([(target.key, target.label) for target in TARGETS.values()]),
    )
    outcome = forms.ChoiceField(
        label="Not applied because",
        required=False,
        error_messages=one_of_the_list("Not applied because"),
        choices=choices(
            [("any", "Any reason"), *((o.value, words.OUTCOMES[o].label) for o in Outcome)]
        ),
    )

    problem = forms.ChoiceField(
        label="Problem",
        required=False,
        error_messages=one_of_the_list("Problem"),
    )

    def __init__(
        self, *args: Any, district: District, problems: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        named = sorted((catalogue.said(code).title, code) for code in problems)
        self.fields["problem"].choices = choices(  # type: ignore[attr-defined]
            [(code, title) for title, code in named]
        )
        offer_schools(self, district)
        # Terminology: the district's own name for a field (B31).
        self.fields["field"].choices = choices(  # type: ignore[attr-defined]
            [(t.key, district.terminology.get(t.key, t.label)) for t in TARGETS.values()]
        )


class PlaceForm(forms.Form):
    """Where a page of plan rows begins: after this row of this action."""

    after_action = forms.ChoiceField(
        required=False, choices=choices([(a.value, a.value) for a in Action])
    )
    after = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)
    before = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)
