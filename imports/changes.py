"""The rows of a plan as people read them: old and new values, names, schools and reasons."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from clever_sync.models import MirrorObject
from clever_sync.sources import SOURCES
from core.vocabulary import Action
from imports import words
from imports.catalogue import problem
from imports.models import PlannedChange, Run
from mappings.models import FieldRule
from schools.models import District, School
from schools.targets import STATUSES, TARGETS

PAGE = 50
NOT_DONE = (Action.CONFLICT, Action.REJECT)
MASK = "•••"
Sees = Callable[[str], bool]
Fields = Mapping[str, Any]
Rules = Mapping[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True)
class Wanted:
    """Which rows are asked for; "" and None ask for all."""

    action: str = ""
    data_type: str = ""
    school: int | None = None
    field: str = ""
    outcome: str = ""
    problem: str = ""


def changes(run: Run, wanted: Wanted) -> QuerySet[PlannedChange]:
    """The run's rows in the order of (action, id), which has an index."""
    rows = PlannedChange.objects.filter(run=run).select_related("person")
    if wanted.action:
        rows = rows.filter(action=wanted.action)
    if wanted.data_type:
        rows = rows.filter(data_type=wanted.data_type)
    if wanted.school:
        rows = rows.filter(Q(school=wanted.school) | Q(old_school=wanted.school))
    if wanted.field:
        rows = rows.filter(Q(after__has_key=wanted.field) | Q(before__has_key=wanted.field))
    if wanted.outcome == "any":
        rows = rows.filter(exception__isnull=False)
    elif wanted.outcome:
        rows = rows.filter(exception=wanted.outcome)
    if wanted.problem:
        rows = rows.filter(action__in=NOT_DONE, why__reason=wanted.problem)
    return rows.order_by("action", "pk")


def reasons(run: Run) -> list[str]:
    """The problems for which the run left people out, or asks somebody to decide."""
    if not any(of_type.get(action) for of_type in run.counts.values() for action in NOT_DONE):
        return []
    rows = PlannedChange.objects.filter(run=run, action__in=NOT_DONE, why__has_key="reason")
    return sorted(rows.order_by().values_list("why__reason", flat=True).distinct())


def after(
    rows: QuerySet[PlannedChange], place: tuple[str, int] | None, count: int = PAGE
) -> list[PlannedChange]:
    """One page of `count` rows and one row more, from behind a place on."""
    if place:
        action, number = place
        rows = rows.filter(action__gte=action).filter(Q(action__gt=action) | Q(pk__gt=number))
    return list(rows[: count + 1])


@dataclass(frozen=True)
class Value:
    """One field of a row: its label, both values as people read them, the rule that decided.

    `drift` says who wrote the old value here, where the change sets that back (B15).
    """

    key: str
    label: str
    old: str
    new: str
    rule: str = ""
    drift: str = ""


@dataclass(frozen=True)
class Kept:
    """A field that stays as it is here although Clever, or a file, says otherwise; and why."""

    label: str
    here: str
    clever: str
    by: str
    source: str = "Clever"


@dataclass(frozen=True)
class ShownChange:
    """One row in words. `person_id` is None where there is no record to look at."""

    row: PlannedChange
    name: str
    person_id: int | None
    school: str
    values: list[Value]
    why: str
    kept: list[Kept] = field(default_factory=list)

    @property
    def word(self) -> words.Word:
        return words.ACTIONS[self.row.action]

    @property
    def outcome(self) -> words.Word | None:
        return words.OUTCOMES.get(self.row.exception or "")


class Reader:
    """Puts rows into words for somebody who may see what `sees` says."""

    def __init__(self, district: District, sees: Sees) -> None:
        self.district, self.sees = district, sees
        self.schools: dict[int, str] = {}
        self.sites: dict[int, str] = {}

    def know_schools(self) -> None:
        """Reads the names of the district's schools, once."""
        for school in School.objects.filter(district=self.district):
            self.schools[school.pk] = f"{school.name} ({school.site_code})"
            self.sites[school.pk] = school.site_code

    def shown(self, rows: Sequence[PlannedChange], rules: Rules) -> list[ShownChange]:
        """The rows of a page."""
        names = self._mirror_names([r for r in rows if r.person is None and not r.after])
        return [
            ShownChange(
                row=row,
                name=self.name(row) or names.get(row.clever_id or "") or self.nameless(row),
                person_id=row.person.pk if row.person and not row.person.archived_at else None,
                school=self.schools.get(row.school or row.old_school or 0, ""),
                values=list(self.values(row, rules)),
                why=why(row, self.label),
                kept=list(self.kept(row)),
            )
            for row in rows
        ]

    def name(self, row: PlannedChange) -> str:
        person, new = row.person, row.after
        first = person.first_name if person else new.get("first_name")
        last = person.last_name if person else new.get("last_name")
        return self.full_name(first, last)

    def nameless(self, row: PlannedChange) -> str:
        """What stands where nobody knows a name: the Clever ID, for who may see it.

        Of a line of a file: the identifier that stands in it.
        """
        if "line" in row.why:
            key, said = row.why.get("key", ""), row.why.get("said", "")
            return f"{self.label(key)} {self.text(key, said) or '(empty)'}"
        return f"Clever ID {self.text('clever_id', row.clever_id)}"

    def full_name(self, first: str | None, last: str | None) -> str:
        """The name, or initials for whoever may not see it."""
        parts = [part for part in (first, last) if part]
        if self.sees("last_name"):
            return " ".join(parts)
        return " ".join(f"{part[0]}." for part in parts)

    def _mirror_names(self, rows: Sequence[PlannedChange]) -> dict[str, str]:
        """The names of people who have no record here, as Clever tells them."""
        ids = [row.clever_id for row in rows if row.clever_id]
        if not ids:
            return {}
        mirror = MirrorObject.objects.filter(
            connection__district=self.district, type="user", clever_id__in=ids
        ).values_list("clever_id", "payload")
        named = {i: self.full_name(p.get("name.first"), p.get("name.last")) for i, p in mirror}
        return {clever_id: name for clever_id, name in named.items() if name}

    def values(self, row: PlannedChange, rules: Rules) -> Iterator[Value]:
        """The fields that the row changes, each with its rule."""
        edited, filed = row.why.get("edited") or {}, row.why.get("filed") or {}
        for value in self.differences(row.before, row.after):
            source, policy = rules.get((row.data_type, value.key), ("", ""))
            field = SOURCES[source].label if source in SOURCES else source
            parts = (words.POLICIES.get(policy, ""), field)
            drift = self.drift(edited[value.key]) if value.key in edited else ""
            drift = self.filed(filed[value.key]) if value.key in filed and not drift else drift
            yield replace(value, rule=" · ".join(part for part in parts if part), drift=drift)

    def drift(self, edit: Fields) -> str:
        """Who changed here what Clever sets back (B15)."""
        by = edit["by"] or "somebody"
        return f"was changed here by {by} on {self.day(edit['at'])}, set back to Clever's value"

    def filed(self, told: Fields) -> str:
        """From which file a value was that Clever replaces (A08)."""
        by, day = told["by"] or "somebody", self.day(told["at"])
        return (
            f"came from {told['file']}, line {told['line']}, imported by {by} on {day};"
            " Clever delivers this field now"
        )

    def kept(self, row: PlannedChange) -> Iterator[Kept]:
        """The fields that a lock or a policy has kept from the change (H12)."""
        for key, told in (row.why.get("kept") or {}).items():
            here, clever = self.text(key, told["here"]), self.text(key, told["clever"])
            by = words.KEPT_BY.get(told["by"], told["by"])
            if told.get("locked_by"):
                by = f"locked by {told['locked_by']}"
            if told.get("until"):
                by += f" until {self.day(told['until'])}"
            source = "the file" if "line" in row.why else "Clever"
            yield Kept(self.label(key), here, clever, by, source)

    def day(self, moment: str | datetime) -> str:
        """A day in the district, as people write it: "Nov 22, 2026"."""
        at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        local = at.astimezone(ZoneInfo(self.district.time_zone))
        return f"{local:%b} {local.day}, {local.year}"

    def differences(self, before: Fields, after: Fields) -> Iterator[Value]:
        """The fields with both values, in the order of the field table."""
        keys = [key for key in TARGETS if key in after or key in before]
        keys += sorted((after.keys() | before.keys()) - TARGETS.keys())
        for key in keys:
            old, new = before.get(key), after.get(key)
            if old is not None or new is not None:
                yield Value(key, self.label(key), self.text(key, old), self.text(key, new))

    def label(self, key: str) -> str:
        """The district's own name of a field, else ours (B31)."""
        known = TARGETS[key].label if key in TARGETS else key.replace("_", " ").capitalize()
        return str(self.district.terminology.get(key, known))

    def text(self, key: str, value: Any) -> str:
        """A value as people read it; "" for none, dots for what may not be seen."""
        if value is None or value == "" or value == []:
            return ""
        if key == "locked":
            return ", ".join(self.label(name) for name in value)
        if key == "until":
            return self.day(value)
        if not self.sees(key):
            return MASK
        if key == "site":
            return self.schools.get(value, str(value))
        if key == "additional_sites":
            return ", ".join(self.schools.get(one, str(one)) for one in value)
        if key in ("status", "status_before"):
            return STATUSES.get(value, str(value))
        if isinstance(value, list):
            return ", ".join(str(one).capitalize() for one in value)
        return str(value)


MATCHED = {
    "new": "Nobody here matched",
    "create": "Decided here: a new record",
    "match": "Decided here: this record",
    "former_clever_id": "Deleted here, and shared by Clever",
    "relink": "The same person under a new Clever ID",
}
CAUSES = {"new_school_year": "New school year", "local_edit": "Edited here, set back"}
# What keeps a value from being taken back by an undo (imports.undoing.inverse).
SINCE = {
    "edit": "Edited here since",
    "run": "Changed by a later run",
    "value": "Another value by now",
    "lock": "Locked here",
    "protected": "Protected here",
    "deleted": "Deleted here since",
    "taken": "Somebody else has it by now",
}
RETURNED = "Shared by Clever again: the same record as before"
ABSENCES = {
    "confirmed": "Clever does not share this person any more",
    "unconfirmed": "Missing at Clever, not confirmed yet",
}


def why(row: PlannedChange, label: Callable[[str], str]) -> str:
    """The reason of a row, in words; `label` tells what the district calls a field (B31)."""
    said = []
    if line := row.why.get("line"):
        said.append(f"{row.why['file']}, line {line}")
    if match := row.why.get("match"):
        name = label(match) if match in TARGETS else match.replace("_", " ")
        said.append(MATCHED.get(match, f"Matched by {name}"))
    if absence := row.why.get("absence"):
        said.append(ABSENCES.get(absence, str(absence)))
    left = row.why.get("left") or {}
    said += [f"{label(name)} {sentence}" for name, sentence in left.items()]
    if (reason := row.why.get("reason")) and not left and "kept" not in row.why:
        said.append(problem(reason).title)
    if row.why.get("undoes"):
        said.append(f"Undo of run #{row.why['run']}")
    elif row.action == Action.RESTORE:
        said.append(RETURNED)
    causes = dict.fromkeys((row.why.get("since") or {}).values())
    said += [SINCE[cause] for cause in causes]
    if cause := row.why.get("cause"):
        said.append(CAUSES.get(cause, str(cause).replace("_", " ").capitalize()))
    return " · ".join(said)


def rules(run: Run) -> Rules:
    """{(data type, field): (source, policy)} of the versions that the run names."""
    types = {ruleset: data_type for data_type, ruleset in run.settings.items()}
    of_run = FieldRule.objects.filter(ruleset__in=list(types))
    return {
        (types[ruleset], field): (source, policy)
        for ruleset, field, source, policy in of_run.values_list(
            "ruleset_id", "field", "source", "policy"
        )
    }
