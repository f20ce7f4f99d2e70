"""The form of Define Codes: one set of rows for each code field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.forms import BaseFormSet
from django.http import QueryDict

from integration_console.rules.code_rows import ROWS, CodeForm, rows_of
from integration_console.rules.codes import CodeField
from integration_console.rules.desk import Desk
from integration_console.rules.forms import SeenForm
from mappings.spec import RulesetSpec


@dataclass(frozen=True)
class Table:
    """A code field with its rows."""

    of: CodeField
    rows: BaseFormSet[CodeForm]


class DefineCodesForm:
    """All tables of the page, and which version they were made for."""

    def __init__(self, data: QueryDict | None, *, desk: Desk, fields: Sequence[CodeField]) -> None:
        self.desk = desk
        self.seen = SeenForm(data, initial={"seen": desk.seen})
        kwargs = {"editable": desk.may_edit}
        self.tables = [
            Table(
                of,
                ROWS(
                    data,
                    prefix=of.key,
                    initial=[{"code": c.code, "value": c.value} for c in of.codes],
                    form_kwargs={**kwargs, "of": of},
                ),
            )
            for of in fields
        ]

    def is_valid(self) -> bool:
        return all([self.seen.is_valid(), *(table.rows.is_valid() for table in self.tables)])

    @property
    def cleaned_data(self) -> dict[str, Any]:
        return self.seen.cleaned_data

    def spec(self) -> RulesetSpec:
        """The rules with these codes; those of fields that are not matched now are kept."""
        codes: Mapping[str, Mapping[str, str]] = {
            **self.desk.spec.codes,
            **{table.of.key: dict(rows_of(table.rows)) for table in self.tables},
        }
        return replace(self.desk.spec, codes={f: table for f, table in codes.items() if table})
