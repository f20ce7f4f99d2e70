"""Alerts as runs write them: opened, renewed, closed, and decisions carried out (engine.md 4).

An alert is open while a person of Clever cannot be placed. Decisions are staged (A66): a test
and a first import obey them; any other run only once Process All Updates was pressed. A decision
that turned out to be void when it was obeyed (the record changed, somebody else has it) is
forgotten, and its alert is open again (H08).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection as database
from django.db import transaction

from core.vocabulary import AlertState, DataType, Decision, RunMode
from imports import outbox
from imports.likeness import Scored
from imports.matcher import Decisions
from imports.models import Alert, AlertCandidate, MatchDecision, Run, Schedule

# Reasons that are no question of who somebody is: nothing can be matched or created for them.
NOT_OF_IDENTITY = ("username_taken",)
PLACING = (Decision.MATCH, Decision.CREATE)
WAITING = (AlertState.OPEN, AlertState.STAGED)


@dataclass(slots=True)
class AlertRow:
    """A person of Clever whom a run could not place, with the records it might be."""

    clever_id: str
    data_type: DataType
    reason: str
    candidates: Sequence[Scored] = field(default_factory=list)


_UPSERT = """
    INSERT INTO imports_alert
        (district_id, clever_id, data_type, reason, state, version, first_run_id, last_run_id)
    SELECT %(district)s, s.clever_id, s.data_type, s.reason, 'open', 1, %(run)s, %(run)s
    FROM unnest(%(ids)s::text[], %(types)s::text[], %(reasons)s::text[])
        AS s(clever_id, data_type, reason)
    ON CONFLICT (district_id, clever_id, reason) WHERE state IN ('open', 'staged')
    DO UPDATE SET last_run_id = EXCLUDED.last_run_id, data_type = EXCLUDED.data_type
    RETURNING id, clever_id, reason
"""
# Decisions that this run obeyed and that led nowhere, since their alerts are here again.
_VOID = """
    WITH void AS (
        DELETE FROM imports_matchdecision d
        WHERE d.district_id = %(district)s AND d.clever_id = ANY(%(ids)s)
            AND d.decision = ANY(%(placing)s) AND d.done_in_id IS NULL
            AND (NOT d.staged OR %(obeyed)s)
        RETURNING d.clever_id, d.decision, d.person_id, d.decided_by
    )
    UPDATE imports_alert a SET skipped = jsonb_build_object(
        'why', 'asked_again', 'decision', void.decision, 'person', void.person_id,
        'by', void.decided_by, 'run', %(run)s::bigint)
    FROM void WHERE a.id = ANY(%(alerts)s) AND a.clever_id = void.clever_id
"""
_STATE = """
    UPDATE imports_alert a SET state = s.state, version = version + 1
    FROM (
        SELECT b.id, CASE WHEN EXISTS (
            SELECT 1 FROM imports_matchdecision d
            WHERE d.district_id = b.district_id AND d.clever_id = b.clever_id
                AND d.done_in_id IS NULL AND d.decision = ANY(%(placing)s)
        ) THEN 'staged' ELSE 'open' END AS state
        FROM imports_alert b WHERE b.id = ANY(%(alerts)s)
    ) s
    WHERE a.id = s.id AND a.state <> s.state
"""
_USERNAME_STILL_TAKEN = """
    SELECT a.id FROM imports_alert a
    JOIN imports_alertcandidate c ON c.alert_id = a.id
    JOIN schools_person p ON p.id = c.person_id AND p.archived_at IS NULL
    JOIN clever_sync_connection n ON n.district_id = a.district_id
    JOIN clever_sync_mirrorobject m ON m.connection_id = n.id AND m.type = 'user'
        AND m.clever_id = a.clever_id AND m.gone_in_id IS NULL
    WHERE a.district_id = %s AND a.reason = 'username_taken' AND a.state IN ('open', 'staged')
        AND p.clever_id IS DISTINCT FROM a.clever_id
        AND lower(p.username) IN (
            lower(m.payload->>'student.credentials.district_username'),
            lower(m.payload->>'teacher.credentials.district_username'),
            lower(m.payload->>'staff.credentials.district_username'))
"""
# A staged alert is not met again while its decision works; it closes when there is nobody to
# be placed any more: linked by other means, or no longer shared.
_NOBODY_TO_PLACE = """
    SELECT a.id FROM imports_alert a
    WHERE a.district_id = %s AND a.data_type = ANY(%s) AND a.state = 'staged'
        AND a.last_run_id IS DISTINCT FROM %s
        AND (EXISTS (SELECT 1 FROM schools_person p
                     WHERE p.district_id = a.district_id AND p.clever_id = a.clever_id
                         AND p.archived_at IS NULL)
             OR NOT EXISTS (SELECT 1 FROM clever_sync_mirrorobject m
                            JOIN clever_sync_connection n ON n.id = m.connection_id
                            WHERE n.district_id = a.district_id AND m.type = 'user'
                                AND m.clever_id = a.clever_id AND m.gone_in_id IS NULL))
"""
_DONE = """
    UPDATE imports_matchdecision d SET staged = false, done_in_id = %(run)s
    FROM imports_plannedchange c
    WHERE d.district_id = %(district)s AND d.done_in_id IS NULL
        AND c.run_id = %(run)s AND c.clever_id = d.clever_id AND c.exception IS NULL
        AND ((d.decision = 'match' AND c.person_id = d.person_id
              AND c.action NOT IN ('conflict', 'reject'))
             OR (d.decision = 'create' AND c.action IN ('create', 'restore')))
    RETURNING d.clever_id
"""
_NEVER_DONE = """
    UPDATE imports_matchdecision d SET staged = false, done_in_id = %(run)s
    WHERE d.district_id = %(district)s AND d.decision = 'never' AND d.done_in_id IS NULL
        AND (NOT d.staged OR %(obeyed)s)
        AND EXISTS (SELECT 1 FROM imports_plannedchange c
                    WHERE c.run_id = %(run)s AND c.clever_id = d.clever_id
                        AND c.exception IS NULL)
"""
_DECIDED = """
    UPDATE imports_alert a SET state = 'decided', closed_at = now(), version = version + 1
    WHERE a.district_id = %(district)s AND a.state IN ('open', 'staged')
        AND NOT a.reason = ANY(%(other)s)
        AND (a.clever_id = ANY(%(ids)s)
             OR (a.state = 'staged' AND EXISTS (
                 SELECT 1 FROM imports_plannedchange c
                 WHERE c.run_id = %(run)s AND c.clever_id = a.clever_id AND c.exception IS NULL
                     AND c.action NOT IN ('conflict', 'reject'))))
    RETURNING a.clever_id
"""


def obeys_staged(run: Run) -> bool:
    """Whether a run obeys decisions that are staged only: a test does, the import that follows
    one (it applies what the test showed), and the first import of a type (A48)."""
    if run.mode != RunMode.LIVE or run.tested_run_id is not None:
        return True
    imported = Schedule.objects.filter(
        district=run.district_id, data_type__in=run.data_types, first_import_at__isnull=False
    ).count()
    return imported < len(run.data_types)


def decisions_for(
    district_id: int, clever_ids: Sequence[str], include_staged: bool
) -> dict[str, Decisions]:
    """What was decided about these people of Clever. Staged ones only if asked for.

    A record that changed since it was chosen, or was archived, is not the one that was chosen.
    """
    found: dict[str, dict[str, Any]] = {}
    rows = MatchDecision.objects.filter(district=district_id, clever_id__in=clever_ids)
    if not include_staged:
        rows = rows.filter(staged=False)
    for row in rows.select_related("person").order_by("pk"):
        of = found.setdefault(row.clever_id, {"never": set(), "match": None, "create": False})
        if row.decision == Decision.NEVER and row.person_id is not None:
            of["never"].add(row.person_id)
        elif row.decision == Decision.CREATE and row.done_in_id is None:
            # Once carried out, the new record has the numbers; it is not created a second time.
            of["create"] = True
        elif row.decision == Decision.MATCH and is_as_chosen(row):
            of["match"] = row.person_id
    return {
        clever_id: Decisions(frozenset(of["never"]), of["match"], of["create"])
        for clever_id, of in found.items()
    }


def is_as_chosen(decision: MatchDecision) -> bool:
    """Whether the chosen record is still what the person saw who chose it (H08)."""
    person = decision.person
    if person is None or person.archived_at is not None:
        return False
    return decision.done_in_id is not None or person.revision == decision.person_revision


def store(run: Run, rows: Iterable[AlertRow]) -> None:
    """Opens or renews the alerts of a batch; `version` rises where the candidates changed.

    A what-if asks nobody anything: what it meets stands in its plan alone (C03).
    """
    by_place = {(row.clever_id, row.reason): row for row in rows}
    if not by_place or run.mode == RunMode.WHAT_IF:
        return
    places = sorted(by_place)
    names: dict[str, Any] = {
        "district": run.district_id,
        "run": run.pk,
        "ids": [clever_id for clever_id, _ in places],
        "types": [str(by_place[place].data_type) for place in places],
        "reasons": [reason for _, reason in places],
    }
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(_UPSERT, names)
        by_alert = {row[0]: by_place[row[1], row[2]] for row in cursor.fetchall()}
        _write_candidates(by_alert)
        of_identity = {i: r for i, r in by_alert.items() if r.reason not in NOT_OF_IDENTITY}
        _reopen_void(run, of_identity)


def _reopen_void(run: Run, by_alert: dict[int, AlertRow]) -> None:
    names: dict[str, Any] = {
        "district": run.district_id,
        "run": run.pk,
        "ids": [row.clever_id for row in by_alert.values()],
        "placing": list(PLACING),
        "obeyed": obeys_staged(run),
        "alerts": list(by_alert),
    }
    with database.cursor() as cursor:
        cursor.execute(_VOID, names)
        cursor.execute(_STATE, names)


def _write_candidates(by_alert: dict[int, AlertRow]) -> None:
    """Replaces the candidates of those alerts whose candidates are others than before."""
    old: dict[int, set[tuple[Any, ...]]] = {}
    for candidate in AlertCandidate.objects.filter(alert__in=by_alert):
        old.setdefault(candidate.alert_id, set()).add(
            (
                candidate.person_id,
                candidate.score,
                tuple(candidate.reasons),
                candidate.person_revision,
            )
        )
    changed = [
        alert_id
        for alert_id, row in by_alert.items()
        if old.get(alert_id, set())
        != {(c.person_id, c.score, tuple(c.reasons), c.revision) for c in row.candidates}
    ]
    if not changed:
        return
    AlertCandidate.objects.filter(alert__in=changed).delete()
    AlertCandidate.objects.bulk_create(
        AlertCandidate(
            alert_id=alert_id,
            person_id=candidate.person_id,
            score=candidate.score,
            reasons=list(candidate.reasons),
            person_revision=candidate.revision,
        )
        for alert_id in changed
        for candidate in by_alert[alert_id].candidates
    )
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_alert SET version = version + 1 WHERE id = ANY(%s)",
            [[alert_id for alert_id in changed if alert_id in old]],
        )


def finish(run: Run) -> None:
    """Closes what a run's planning did not meet again: the reason is gone. Called once.

    Staged decisions are kept while there is somebody to place. New alerts are told of.
    """
    types = list(run.data_types)
    if run.mode == RunMode.WHAT_IF:
        return
    if not Alert.objects.filter(district=run.district_id, state__in=WAITING).exists():
        return
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(_USERNAME_STILL_TAKEN, [run.district_id])
        still = [row[0] for row in cursor.fetchall()]
        cursor.execute(_NOBODY_TO_PLACE, [run.district_id, types, run.pk])
        moot = [row[0] for row in cursor.fetchall()]
        unmet = Alert.objects.filter(
            district=run.district_id, data_type__in=types, state=AlertState.OPEN
        ).exclude(last_run=run)
        closed = [*unmet.exclude(pk__in=still).values_list("pk", flat=True), *moot]
        cursor.execute(
            "UPDATE imports_alert SET state = 'closed', closed_at = now(), version = version + 1"
            " WHERE id = ANY(%s) RETURNING clever_id",
            [closed],
        )
        _forget(run.district_id, [row[0] for row in cursor.fetchall()])
        new = Alert.objects.filter(district=run.district_id, first_run=run, state__in=WAITING)
        count = new.count()
        if count:
            outbox.write(run, "alerts", count=count)


def _forget(district_id: int, clever_ids: Sequence[str]) -> None:
    """Drops decisions that were never carried out, where no alert waits any more."""
    if not clever_ids:
        return
    waiting = Alert.objects.filter(
        district=district_id, clever_id__in=clever_ids, state__in=WAITING
    ).values("clever_id")
    MatchDecision.objects.filter(
        district=district_id, clever_id__in=clever_ids, done_in__isnull=True, decision__in=PLACING
    ).exclude(clever_id__in=waiting).delete()


def mark_done(run: Run) -> None:
    """Notes the decisions that this run's plan carries out, and closes their alerts.

    Within apply's transaction, after the rows that may not be written were set aside.
    """
    names: dict[str, Any] = {
        "district": run.district_id,
        "run": run.pk,
        "obeyed": obeys_staged(run),
        "other": list(NOT_OF_IDENTITY),
    }
    with database.cursor() as cursor:
        cursor.execute(_DONE, names)
        names["ids"] = [row[0] for row in cursor.fetchall()]
        cursor.execute(_NEVER_DONE, names)
        cursor.execute(_DECIDED, names)
        _forget(run.district_id, [row[0] for row in cursor.fetchall()])
