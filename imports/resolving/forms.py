"""Forms of Resolve Alerts. They validate and nothing else."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from core.vocabulary import DataType, Decision
from imports import catalogue, words
from imports.alert_rows import WAITING
from imports.forms import choices, one_of_the_list
from schools.filters import offer_schools, school_field, search_field
from schools.models import District

MOST = 2**63 - 1
OFFERED = (Decision.MATCH, Decision.CREATE, Decision.SKIP, Decision.NEVER)
SORTS = (
    ("oldest", "Oldest first"),
    ("newest", "Newest first"),
    ("score", "Best score"),
    ("name", "Name, A to Z"),
)
ACTS = (("match", "Match"), ("create", "Create Record"), ("skip", "Skip now"))
AT_MOST = 500
_TICKED = re.compile(r"([0-9]{1,18})-([0-9]{1,9})")


class AlertsForm(forms.Form):
    """The filter: the reasons are those that wait."""

    q = search_field("Name or ID")
    state = forms.ChoiceField(
        label="State",
        required=False,
        error_messages=one_of_the_list("State"),
        choices=choices([(state, words.ALERTS[state].label) for state in WAITING]),
    )
    data_type = forms.ChoiceField(
        label="Type",
        required=False,
        error_messages=one_of_the_list("Type"),
        choices=choices([(t.value, words.DATA_TYPES[t]) for t in DataType]),
    )
    reason = forms.ChoiceField(
        label="Reason", required=False, error_messages=one_of_the_list("Reason")
    )
    school = school_field()
    sort = forms.ChoiceField(
        label="Order", required=False, choices=SORTS, error_messages=one_of_the_list("Order")
    )

    def __init__(
        self,
        *args: Any,
        district: District,
        reasons: Sequence[str],
        searchable: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_schools(self, district)
        if not searchable:
            # Whoever sees names masked must not find out by searching or sorting either.
            del self.fields["q"]
            self.fields["sort"].choices = SORTS[:-1]  # type: ignore[attr-defined]
        named = sorted((catalogue.said(code).title, code) for code in reasons)
        self.fields["reason"].choices = choices(  # type: ignore[attr-defined]
            [(code, title) for title, code in named]
        )


class BehindForm(forms.Form):
    """Where a page begins: behind this alert."""

    after = forms.IntegerField(required=False, min_value=0, max_value=MOST)


class PastForm(forms.Form):
    """The filter of the past decisions."""

    decision = forms.ChoiceField(
        label="Decision",
        required=False,
        error_messages=one_of_the_list("Decision"),
        choices=choices(
            [("match", "Match"), ("create", "Create Record"), ("never", "Never this pair")]
        ),
    )


class DecisionForm(forms.Form):
    """One decision. `version` is the alert's as it was on the screen (H07)."""

    decision = forms.ChoiceField(
        choices=[(decision.value, decision.value) for decision in OFFERED],
        error_messages={
            "required": "Choose Match, Create Record, Skip now or Never this pair.",
            "invalid_choice": "Choose Match, Create Record, Skip now or Never this pair.",
        },
    )
    person = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "Choose one of the records that are listed."
        ),
    )
    version = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            "Open Resolve Alerts again, then decide: the form was not complete.",
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("person") or self.errors.get("person")
        if cleaned.get("decision") == Decision.MATCH and not chosen:
            self.add_error(
                "person", "Choose the matching record first, then Match. None? Create Record."
            )
        if cleaned.get("decision") == Decision.NEVER and not chosen:
            self.add_error("person", "Choose the record that it is not, then Never this pair.")
        return cleaned

    @property
    def sentences(self) -> str:
        """What is wrong, in one line."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class ManyForm(forms.Form):
    """One decision for many: those that are ticked, each with its version, or all of the list."""

    act = forms.ChoiceField(
        choices=ACTS,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose Match, Create Record or Skip now."
        ),
    )
    scope = forms.ChoiceField(required=False, choices=[("picked", ""), ("all", "")])
    confirmed = forms.BooleanField(required=False)
    pick = forms.Field(required=False, widget=forms.MultipleHiddenInput)

    def clean_pick(self) -> dict[int, int]:
        """{alert: version} of what is ticked."""
        found = [_TICKED.fullmatch(text) for text in self.cleaned_data["pick"] or []]
        if len(found) > AT_MOST or not all(found):
            raise forms.ValidationError(f"Tick alerts of the list, {AT_MOST} at most.")
        return {int(one[1]): int(one[2]) for one in found if one}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("pick") and cleaned.get("scope") != "all":
            self.add_error("pick", "Tick at least one alert first.")
        return cleaned

    @property
    def sentences(self) -> str:
        """What is wrong, in one line."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)
