"""The form of a new token. It validates and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms

from accounts.tokens import LIFETIME, LONGEST, LONGEST_NAME, NAMELESS
from core.text import clean
from core.vocabulary import TokenScope
from imports.holding.forms import password_field

NOTHING_DONE = "No token was made."
SCOPES = (
    (TokenScope.READ.value, "Read"),
    (TokenScope.ACT.value, "Read and act"),
)
LIFETIMES = (
    (30, "30 days"), (90, "90 days"), (LIFETIME.days, "1 year"), (LONGEST.days, "2 years"),
)  # fmt: skip


class TokenForm(forms.Form):
    """What a token is for, what it may do, how long it lasts; and the password once more.

    `prove` says why a password is refused, in a sentence; it is asked only if all else is right.
    """

    name = forms.CharField(
        label="Name of the program",
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": NAMELESS,
            "max_length": f"Name of the program: {LONGEST_NAME} characters at most.",
        },
    )
    scope = forms.ChoiceField(
        label="What it may do",
        choices=SCOPES,
        initial=TokenScope.READ.value,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose whether the program only reads."
        ),
    )
    days = forms.TypedChoiceField(
        label="It ends after",
        coerce=int,
        choices=LIFETIMES,
        initial=LIFETIME.days,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "It ends after: choose one of the list."
        ),
    )
    password = password_field(NOTHING_DONE)

    def __init__(self, *args: Any, prove: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prove = prove

    def clean_name(self) -> str:
        name = clean(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(NAMELESS)
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and (refused := self.prove(cleaned["password"])):
            self.add_error("password", f"{refused} {NOTHING_DONE}")
        return cleaned

    @property
    def wanted(self) -> dict[str, Any]:
        """Name and scope."""
        return {
            "name": self.cleaned_data["name"],
            "scope": TokenScope(self.cleaned_data["scope"]),
        }

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])
