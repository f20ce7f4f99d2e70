"""A run's plan rows for files: in a stable order, streamed by a server-side cursor.

Apart from the first column (the run) and the last (the outcome), a test and the import that
follows it on the same data give the same file. So a new record has no person here: its id is
not part of the plan.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F

from core.vocabulary import KIND_OF_TYPE, Action, DataType, Policy, RunMode, RunState
from imports.models import PlannedChange, Run
from mappings.models import FieldRule
from schools.models import School

AT_ONCE = 2000
HEADER = (
    *("run", "type", "action", "person", "clever_id", "site", "field", "before", "after"),
    *("rule", "why", "outcome"),
)
_OUTCOMES = {
    RunState.COMPLETED: "applied",
    RunState.COMPLETED_WITH_ERRORS: "applied",
    RunState.TESTED: "tested",
    RunState.READY: "waiting",
}
_NEVER_WRITTEN = {Action.CONFLICT: "alert", Action.REJECT: "rejected"}


class Documents:
    """Puts rows of a run into documents; the sites and the rules are read once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        schools = School.objects.filter(district=run.district_id)
        self.sites = dict(schools.values_list("pk", "site_code"))
        self.rules = _rules(run)

    def of(self, row: PlannedChange) -> dict[str, Any]:
        """A row with before and after by the keys of fields.md and site codes."""
        fields = sorted(row.before.keys() | row.after.keys())
        rules = {name: _rule(self.rules, row.data_type, name) for name in fields}
        return {
            "run": self.run.pk,
            "type": row.data_type,
            "action": row.action,
            "effects": sorted(row.effects),
            "person": None if row.action == Action.CREATE else row.person_id,
            "clever_id": row.clever_id,
            "site": _site(row.school, self.sites),
            "before": {name: _value(name, row.before.get(name), self.sites) for name in fields},
            "after": {name: _value(name, row.after.get(name), self.sites) for name in fields},
            "rules": {name: rule for name, rule in rules.items() if rule},
            "why": row.why,
            "outcome": outcome(self.run, row),
        }


def documents(run: Run) -> Iterator[dict[str, Any]]:
    """One document per row of the plan."""
    read = Documents(run)
    rows = PlannedChange.objects.filter(run=run).order_by(
        "data_type", F("clever_id").asc(nulls_last=True), "person_id", "action", "pk"
    )
    for row in rows.iterator(chunk_size=AT_ONCE):
        yield read.of(row)


def lines(run: Run) -> Iterator[tuple[object, ...]]:
    """One line per changed field, under HEADER; a row that changes no field has one line."""
    for row in documents(run):
        fixed = tuple(row[name] for name in HEADER[:6])
        why = "; ".join(f"{name}: {_plain(value)}" for name, value in sorted(row["why"].items()))
        for name in row["after"] or [""]:
            values = (row["before"].get(name), row["after"].get(name), row["rules"].get(name, ""))
            yield (*fixed, name, *values, why, row["outcome"])


def outcome(run: Run, row: PlannedChange) -> str:
    """What became of a row: applied, tested, held, stale, alert, rejected, waiting, not_applied."""
    if row.exception:
        return row.exception
    if row.action in _NEVER_WRITTEN:
        return _NEVER_WRITTEN[Action(row.action)]
    if run.mode != RunMode.LIVE and run.state != RunState.TESTED:
        return "not_applied"
    return _OUTCOMES.get(RunState(run.state), "not_applied")


def _rules(run: Run) -> dict[tuple[str, str], str]:
    """{(type, field): "policy source"} of the versions that the run used."""
    types = {int(ruleset): data_type for data_type, ruleset in run.settings.items()}
    found = FieldRule.objects.filter(ruleset__in=types).exclude(source="")
    live = found.exclude(policy=Policy.DO_NOT_IMPORT)
    return {
        (types[ruleset], field): f"{policy} {source}"
        for ruleset, field, policy, source in live.values_list(
            "ruleset_id", "field", "policy", "source"
        )
    }


def _rule(rules: Mapping[tuple[str, str], str], data_type: str, name: str) -> str:
    """The rule that decided; a teacher who is also staff has some fields by the rules of staff."""
    kind = KIND_OF_TYPE[DataType(data_type)]
    others = [t for t in DataType if KIND_OF_TYPE[t] is kind]
    found = (rules.get((str(t), name), "") for t in (data_type, *others))
    return next(filter(None, found), "")


def _site(school: int | None, sites: Mapping[int, str]) -> str | None:
    return None if school is None else sites.get(school, str(school))


def _value(name: str, value: Any, sites: Mapping[int, str]) -> Any:
    if name == "site":
        return _site(value, sites)
    if name == "additional_sites" and value is not None:
        return sorted(_site(one, sites) or "" for one in value)
    return value


def _plain(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
