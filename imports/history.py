"""What imports have done to one person: every change with its run, rule and actor (engine.md 9)."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.vocabulary import Action, RunMode
from imports.changes import Reader, Value, why
from imports.models import PlannedChange
from imports.queries import IMPORTED
from imports.words import ACTIONS, Word
from mappings.models import FieldRule
from schools.models import Person

PAGE = 30


@dataclass(frozen=True)
class Event:
    """One import that changed the person."""

    row: PlannedChange
    values: list[Value]
    why: str
    actor: str

    @property
    def word(self) -> Word:
        return ACTIONS[self.row.action]


def history(person: Person, reader: Reader, before: int | None = None) -> list[Event]:
    """The newest changes that were really written, one more than a page shows."""
    rows = (
        PlannedChange.objects.filter(
            person=person.pk,
            run__mode=RunMode.LIVE,
            run__state__in=IMPORTED,
            exception__isnull=True,
        )
        .exclude(action__in=[Action.CONFLICT, Action.REJECT])
        .select_related("run")
        .order_by("-pk")
    )
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    rules = rules_of(found)
    return [
        Event(
            row=row,
            values=list(reader.values(row, rules.get(row.run_id, {}))),
            why=why(row),
            actor=row.run.requested_by or "The schedule",
        )
        for row in found
    ]


def rules_of(rows: Sequence[PlannedChange]) -> dict[int, dict[tuple[str, str], tuple[str, str]]]:
    """{run: {(data type, field): (source, policy)}}, of the versions that each run names."""
    runs = {row.run_id: row.run.settings for row in rows}
    rulesets = {ruleset for settings in runs.values() for ruleset in settings.values()}
    fields = {key for row in rows for key in (*row.after, *row.before)}
    of_ruleset: dict[int, list[tuple[str, str, str]]] = {}
    for ruleset, field, source, policy in FieldRule.objects.filter(
        ruleset__in=rulesets, field__in=fields
    ).values_list("ruleset_id", "field", "source", "policy"):
        of_ruleset.setdefault(ruleset, []).append((field, source, policy))
    return {
        run: {
            (data_type, field): (source, policy)
            for data_type, ruleset in settings.items()
            for field, source, policy in of_ruleset.get(ruleset, [])
        }
        for run, settings in runs.items()
    }
