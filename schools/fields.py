"""Form fields for the field table: the right input for each kind, a sentence for what cannot be."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from schools.targets import LOCAL_CODES, STATUSES, Target
from schools.values import NotAValue, read

LONGEST = 255
SHORT = 60
INPUTS: Mapping[str, dict[str, str]] = {
    "date": {"type": "date"},
    "integer": {"inputmode": "numeric"},
    "decimal": {"inputmode": "decimal"},
}


class FactField(forms.CharField):
    """A field of the table as text; it takes what schools.values reads."""

    def __init__(self, target: Target, **more: Any) -> None:
        self.key = target.key
        longest = target.max_length or LONGEST
        attrs = {"autocomplete": "off", "maxlength": str(longest), **INPUTS.get(target.kind, {})}
        if target.key == "email":
            attrs["type"] = "email"
        super().__init__(widget=forms.TextInput(attrs=attrs), **more)

    def clean(self, value: Any) -> str:
        return read_text(self, super().clean(value))


class CodeField(forms.ChoiceField):
    """A field of the table with a list of ours."""

    def __init__(self, target: Target, codes: Collection[tuple[str, str]], **more: Any) -> None:
        self.key = target.key
        wrong = dict.fromkeys(
            ("required", "invalid_choice"), f"{more['label']}: choose one of the list."
        )
        super().__init__(choices=codes, error_messages=wrong, **more)


def read_text(field: FactField, text: str) -> str:
    """The text, if it is a value of the field. Raises ValidationError with a whole sentence."""
    try:
        if len(text) > LONGEST:
            raise NotAValue(f"is longer than {LONGEST} characters; shorten it")
        read(field.key, text)
    except NotAValue as problem:
        short = text if len(text) <= SHORT else f"{text[:SHORT]}…"
        raise ValidationError(f"{field.label}: “{short}” {problem}.") from problem
    return text


def field_for(target: Target, label: str, codes: Collection[str] = (), **more: Any) -> forms.Field:
    """The form field of a field of the table. `codes` are further values of its list."""
    more.setdefault("required", False)
    if more["required"]:
        more["error_messages"] = {"required": f"{label}: a record needs one; write it."}
    if target.key == "status":
        more.pop("error_messages", None)
        numbers = [(str(number), name) for number, name in STATUSES.items()]
        return CodeField(target, numbers, label=label, **more)
    if target.key in LOCAL_CODES:
        known = dict.fromkeys([*LOCAL_CODES[target.key], *(code for code in codes if code)])
        return CodeField(target, [("", "–"), *((c, c) for c in known)], label=label, **more)
    return FactField(target, label=label, **more)
