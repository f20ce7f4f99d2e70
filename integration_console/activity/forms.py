"""Forms of Activity. They validate and nothing else."""

from collections.abc import Sequence
from typing import Any

from django import forms

from imports.forms import SpanForm, choices, one_of_the_list
from imports.updates.forms import MOST
from integration_console.activity.facts import BY_ITSELF
from integration_console.activity.words import KINDS
from schools.filters import day_field


class ActivityForm(SpanForm):
    """The filter: who, which kind of thing, from when to when."""

    actor = forms.ChoiceField(label="Who", required=False, error_messages=one_of_the_list("Who"))
    kind = forms.ChoiceField(
        label="What",
        required=False,
        choices=choices([(kind.value, label) for kind, label in KINDS.items()]),
        error_messages=one_of_the_list("What"),
    )
    subject = forms.RegexField(r"^person:\d{1,18}$", required=False, widget=forms.HiddenInput)
    since = day_field("From")
    until = day_field("To")

    def __init__(self, *args: Any, actors: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(actor, BY_ITSELF.get(actor, actor)) for actor in actors if actor]
        self.fields["actor"].choices = choices(named)  # type: ignore[attr-defined]


class BehindForm(forms.Form):
    """Where a page begins: behind this row."""

    at = forms.DateTimeField()
    row = forms.IntegerField(min_value=1, max_value=MOST)
