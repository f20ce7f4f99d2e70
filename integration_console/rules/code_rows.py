"""The rows of one code field, as a form. They validate and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from integration_console.rules.codes import Code, CodeField
from mappings.transforms import code_key

LONGEST_CODE = 100
MOST_ROWS = 1000
NEW_ROWS = 2


class CodeForm(forms.Form):
    """One row. Known codes come with it, new ones are typed; no local code means no rule."""

    code = forms.CharField(
        required=False,
        max_length=LONGEST_CODE,
        error_messages={"max_length": "A code has at most 100 characters; shorten it."},
    )
    value = forms.CharField(required=False)

    def __init__(self, *args: Any, of: CodeField, editable: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = of
        self.fields["value"] = value_field(of)
        for field in self.fields.values():
            field.disabled = not editable

    @property
    def known(self) -> bool:
        """Whether the row's code was there before; then it is not typed."""
        return not self.empty_permitted

    @property
    def seen(self) -> Code:
        """The row's code with its people."""
        name = code_key(str(self["code"].value() or ""))
        return next((c for c in self.of.codes if code_key(c.code) == name), Code(name, 0))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.empty_permitted and cleaned.get("value") and not cleaned.get("code"):
            self.add_error("code", "Write Clever's code, or clear the local one.")
        return cleaned


def value_field(of: CodeField) -> forms.Field:
    """A list where there are local codes, else text."""
    said = f"{of.label}: choose one of the local codes of the list."
    if not of.local:
        return forms.CharField(
            required=False,
            max_length=of.limit,
            error_messages={"max_length": f"{of.label} has at most {of.limit} characters."},
        )
    others = [c.value for c in of.codes if c.value and c.value not in of.local]
    names = [*of.local, *dict.fromkeys(others)]
    return forms.ChoiceField(
        required=False,
        choices=[("", "Not mapped"), *((name, name) for name in names)],
        error_messages={"invalid_choice": said},
    )


class CodeRows(BaseFormSet):  # type: ignore[type-arg]  # Django's own has no brackets
    """The rows of one code field."""

    default_error_messages = {
        "missing_management_form": "The rows did not arrive whole. Open the page anew.",
    }

    def clean(self) -> None:
        names = [code_key(code) for code, _ in rows_of(self)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise forms.ValidationError(f"The code {twice or '(none)'} stands here twice.")


ROWS = formset_factory(
    CodeForm, formset=CodeRows, extra=NEW_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


def rows_of(rows: BaseFormSet[CodeForm]) -> Iterator[tuple[str, str]]:
    """The codes that have a local one; of valid rows only."""
    for form in rows.forms:
        read = getattr(form, "cleaned_data", {})
        if read.get("value") and "code" in read:
            yield read["code"], read["value"]
