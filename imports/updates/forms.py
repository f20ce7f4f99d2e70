"""Forms of the Student Updates Log. They validate and nothing else."""

from typing import Any

from django import forms

from core.vocabulary import Action, DataType
from imports import words
from imports.forms import SpanForm, choices, one_of_the_list
from imports.updates.found import EDITED
from schools.filters import day_field, offer_schools, school_field, search_field
from schools.models import District
from schools.targets import TARGETS

MOST = 2**63 - 1


class UpdatesForm(SpanForm):
    """The filter of the log. Whoever sees names masked cannot search for them either."""

    type = forms.ChoiceField(
        required=False,
        choices=[(t.value, words.DATA_TYPES[t]) for t in DataType],
        widget=forms.HiddenInput,
    )
    q = search_field()
    field = forms.ChoiceField(
        label="Field", required=False, error_messages=one_of_the_list("Field")
    )
    school = school_field()
    action = forms.ChoiceField(
        label="Action",
        required=False,
        error_messages=one_of_the_list("Action"),
        choices=choices(
            [*((a.value, words.ACTIONS[a].label) for a in Action), (EDITED, "Edited here")]
        ),
    )
    outcome = forms.ChoiceField(
        label="Outcome",
        required=False,
        error_messages=one_of_the_list("Outcome"),
        choices=choices(
            [(name, word.label) for name, word in words.UPDATES.items() if name != "tested"]
        ),
    )
    kind = forms.ChoiceField(
        label="Kind of run",
        required=False,
        error_messages=one_of_the_list("Kind of run"),
        choices=choices(
            [*((name, label) for name, label, _, _ in words.KINDS), (EDITED, "None: edited here")]
        ),
    )
    since = day_field("From")
    until = day_field("To")

    def __init__(
        self, *args: Any, district: District, searchable: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_schools(self, district)
        self.fields["field"].choices = choices(  # type: ignore[attr-defined]
            [(t.key, district.terminology.get(t.key, t.label)) for t in TARGETS.values()]
        )
        if not searchable:
            del self.fields["q"]


class BeginForm(forms.Form):
    """Where a page begins: older than this change of this run, and than this edit."""

    run = forms.IntegerField(required=False, min_value=1, max_value=MOST)
    act = forms.ChoiceField(required=False, choices=choices([(a.value, a.value) for a in Action]))
    row = forms.IntegerField(required=False, min_value=1, max_value=MOST)
    edit = forms.IntegerField(required=False, min_value=1, max_value=MOST)
