"""From events to letters: who is told of what, in which mail (engine.md 10, ADR 0019).

What a run has to tell goes into one letter per address, once the run has ended or waits for a
decision; only that it has started does not wait. Several processes may come at once: one gathers.
"""

import json
from collections.abc import Iterable, Sequence

from django.db import connection as database
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from core.fault_points import fault_point
from core.vocabulary import (
    ACTIVE_RUN_STATES,
    NOT_OF_CLEVER,
    EventKind,
    HoldState,
    MemberRole,
    RunMode,
)
from imports import outbox
from imports.models import Run, RunEvent
from notifications import mail
from notifications.models import Condition
from notifications.news import (
    TOLD_TO_OWNERS,
    WORKS_AGAIN,
    Happened,
    Judgement,
    Over,
    Place,
    Standing,
    judge,
)
from notifications.webhooks.collecting import anybody_listens, collect

LOCK = 4_702_010
# The same slice was held by the import before, and this run's hold has only replaced that one.
_KNOWN_HOLDS = """
    SELECT DISTINCT h.run_id FROM imports_hold h
    WHERE h.run_id = ANY(%(runs)s) AND NOT EXISTS (
        SELECT FROM imports_hold n WHERE n.run_id = h.run_id AND NOT EXISTS (
            SELECT FROM imports_hold b WHERE b.district_id = n.district_id AND b.cause = n.cause
                AND b.slice = n.slice AND b.state = %(replaced)s AND b.run_id = (
                    SELECT max(r.id) FROM imports_run r WHERE r.district_id = n.district_id
                        AND r.id < n.run_id AND r.mode = 'live' AND n.data_type = ANY(r.data_types)
                        AND r.trigger <> 'file'
                        AND r.state IN ('completed', 'completed_with_errors'))))
"""
_NOTICES = """
    INSERT INTO notifications_notice (event_id, email, news)
    SELECT w.event, r.email, bool_or(w.news)
    FROM jsonb_to_recordset(%(wanted)s) AS w(event bigint, district bigint, types jsonb,
        asked jsonb, news boolean)
    JOIN notifications_recipient r ON r.district_id = w.district AND w.types ? r.data_type
        AND w.asked ?| r.events::text[]
    GROUP BY w.event, r.email
    ON CONFLICT DO NOTHING
"""
# Of what is told to owners nobody can have chosen not to hear.
_TO_OWNERS = """
    INSERT INTO notifications_notice (event_id, email, news)
    SELECT e.id, lower(u.email), true
    FROM imports_runevent e
    JOIN accounts_membership m ON m.district_id = e.district_id AND m.role = %(owner)s
    JOIN accounts_user u ON u.id = m.user_id AND u.is_active
    WHERE e.id = ANY(%(events)s) AND e.kind = ANY(%(kinds)s)
    ON CONFLICT DO NOTHING
"""
_LETTERS = """
    INSERT INTO notifications_letter
        (district_id, run_id, email, state, attempts, fence, code, said)
    SELECT DISTINCT e.district_id, e.run_id, n.email, 'waiting', 0, 0, 0, ''
    FROM notifications_notice n JOIN imports_runevent e ON e.id = n.event_id
    WHERE n.event_id = ANY(%(events)s) AND n.news AND n.letter_id IS NULL
    RETURNING id
"""
_FILL = """
    UPDATE notifications_notice n SET letter_id = l.id
    FROM imports_runevent e, notifications_letter l
    WHERE e.id = n.event_id AND n.letter_id IS NULL AND l.id = ANY(%(letters)s)
        AND l.district_id = e.district_id AND l.email = n.email
        AND l.run_id IS NOT DISTINCT FROM e.run_id
"""
# What was not news when it happened goes with the next letter to the same address.
_FILL_UP = """
    UPDATE notifications_notice n SET letter_id = l.id
    FROM imports_runevent e, (SELECT district_id, email, min(id) AS id FROM notifications_letter
        WHERE id = ANY(%(letters)s) GROUP BY district_id, email) l
    WHERE e.id = n.event_id AND n.letter_id IS NULL
        AND l.district_id = e.district_id AND l.email = n.email
"""


def gather() -> int:
    """Writes the letters of everything that can be told by now; returns how many.

    Where no mail can reach anybody, nothing is kept for later: old news would be of no use. What
    webhooks are told of is collected in the same transaction.
    """
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        events = _ready()
        written = _tell(events) if events and somebody_hears() else 0
        RunEvent.objects.filter(pk__in=[event.pk for event in events]).update(delivered_at=Now())
    return written


def _ready() -> list[RunEvent]:
    """Events whose letter can be written: of no run, of one that is at rest, or of its start."""
    resting = Q(run=None) | ~Q(run__state__in=[str(state) for state in ACTIVE_RUN_STATES])
    waiting = RunEvent.objects.filter(resting | Q(kind=EventKind.STARTED), delivered_at=None)
    return list(waiting.select_related("run").order_by("pk"))


def somebody_hears() -> bool:
    """Whether mail reaches people, or any webhook is told of anything."""
    return mail.reaches_people() or anybody_listens()


def _tell(events: Sequence[RunEvent]) -> int:
    wanted, again = _judge(events)
    collect([*events, *again])
    fault_point("events.collected")
    return _letters(wanted) if mail.reaches_people() else 0


def _judge(events: Sequence[RunEvent]) -> tuple[list[dict[str, object]], list[RunEvent]]:
    """What mail tells, and the events that this itself has made; conditions are noted."""
    known = _known_holds([e.run_id for e in events if e.run_id and e.kind == EventKind.HELD])
    judged = judge([_happened(event, known) for event in events], _conditions(events))
    again = [_works_again(over, events) for over in judged.over]
    _note_conditions(events, judged)
    wanted: list[dict[str, object]] = [
        {
            "event": event.pk,
            "district": event.district_id,
            "types": list(types),
            "asked": event.details.get("topics", [event.kind]),
            "news": news,
        }
        for where, news in ((judged.news, True), (judged.old, False))
        for event in events
        if (types := where.get(event.pk))
    ]
    wanted += [
        {
            "event": event.pk,
            "district": event.district_id,
            "types": event.data_types,
            "asked": event.details["topics"],
            "news": True,
        }
        for event in again
    ]
    return wanted, again


def _letters(wanted: list[dict[str, object]]) -> int:
    events = [one["event"] for one in wanted]
    with database.cursor() as cursor:
        cursor.execute(_NOTICES, {"wanted": json.dumps(wanted)})
        cursor.execute(
            _TO_OWNERS,
            {"events": events, "kinds": list(TOLD_TO_OWNERS), "owner": str(MemberRole.OWNER)},
        )
        cursor.execute(_LETTERS, {"events": events})
        letters = [row[0] for row in cursor.fetchall()]
        if letters:
            cursor.execute(_FILL, {"letters": letters})
            cursor.execute(_FILL_UP, {"letters": letters})
    return len(letters)


def _happened(event: RunEvent, known_holds: set[int]) -> Happened:
    return Happened(
        event=event.pk,
        district=event.district_id,
        kind=event.kind,
        types=tuple(event.data_types),
        at=event.at,
        code=str(event.details.get("code", "")),
        live=event.run is None or _follows_clever(event.run),
        known=event.kind == EventKind.HELD and event.run_id in known_holds,
    )


def _follows_clever(run: Run) -> bool:
    """Whether its end says how syncs are: not of a test, an undo or a file."""
    return run.mode == RunMode.LIVE and run.trigger not in NOT_OF_CLEVER


def _known_holds(runs: Sequence[int]) -> set[int]:
    """The runs that hold nothing but what the import before them held, too."""
    if not runs:
        return set()
    with database.cursor() as cursor:
        cursor.execute(_KNOWN_HOLDS, {"runs": list(runs), "replaced": str(HoldState.REPLACED)})
        return {row[0] for row in cursor.fetchall()}


def _of(events: Iterable[RunEvent]) -> set[int]:
    return {event.district_id for event in events}


def _conditions(events: Sequence[RunEvent]) -> dict[Place, Standing]:
    rows = Condition.objects.filter(district__in=_of(events), told=True)
    return {
        (row.district_id, row.data_type, row.topic): Standing(row.since, row.code, row.times)
        for row in rows
    }


def _note_conditions(events: Sequence[RunEvent], judged: Judgement) -> None:
    """Makes the table say what the judgement says, of these districts."""
    left, gone, changed = dict(judged.conditions), [], []
    for row in Condition.objects.filter(district__in=_of(events), told=True):
        standing = left.pop((row.district_id, row.data_type, row.topic), None)
        if standing is None:
            gone.append(row.pk)
        elif (row.code, row.times) != (standing.code, standing.times):
            row.code, row.times = standing.code, standing.times
            changed.append(row)
    Condition.objects.filter(pk__in=gone).delete()
    Condition.objects.bulk_update(changed, ["code", "times"])
    Condition.objects.bulk_create(
        Condition(
            district_id=district, data_type=data_type, topic=topic,
            code=standing.code, since=standing.since, times=standing.times,
        )
        for (district, data_type, topic), standing in left.items()
    )  # fmt: skip


def _works_again(over: Over, events: Sequence[RunEvent]) -> RunEvent:
    """The event that tells of it, in the run that has ended the condition."""
    run = next(event.run for event in events if event.pk == over.event)
    assert isinstance(run, Run)
    outbox.write(
        run, WORKS_AGAIN, topics=list(over.topics), since=over.since.isoformat(), times=over.times
    )
    event = RunEvent.objects.get(run=run, kind=WORKS_AGAIN)
    RunEvent.objects.filter(pk=event.pk).update(data_types=list(over.types), delivered_at=Now())
    event.data_types = list(over.types)
    return event
