"""The form that orders a destruction. It validates and nothing else."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.text import key
from imports.destroying.orders import REASONS
from imports.holding.forms import password_field
from schools.models import District

NOTHING_DONE = "Nothing was ordered."
NOTHING_ERASED = "Nothing was erased."


class DestroyForm(forms.Form):
    """Why, how much, the district's name typed, and the password again.

    `prove` says why a password is refused, in a sentence; it is asked only if all else is right.
    """

    reason = forms.ChoiceField(
        label="Why?",
        choices=list(REASONS.items()),
        help_text="It stands in the audit and under Data and privacy.",
        error_messages={
            "required": "Choose why.", "invalid_choice": "Choose one of these reasons.",
        },
    )  # fmt: skip
    records = forms.BooleanField(
        required=False, label="Also the records of people that only imports from Clever ever wrote"
    )
    name = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": "That is not the name of this district."},
    )
    password = password_field(NOTHING_DONE)

    def __init__(
        self, *args: Any, district: District, prove: Callable[[str], str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.district, self.prove = district, prove
        name = self.fields["name"]
        name.label = f"Type {district.name} to confirm"
        name.error_messages["required"] = f"Type {district.name} to confirm. {NOTHING_DONE}"

    def clean_name(self) -> str:
        typed = " ".join(str(self.cleaned_data["name"]).split())
        if typed.lower() != " ".join(self.district.name.split()).lower():
            raise ValidationError(f"That is not {self.district.name}. {NOTHING_DONE}")
        return typed

    def clean(self) -> dict[str, Any]:
        if not self.errors and (why := self.prove(self.cleaned_data["password"])):
            self.add_error("password", f"{why} {NOTHING_DONE}")
        return self.cleaned_data


class EraseForm(forms.Form):
    """One person: the last name typed, the password again, and whether they may come back."""

    keep_out = forms.BooleanField(
        required=False, initial=True, label="Never let this person of Clever in again"
    )
    name = forms.CharField(
        label="Type the person's last name to confirm",
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": f"Type the last name to confirm. {NOTHING_ERASED}",
            "max_length": f"That is not the last name. {NOTHING_ERASED}",
        },
    )
    password = password_field(NOTHING_ERASED)

    def __init__(
        self, *args: Any, last_name: str, prove: Callable[[str], str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.last_name, self.prove = last_name, prove

    def clean_name(self) -> str:
        typed = " ".join(str(self.cleaned_data["name"]).split())
        if key(typed) != key(self.last_name):
            raise ValidationError(f"That is not the last name of this record. {NOTHING_ERASED}")
        return typed

    def clean(self) -> dict[str, Any]:
        if not self.errors and (why := self.prove(self.cleaned_data["password"])):
            self.add_error("password", f"{why} {NOTHING_ERASED}")
        return self.cleaned_data
