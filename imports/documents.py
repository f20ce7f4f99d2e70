"""Runs, alerts and holds as the JSON documents that the commands print (interfaces.md)."""

from typing import Any

from clever_sync.models import MirrorObject
from core.vocabulary import AlertState, Decision, HoldState, RunMode
from imports.likeness import REASONS
from imports.models import Alert, Hold, MatchDecision, Run
from imports.problems import HOLDS, PROBLEMS
from schools.models import District, School

COUNTED = (
    *("create", "update", "move", "link", "transfer", "restore", "conflict", "reject"),
    *("held", "unchanged"),
)
WAITING = (AlertState.OPEN, AlertState.STAGED)


def of_run(run: Run) -> dict[str, Any]:
    """What a run did: every type has every count, states are in capitals as in interfaces.md."""
    return {
        "run": run.pk,
        "state": run.state.upper(),
        "mode": run.mode.upper(),
        "counts": {
            data_type: {**dict.fromkeys(COUNTED, 0), **run.counts.get(data_type, {})}
            for data_type in run.data_types
        },
        "problems": run.problems,
        "holds": holds_of(run),
        "alerts": Alert.objects.filter(
            district=run.district_id, last_run=run, state__in=WAITING
        ).count(),
        "seconds": run.seconds,
        "message": run.message,
    }


def holds_of(run: Run) -> int:
    """How many slices a run holds; for a test, how many it would hold."""
    if run.mode != RunMode.LIVE:
        codes = [problem.code for problem in HOLDS]
        return run.run_problems.filter(code__in=codes).count()
    return run.holds.filter(state=HoldState.OPEN).count()


def of_alerts(district: District, alerts: list[Alert]) -> dict[str, Any]:
    """The alerts with their people, candidates and staged decisions."""
    people = _people_of_clever(district, [alert.clever_id for alert in alerts])
    decisions: dict[str, list[MatchDecision]] = {}
    for decision in MatchDecision.objects.filter(district=district, done_in__isnull=True):
        decisions.setdefault(decision.clever_id, []).append(decision)
    return {
        "district": district.slug,
        "alerts": [
            _of_alert(alert, people.get(alert.clever_id), decisions.get(alert.clever_id, []))
            for alert in alerts
        ],
    }


def _people_of_clever(district: District, clever_ids: list[str]) -> dict[str, MirrorObject]:
    found = MirrorObject.objects.filter(
        connection__district=district, type="user", clever_id__in=clever_ids
    )
    return {one.clever_id: one for one in found}


def _of_alert(
    alert: Alert, person: MirrorObject | None, decisions: list[MatchDecision]
) -> dict[str, Any]:
    payload: dict[str, Any] = person.payload if person else {}
    names = (payload.get("name.first"), payload.get("name.last"))
    candidates = sorted(alert.candidates.all(), key=lambda c: (-c.score, c.person_id))
    return {
        "id": alert.pk,
        "clever_id": alert.clever_id,
        "type": alert.data_type,
        "name": " ".join(str(name) for name in names if name),
        "reason": alert.reason,
        "sentence": PROBLEMS[alert.reason].explanation if alert.reason in PROBLEMS else "",
        "state": alert.state,
        "version": alert.version,
        "opened_at": alert.opened_at.isoformat(),
        "others": _others(person) if alert.reason == "sis_id_twice_in_clever" else [],
        "candidates": [
            {
                "person": one.person_id,
                "name": str(one.person),
                "score": one.score,
                "reasons": [REASONS.get(reason, reason) for reason in one.reasons],
            }
            for one in candidates
        ],
        "decisions": [
            {"decision": d.decision, "person": d.person_id, "by": d.decided_by} for d in decisions
        ],
    }


def _others(person: MirrorObject | None) -> list[str]:
    """The Clever IDs of the others who have this person's SIS ID (F64: both are named)."""
    if person is None or person.key_sis_id is None:
        return []
    found = MirrorObject.objects.filter(
        connection=person.connection_id, type="user", key_sis_id=person.key_sis_id, gone_in=None
    ).exclude(pk=person.pk)
    return list(found.order_by("clever_id").values_list("clever_id", flat=True))


def of_holds(district: District, holds: list[Hold]) -> dict[str, Any]:
    """The holds with their schools by site code."""
    sites = dict(School.objects.filter(district=district).values_list("pk", "site_code"))
    return {"district": district.slug, "holds": [_of_hold(hold, sites) for hold in holds]}


def _of_hold(hold: Hold, sites: dict[int, str]) -> dict[str, Any]:
    return {
        "id": hold.pk,
        "run": hold.run_id,
        "cause": hold.cause,
        "title": PROBLEMS[hold.cause].title if hold.cause in PROBLEMS else hold.cause,
        "slice": hold.slice,
        "type": hold.data_type,
        "action": hold.action,
        "count": hold.count,
        "population": hold.population,
        "state": hold.state,
        "schools": [
            {"site": sites.get(row["school"]), "count": row["count"], "of": row["of"]}
            for row in hold.schools
        ],
        "opened_at": hold.opened_at.isoformat(),
        "expires_at": hold.expires_at.isoformat(),
    }


def decision_in_words(decision: str, person: int | None) -> str:
    """ "match with record 12"."""
    if decision == Decision.MATCH:
        return f"match with record {person}"
    if decision == Decision.NEVER and person:
        return f"never record {person}"
    return {"create": "new record", "skip": "skipped for now"}.get(decision, "never these records")
