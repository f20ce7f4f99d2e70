"""The form of a webhook. It validates what was typed and nothing else."""

from typing import Any

from django import forms
from django.http import QueryDict

from notifications.webhooks.addresses import LONGEST
from notifications.webhooks.kinds import BY_DEFAULT, GROUPS

CHOICES = [(label, [(kind.name, kind.label) for kind in kinds]) for label, kinds in GROUPS]


class WebhookForm(forms.Form):
    """An address, and the events that it is told of."""

    url = forms.CharField(
        label="Address",
        help_text="Where your system listens, beginning with https://.",
        max_length=LONGEST,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Write the address that your system listens at.",
            "max_length": f"An address has {LONGEST} characters at most.",
        },
    )
    events = forms.MultipleChoiceField(
        label="Events",
        choices=CHOICES,
        initial=list(BY_DEFAULT),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose an event at least.",
            "invalid_choice": "Choose among the events of the list.",
        },
    )

    def __init__(self, data: QueryDict | None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")


def whole(text: str) -> int:
    """The number that a button of a page sends; one that nothing has, where it is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else -1
