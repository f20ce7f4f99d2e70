"""Forms of Resolve Alerts. They validate and nothing else."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.vocabulary import DataType, Decision
from imports import catalogue, words
from imports.forms import choices, one_of_the_list

MOST = 2**63 - 1
OFFERED = (Decision.MATCH, Decision.CREATE, Decision.SKIP)


class AlertsForm(forms.Form):
    """The filter: the reasons are those that wait."""

    state = forms.ChoiceField(
        label="State",
        required=False,
        error_messages=one_of_the_list("State"),
        choices=choices([(state, word.label) for state, word in words.ALERTS.items()]),
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

    def __init__(self, *args: Any, reasons: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted((catalogue.said(code).title, code) for code in reasons)
        self.fields["reason"].choices = choices(  # type: ignore[attr-defined]
            [(code, title) for title, code in named]
        )


class BehindForm(forms.Form):
    """Where a page begins: behind this alert."""

    after = forms.IntegerField(required=False, min_value=0, max_value=MOST)


class DecisionForm(forms.Form):
    """One decision. `version` is the alert's as it was on the screen (H07)."""

    decision = forms.ChoiceField(
        choices=[(decision.value, decision.value) for decision in OFFERED],
        error_messages={
            "required": "Choose Match, Create Record or Skip now.",
            "invalid_choice": "Choose Match, Create Record or Skip now.",
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
        return cleaned

    @property
    def sentences(self) -> str:
        """What is wrong, in one line."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)
