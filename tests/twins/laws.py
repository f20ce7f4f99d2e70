"""What no run may do to anybody, whatever came before; looked at after each run of the twins.

A mistake that both twins make leaves them alike, so these laws know nothing of the other twin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.vocabulary import Status, Trigger
from imports.models import PlannedChange, Run
from mappings.models import SchoolMatch
from schools.models import FieldLock, Person
from tests.world import World

LOCAL_FIELDS = ("first_name", "middle_name", "email", "sis_id")
LEAVER = Status.TRANSFERRED
Record = Mapping[str, Any]


@dataclass(frozen=True)
class People:
    """Everybody who is, or was, in a district at one moment, and what is kept of them."""

    digest: str
    records: Mapping[int, Record]
    locked: frozenset[tuple[int, str]]
    unshared: frozenset[int]

    @classmethod
    def of(cls, one: World) -> "People":
        records = Person.objects.filter(district=one.district).values(
            "pk", "archived_at", "status", "protected", "school_id", "clever_id", *LOCAL_FIELDS
        )
        locks = FieldLock.objects.filter(district=one.district, ended_at=None)
        return cls(
            one.digest(),
            {record["pk"]: record for record in records},
            frozenset(locks.values_list("person_id", "field")),
            _unshared(one),
        )


def _unshared(one: World) -> frozenset[int]:
    """Our schools whose school of Clever is not shared."""
    gone = [school["id"] for school in one.clever.control.schools() if not school["shared"]]
    if not gone:
        return frozenset()
    found = SchoolMatch.objects.filter(district=one.district, clever_school_id__in=gone)
    return frozenset(school for school in found.values_list("school_id", flat=True) if school)


@dataclass(frozen=True)
class Imported:
    """A run that has written, with everybody before and after it."""

    run: Run
    before: People
    after: People


def obeyed(now: Imported, last: Imported | None) -> None:
    """Raises AssertionError if the run broke a law. `last` is the import before it."""
    run, before, after = now.run, now.before, now.after
    assert before.records.keys() <= after.records.keys(), "somebody was deleted"
    for pk, was in before.records.items():
        if was["archived_at"] is None:
            _keeps_what_is_kept(run, before, was, after.records[pk])
    _writes_nothing_held(run, before, after)
    if run.trigger == Trigger.UNDO and last is not None and run.undoes_id == last.run.pk:
        _is_the_way_back(now, last)


def _keeps_what_is_kept(run: Run, before: People, was: Record, now: Record) -> None:
    who = was["pk"]
    for name in LOCAL_FIELDS:
        if (who, name) in before.locked:
            assert now[name] == was[name], f"{name} of {who} is locked"
    left = now["status"] == LEAVER and was["status"] != LEAVER
    assert not (was["protected"] and left), f"{who} is protected and was marked as a leaver"
    if run.trigger == Trigger.UNDO:
        return
    assert now["archived_at"] is None, f"a sync deleted {who}"
    if run.trigger != Trigger.HOLD:
        unshared = was["school_id"] in before.unshared
        assert not (left and unshared), f"{who} of an unshared school left, and nobody approved it"


def _writes_nothing_held(run: Run, before: People, after: People) -> None:
    held = PlannedChange.objects.filter(run=run, exception="held", person__isnull=False)
    for row in held.exclude(action__in=["conflict", "reject", "create"]):
        assert row.person_id is not None
        was, now = before.records[row.person_id], after.records[row.person_id]
        assert now["status"] == was["status"], f"what is held was written for {row.person_id}"


def _is_the_way_back(now: Imported, last: Imported) -> None:
    """An undo right after is the state before, unless it says what stays (C10)."""
    untouched = now.before.digest == last.after.digest
    kept = any(actions.get("conflict") for actions in now.run.counts.values())
    if untouched and not kept and not now.run.scope.get("field"):
        assert now.after.digest == last.before.digest, "an undo is not the way back"
