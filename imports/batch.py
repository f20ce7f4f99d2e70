"""What one batch adds to a plan, and how a record is compared with what Clever means for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection as database

from core.vocabulary import DataType, ImportRule
from imports import alert_rows
from imports.frame import Frame
from imports.looking import Seen
from imports.planner import UNLOCKED, Locks, Person, Row, moves_away, plan_existing
from mappings.spec import Mapped

Look = tuple[str, str, bool, int | None, int | None]


@dataclass
class Batch:
    """What one batch adds to the plan."""

    rows: list[Row] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    alerts: list[alert_rows.AlertRow] = field(default_factory=list)
    staying: list[tuple[DataType, str]] = field(default_factory=list)


def remember(batch: Batch, one: Seen, mapped: Mapped, pending: bool) -> None:
    """Notes who is to be looked at again, and whose mark may go; of others nothing is kept."""
    person = one.person
    if person is not None and person["unsettled"]:
        mark = (person["id"], person["revision"])
    elif pending:
        mark = (None, None)
    else:
        return
    batch.looks.append((str(mapped.data_type), one.clever_id, pending, *mark))


def compare(
    frame: Frame,
    one: Seen,
    mapped: Mapped,
    person: Person,
    locks: Mapping[int, Locks],
    batch: Batch,
    linked_by: str = "",
) -> None:
    """Adds what would change of a record that is linked, or is linked by this very row."""
    import_rule = frame.specs[mapped.data_type].import_rule
    locked = locks.get(person["id"], UNLOCKED)
    moves = import_rule is not ImportRule.ADD_ONLY and moves_away(person, mapped, locked)
    stays = moves and bool(frame.run.adds_only)
    row = plan_existing(
        person,
        mapped,
        clever_id=one.clever_id,
        run_types=frame.types,
        import_rule=import_rule,
        locks=locked,
        linked_by=linked_by,
        stays=stays,
    )
    if stays:  # The move comes when the adds-only days are over.
        batch.staying.append((mapped.data_type, one.clever_id))
        batch.looks.append((str(mapped.data_type), one.clever_id, True, None, None))
    if row is not None:
        row.source_hash = one.content_hash
        batch.rows.append(row)


def locks_of(
    district_id: int, now: datetime, ids: list[int]
) -> dict[int, dict[str, dict[str, str]]]:
    """The fields of these people that no run may write now (C11)."""
    locked: dict[int, dict[str, dict[str, str]]] = {}
    if not ids:
        return locked
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, field, locked_by, until FROM schools_fieldlock"
            " WHERE district_id = %s AND person_id = ANY(%s) AND (until IS NULL OR until > %s)",
            [district_id, ids, now],
        )
        for person_id, name, by, until in cursor.fetchall():
            more = {"until": until.isoformat()} if until else {}
            locked.setdefault(person_id, {})[name] = {"locked_by": by, **more}
    return locked
