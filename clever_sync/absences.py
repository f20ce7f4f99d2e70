"""Who is gone: concluded from proved walks only, and never from one silence (engine.md 2.5).

Up to 200 linked people are asked for one by one, between two good answers for somebody who is
there. More than that, and it takes a second proved pull with newer data of Clever's, or a person
who approves it. People nobody here is linked to need no confirmation.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from clever_sync import mirror
from clever_sync.fence import hold_fence
from clever_sync.models import MirrorObject, Pull, PullAbsence, PullWalk
from clever_sync.seals import break_seals
from clever_sync.walks import SCHOOLS, Tour
from core.fault_points import fault_point

MOST_ASKED = 200
GROUP = 20
GONE, LOST_ROLE, KEPT, WAITING = "gone", "lost_role", "kept", "waiting"
# By what an absence was confirmed (C13): Clever's answer that there is no such person, or that they
# hold none of our roles; two complete pulls; nobody here is linked to them.
NOT_FOUND, OTHER_ROLE, TWO_PULLS, UNLINKED = "not_found", "other_role", "two_pulls", "unlinked"
OMITTED = "people_omitted"
UNCONFIRMED = "confirmation_failed"

# Absent in a role that the mirror still shows; a role that another list took away is settled.
_STANDING = """
    FROM clever_sync_pullabsence a
    JOIN clever_sync_mirrorobject m ON m.connection_id = %(connection)s AND m.type = 'user'
        AND m.clever_id = a.clever_id AND a.role = ANY(m.roles) AND m.gone_in_id IS NULL
    LEFT JOIN schools_person p ON p.district_id = %(district)s AND p.clever_id = a.clever_id
        AND p.archived_at IS NULL
    WHERE a.pull_id = %(pull)s AND a.verdict = ''
"""

_GONE = """
    WITH concluded AS (
        SELECT a.clever_id, array_agg(a.role) AS roles, max(a.how) AS how
        FROM clever_sync_pullabsence a JOIN clever_sync_pullwalk w
            ON w.pull_id = a.pull_id AND w.what = a.role AND w.proved
        WHERE a.pull_id = %(pull)s AND a.verdict = 'gone' AND a.role <> 'schools'
        GROUP BY a.clever_id
    ), left_over AS (
        SELECT m.id, c.how,
            ARRAY(SELECT r FROM unnest(m.roles) r WHERE r <> ALL (c.roles)) AS roles
        FROM concluded c JOIN clever_sync_mirrorobject m
            ON m.connection_id = %(connection)s AND m.type = 'user' AND m.clever_id = c.clever_id
    )
    UPDATE clever_sync_mirrorobject m SET
        roles = CASE WHEN l.roles && %(roles)s::varchar[] THEN l.roles ELSE m.roles END,
        absent_in_id = CASE WHEN l.roles && %(roles)s::varchar[] THEN NULL
            ELSE coalesce(m.absent_in_id, %(pull)s) END,
        gone_in_id = CASE WHEN l.roles && %(roles)s::varchar[] THEN NULL ELSE %(pull)s END,
        gone_by = l.how,
        changed_in_id = %(pull)s
    FROM left_over l WHERE m.id = l.id RETURNING m.clever_id
"""

_ABSENT = """
    UPDATE clever_sync_mirrorobject m SET absent_in_id = %(pull)s, changed_in_id = %(pull)s
    FROM clever_sync_pullabsence a JOIN clever_sync_pullwalk w
        ON w.pull_id = a.pull_id AND w.what = a.role AND w.proved
    WHERE a.pull_id = %(pull)s AND a.verdict = 'waiting' AND m.connection_id = %(connection)s
        AND m.type = 'user' AND m.clever_id = a.clever_id AND m.absent_in_id IS NULL
    RETURNING m.clever_id
"""

# People, and not roles, by how their absence was confirmed, else by what is known so far.
_COUNTED = """
    SELECT CASE WHEN verdict = 'gone' THEN how WHEN verdict = '' THEN 'unproved' ELSE verdict END,
        count(DISTINCT clever_id)
    FROM clever_sync_pullabsence WHERE pull_id = %(pull)s AND role <> 'schools' GROUP BY 1
"""

_SCHOOLS_GONE = """
    UPDATE clever_sync_mirrorobject m SET gone_in_id = %(pull)s, changed_in_id = %(pull)s
    FROM clever_sync_pullabsence a
    WHERE a.pull_id = %(pull)s AND a.role = 'schools' AND m.connection_id = %(connection)s
        AND m.type = 'school' AND m.clever_id = a.clever_id AND m.gone_in_id IS NULL
    RETURNING m.clever_id
"""


@dataclass(frozen=True)
class _Missing:
    clever_id: str
    roles: list[str]


def confirm(tour: Tour) -> bool:
    """Finds out about everybody who is missing; False when the deadline came first.

    Writes verdicts, not conclusions. Nothing is asked when the pull may remove nobody.
    """
    if not may_remove(tour.pull) or not tour.pull.absences.exists():
        return True
    linked = _linked(tour.pull)
    asked = PullAbsence.objects.filter(pull=tour.pull, verdict__in=[GONE, KEPT, LOST_ROLE])
    already = asked.values("clever_id").distinct().count()
    if len(linked) + already > MOST_ASKED:
        _judge_by_pulls(tour)
        return True
    for start in range(0, len(linked), GROUP):
        if start and tour.deadline():
            return False
        if not _ask_for(tour, linked[start : start + GROUP]):
            break
        fault_point("pull.absences_confirmed")
    return True


def may_remove(pull: Pull) -> bool:
    """Whether this pull may conclude anything from absence: all walks proved, Clever at work.

    A walk that a confirmation unproved speaks for its own role only.
    """
    unproved = pull.walks.exclude(proved=True).exclude(doubt__in=[OMITTED, UNCONFIRMED])
    return not pull.adds_only and not unproved.exists()


def conclude(pull: Pull) -> None:
    """Turns the verdicts into the mirror's absent_in and gone_in. In the caller's transaction."""
    if not pull.absences.exists():
        return
    if may_remove(pull):
        _judge_unlinked(pull)
        _conclude(pull)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, _values(pull))
        Pull.objects.filter(pk=pull.pk).update(absence_counts=dict(cursor.fetchall()))


def _conclude(pull: Pull) -> None:
    values = _values(pull)
    touched: list[str] = []
    with connection.cursor() as cursor:
        for statement in (_GONE, _ABSENT):
            cursor.execute(statement, values)
            touched += [row[0] for row in cursor.fetchall()]
        if PullWalk.objects.filter(pull=pull, what=SCHOOLS, proved=True).exists():
            cursor.execute(_SCHOOLS_GONE, values)
            touched += [row[0] for row in cursor.fetchall()]
    break_seals(pull.connection_id, touched)


def _values(pull: Pull) -> dict[str, Any]:
    return {
        "pull": pull.pk,
        "connection": pull.connection_id,
        "district": pull.connection.district_id,
        "roles": pull.roles,
    }


def _linked(pull: Pull) -> list[_Missing]:
    """The linked people who are missing and not yet judged, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.clever_id, array_agg(a.role) {_STANDING} AND p.id IS NOT NULL"
            " GROUP BY a.clever_id ORDER BY a.clever_id",
            _values(pull),
        )
        return [_Missing(*row) for row in cursor.fetchall()]


def _judge_by_pulls(tour: Tour) -> None:
    """Too many to ask for: gone if an earlier proved pull, of older data, missed them too."""
    pull = tour.pull
    with transaction.atomic(), connection.cursor() as cursor:
        hold_fence(pull)
        cursor.execute(
            f"""
            UPDATE clever_sync_pullabsence SET verdict = CASE WHEN EXISTS (
                    SELECT 1 FROM clever_sync_mirrorobject m JOIN clever_sync_pull earlier
                        ON earlier.id = m.absent_in_id AND earlier.last_sync < %(last_sync)s
                    WHERE m.connection_id = %(connection)s AND m.type = 'user'
                        AND m.clever_id = clever_sync_pullabsence.clever_id
                ) THEN 'gone' ELSE 'waiting' END, how = 'two_pulls'
            WHERE id IN (SELECT a.id {_STANDING} AND p.id IS NOT NULL)
            """,
            {**_values(pull), "last_sync": pull.last_sync},
        )


def _judge_unlinked(pull: Pull) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clever_sync_pullabsence SET verdict = 'gone', how = 'unlinked'"
            f" WHERE id IN (SELECT a.id {_STANDING} AND p.id IS NULL)",
            _values(pull),
        )


def _ask_for(tour: Tour, group: list[_Missing]) -> bool:
    """Asks for each by id; the answers count if somebody present is found before and after."""
    present = _somebody_present(tour.pull)
    verdicts: list[tuple[_Missing, str, bytes | None]] = []
    trusted = present is not None and tour.client.user(present) is not None
    if trusted:
        verdicts = [_verdict(tour, missing) for missing in group]
        trusted = present is not None and tour.client.user(present) is not None
    with transaction.atomic():
        hold_fence(tour.pull, tour.new_requests())
        if not trusted:
            _leave_unconfirmed(tour, present is not None)
            return False
        for missing, verdict, raw in verdicts:
            _note(tour, missing, verdict, raw)
    return True


def _verdict(tour: Tour, missing: _Missing) -> tuple[_Missing, str, bytes | None]:
    raw = tour.client.user(missing.clever_id)
    if raw is None:
        return missing, GONE, None
    record = tour.reader.read(raw, missing.clever_id)
    if record.broken or set(missing.roles) & set(record.roles):
        return missing, KEPT, raw
    return missing, LOST_ROLE if set(tour.pull.roles) & set(record.roles) else GONE, raw


def _note(tour: Tour, missing: _Missing, verdict: str, raw: bytes | None) -> None:
    pull = tour.pull
    how = NOT_FOUND if raw is None else OTHER_ROLE
    PullAbsence.objects.filter(pull=pull, clever_id=missing.clever_id).update(
        verdict=verdict, how=how if verdict == GONE else ""
    )
    if verdict in (KEPT, LOST_ROLE) and raw is not None:
        span = mirror.Span(pull.connection_id, mirror.USER, "", "", missing.clever_id, pull.pk)
        mirror.take_one(span, raw, tour.reader)
    if verdict == KEPT:
        _unprove(pull, missing.roles, OMITTED)


def _leave_unconfirmed(tour: Tour, somebody_is_present: bool) -> None:
    """Nobody to compare with, or answers that cannot be trusted: it takes a second pull."""
    if somebody_is_present:
        _unprove(tour.pull, tour.pull.roles, UNCONFIRMED)
    _judge_by_pulls(tour)


def _unprove(pull: Pull, roles: list[str], doubt: str) -> None:
    PullWalk.objects.filter(pull=pull, what__in=roles).update(proved=False, doubt=doubt)


def _somebody_present(pull: Pull) -> str | None:
    """Somebody whom this pull has met: any living person of the mirror who is not missing."""
    missing = PullAbsence.objects.filter(pull=pull).values("clever_id")
    return (
        MirrorObject.objects.filter(
            connection_id=pull.connection_id,
            type=mirror.USER,
            broken=False,
            absent_in=None,
            gone_in=None,
            roles__overlap=pull.roles,
        )
        .exclude(clever_id__in=missing)
        .order_by("clever_id")
        .values_list("clever_id", flat=True)
        .first()
    )
