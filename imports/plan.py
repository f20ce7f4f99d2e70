"""Planning: from the mirror to one row per person that would change (engine.md 3 to 5).

1. Everyone who may need something is read in batches (looking).
2. The rules say what Clever means for each (mappings.engine).
3. Linked people are compared; the others are matched (facts, matcher).
4. Those who are not shared any more become leavers, confirmed or not.
5. Each batch is one transaction that begins by naming the run's fence.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection as database
from django.db import transaction

from core.fault_points import fault_point
from core.problems import Finding
from core.vocabulary import Action, DataType, ImportRule, PersonKind
from imports import alert_rows, rows
from imports.batch import Batch, compare, locks_of, remember
from imports.facts import newcomer_of
from imports.frame import Frame
from imports.looking import Missing, Seen, living, missing
from imports.matcher import Newcomer, Scored
from imports.placing import place
from imports.planner import Row, plan_exception, plan_leaver
from imports.tally import Tally
from mappings.spec import Mapped, Place

KeepLease = Callable[[int], None]
COLLECT_AFTER = 500_000


def build(frame: Frame, keep: KeepLease) -> Tally:
    """Makes the whole plan of a run anew. `keep(done)` proves the fence and extends the lease.

    Whatever `keep` raises ends the planning; a half-made plan is forgotten at the next start.
    """
    tally = Tally()
    with transaction.atomic():
        keep(0)
        rows.clear(frame.run)
        frame.run.schools_key = frame.schools.key
        frame.run.save(update_fields=["schools_key"])
    with _collecting_seldom():
        for kind in frame.kinds:
            for seen in living(frame, kind):
                _write(frame, keep, tally, _plan_living(frame, kind, seen, tally))
            for absent in missing(frame, kind):
                _write(frame, keep, tally, _plan_missing(frame, kind, absent, tally))
    return tally


def supposed(frame: Frame, kind: PersonKind, seen: Seen, tally: Tally) -> Batch:
    """What a plan would hold of one living person of Clever; nothing is written."""
    return _plan_living(frame, kind, [seen], tally)


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Batches hold no cycles: looking for them again and again costs a fifth of the planning."""
    usual = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _write(frame: Frame, keep: KeepLease, tally: Tally, batch: Batch) -> None:
    with transaction.atomic():
        with database.cursor() as cursor:
            # A crash of the server ends the planning, and what it may lose here is made anew.
            cursor.execute("SET LOCAL synchronous_commit = off")
        keep(tally.looked_at)
        if frame.live:
            creates = [row for row in batch.rows if row.action == Action.CREATE]
            for row, person_id in zip(creates, rows.new_person_ids(len(creates)), strict=True):
                row.person_id = person_id
            rows.write_looks(frame.run.pk, batch.looks)
        rows.write(frame.run.pk, batch.rows)
        if batch.alerts:
            alert_rows.store(frame.run, batch.alerts)
        fault_point("plan.batch_written")
    tally.rows += len(batch.rows)
    for data_type, clever_id in batch.staying:
        tally.note(data_type, clever_id, Finding("move_waits"))
    for row in batch.rows:
        if row.before:
            tally.note_blanks(row.data_type, row.before, row.after)


def _plan_living(frame: Frame, kind: PersonKind, seen: list[Seen], tally: Tally) -> Batch:
    mapper = frame.mappers[kind]
    batch = Batch()
    strangers: list[tuple[Seen, Mapped, Newcomer]] = []
    locks = locks_of(frame.district.pk, frame.now, [one.person["id"] for one in seen if one.person])
    for one in seen:
        mapped = mapper.map(one.payload, one.roles)
        if one.broken and not mapped.reject:
            mapped.reject = "record_broken"
        pending = _note(tally, one, mapped)
        if mapped.reject:
            batch.rows.append(_rejected(one, mapped))
        elif mapped.place is not Place.IN_SCOPE:
            _outside(tally, one, mapped, batch)
            continue
        elif one.person is not None and one.person["kind"] != kind:
            _changed_kind(one, mapped, batch)
        elif one.person is not None:
            compare(frame, one, mapped, one.person, locks, batch)
        else:
            strangers.append((one, mapped, newcomer_of(one, mapped, mapper, kind)))
        remember(batch, one, mapped, pending)
    if strangers:
        place(frame, kind, strangers, batch)
    tally.looked_at += len(seen)
    return batch


def _note(tally: Tally, one: Seen, mapped: Mapped) -> bool:
    for finding in mapped.findings:
        tally.note(mapped.data_type, one.clever_id, finding)
    if mapped.reject:
        tally.note(mapped.data_type, one.clever_id, Finding(mapped.reject))
    return bool(mapped.findings)


def _rejected(one: Seen, mapped: Mapped) -> Row:
    row = plan_exception(
        Action.REJECT,
        mapped,
        clever_id=one.clever_id,
        reason=mapped.reject,
        person_id=one.person["id"] if one.person else None,
    )
    row.source_hash = one.content_hash
    return row


def _outside(tally: Tally, one: Seen, mapped: Mapped, batch: Batch) -> None:
    """Out of scope: an existing person stays as it is, a new one is not created (engine.md 3).

    Not pending: only a change of settings or of the person itself brings them into scope, and
    both lead here again. A school that nobody has answered stays pending, so that its people
    are counted in every run.
    """
    unmatched = mapped.place is Place.UNMATCHED
    if one.person is not None or unmatched:
        school = str(one.payload.get("student.school") or one.payload.get("teacher.school") or "")
        tally.note(mapped.data_type, one.clever_id, Finding(mapped.place.value, "site", school))
    remember(batch, one, mapped, pending=unmatched)


def _changed_kind(one: Seen, mapped: Mapped, batch: Batch) -> None:
    """A student who is an employee now, or the other way round, is for a person to decide (F70)."""
    assert one.person is not None
    row = plan_exception(
        Action.CONFLICT,
        mapped,
        clever_id=one.clever_id,
        reason="kind_changed",
        candidates=[one.person["id"]],
    )
    row.source_hash = one.content_hash
    batch.rows.append(row)
    candidate = Scored(one.person["id"], 100, ("same_clever_id",), one.person["revision"])
    batch.alerts.append(
        alert_rows.AlertRow(one.clever_id, mapped.data_type, "kind_changed", [candidate])
    )


def _plan_missing(frame: Frame, kind: PersonKind, absent: list[Missing], tally: Tally) -> Batch:
    """Leavers. An absent person's scope is the last Clever school known (engine.md 3)."""
    batch = Batch()
    for one in absent:
        data_type = next(
            t for t in frame.types_of(kind) if set(one.roles) & set(frame.roles_of_type(t))
        )
        spec = frame.specs[data_type]
        if spec.import_rule is ImportRule.ADD_ONLY or not _in_scope(frame, data_type, one.school):
            continue
        row = plan_leaver(
            one.person, data_type=data_type, rule=spec.leaver_rule, confirmed=one.confirmed
        )
        if row is not None and frame.run.adds_only:
            tally.note(data_type, one.person["clever_id"], Finding("leaver_waits"))
        elif row is not None:
            batch.rows.append(row)
    tally.looked_at += len(absent)
    return batch


def _in_scope(frame: Frame, data_type: DataType, clever_school: str | None) -> bool:
    """A district admin has no school: the district office is in scope with all schools."""
    spec = frame.specs[data_type]
    local = (
        frame.schools.office if clever_school is None else frame.schools.local.get(clever_school)
    )
    return local is not None and (spec.all_schools or local in spec.schools)
