"""Resolve Alerts: what people decide about those whom nobody could place (A63-A67, C14).

A decision is staged until Process All Updates (A66). It names the version of the alert that was
on the screen, so that of two people who decide, the second sees what the first did (H07).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F

from accounts.audit import record
from core.problems import ConsoleError
from core.states import one
from core.vocabulary import AlertState, DataType, Decision, RunMode, Trigger
from imports import actions
from imports.alert_rows import (
    NOT_OF_IDENTITY,
    PLACING,
    WAITING,
    AlertRow,
    decisions_for,
    finish,
    is_as_chosen,
    mark_done,
    obeys_staged,
    store,
)
from imports.models import Alert, AlertCandidate, MatchDecision, Run, Schedule
from imports.states import ALERT
from schools.models import District, Person

__all__ = [
    "AlertRow",
    "Processed",
    "decide",
    "decisions_for",
    "finish",
    "mark_done",
    "obeys_staged",
    "process",
    "staged",
    "store",
    "waiting",
]


@dataclass
class Processed:
    """What Process All Updates did: the run that carries out `decisions` decisions, if any are
    left, and a sentence for each decision that was skipped because its record changed."""

    run: Run | None
    decisions: int
    skipped: list[str] = field(default_factory=list)


def waiting(district: District) -> list[Alert]:
    """The open and staged alerts of a district with their candidates, best first."""
    found = Alert.objects.filter(district=district, state__in=WAITING).order_by("pk")
    return list(found.prefetch_related("candidates__person"))


def staged(district: District) -> list[MatchDecision]:
    """The decisions that wait for Process All Updates."""
    alerts = Alert.objects.filter(district=district, state__in=WAITING)
    return list(
        MatchDecision.objects.filter(
            district=district, staged=True, clever_id__in=alerts.values("clever_id")
        )
        .select_related("person")
        .order_by("pk")
    )


def decide(
    *,
    alert_id: int,
    decision: Decision,
    by: str,
    person_id: int | None = None,
    version: int | None = None,
    district: District | None = None,
) -> Alert:
    """Stages a decision. Nothing is written to a record before Process All Updates (A66).

    MATCH needs one of the alert's candidates. CREATE wants a new record. NEVER remembers that
    the Clever person is not `person_id`, or none of the candidates. SKIP takes back what was
    staged. `version` is the alert's as it was on the screen. Raises ConsoleError, which says who
    decided what, if the alert or the record changed since (H07, H08), and names the other alert
    if the record is chosen there already (H09).
    """
    try:
        return _decide(alert_id, decision, by, person_id, version, district)
    except _Stale as stale:
        # So that the next look is at the record as it is now, even without another run.
        AlertCandidate.objects.filter(alert=alert_id, person=stale.person.pk).update(
            person_revision=stale.person.revision
        )
        raise


def _decide(
    alert_id: int,
    decision: Decision,
    by: str,
    person_id: int | None,
    version: int | None,
    district: District | None,
) -> Alert:
    with transaction.atomic():
        alert = _locked(alert_id, district)
        if version is not None and version != alert.version:
            raise ConsoleError(_changed(alert), code="alert_changed")
        if decision is Decision.SKIP:
            _take_back(alert)
        elif alert.reason in NOT_OF_IDENTITY:
            raise ConsoleError(
                "This alert is not about who somebody is. Change the user name here or in your "
                "SIS; the alert closes by itself.",
                code="not_of_identity",
            )
        elif decision is Decision.NEVER:
            _never(alert, person_id, by)
        else:
            _place(alert, decision, person_id, by)
        _follow_state(alert)
        record(
            district=alert.district,
            actor=by,
            verb=f"alert {decision}",
            subject=f"alert {alert.pk}",
            clever_id=alert.clever_id,
            person=person_id or 0,
        )
    return alert


def process(*, district: District, by: str) -> Processed:
    """Process All Updates: checks every staged decision again and starts the run that carries
    them out. Raises ConsoleError if nothing is staged, before the first import, or while another
    run is on; nothing is changed then.
    """
    with transaction.atomic():
        decisions = staged(district)
        if not decisions:
            raise ConsoleError(
                "Nothing is waiting to be processed. Decide on an alert first.", code="none_staged"
            )
        skipped = [
            _reopen(d) for d in decisions if d.decision == Decision.MATCH and not is_as_chosen(d)
        ]
        alerts = Alert.objects.filter(district=district, state__in=WAITING)
        types = _imported_types(district, alerts)
        pressed = MatchDecision.objects.filter(
            district=district,
            staged=True,
            clever_id__in=alerts.filter(data_type__in=types).values("clever_id"),
        )
        count = pressed.update(staged=False)
        if not count:
            return Processed(None, 0, skipped)
        started = actions.start_run(
            district=district,
            mode=RunMode.LIVE,
            data_types=types,
            requested_by=by,
            trigger=Trigger.ALERTS,
        )
        if not started.created:
            raise ConsoleError(
                f"Run {started.run} is going on. Process the updates when it has finished.",
                code="run_is_on",
            )
    return Processed(started.run, count, skipped)


def _locked(alert_id: int, district: District | None) -> Alert:
    rows = Alert.objects.select_for_update(of=("self",)).select_related("district")
    if district is not None:
        rows = rows.filter(district=district)
    alert = rows.filter(pk=alert_id).first()
    if alert is None:
        raise ConsoleError(f"There is no alert {alert_id}.", code="no_alert")
    if alert.state not in WAITING:
        raise ConsoleError(
            f"Alert {alert_id} is closed already: {_changed(alert)}", code="alert_closed"
        )
    return alert


def _changed(alert: Alert) -> str:
    last = (
        MatchDecision.objects.filter(district=alert.district, clever_id=alert.clever_id)
        .order_by("-decided_at", "-pk")
        .first()
    )
    if last is None:
        return "it was looked at again by a newer run. Look at it once more before you decide."
    chosen = {Decision.MATCH: f"match with record {last.person_id}", Decision.CREATE: "new record"}
    what = chosen.get(Decision(last.decision), f"not record {last.person_id}")
    return (
        f"{last.decided_by} decided on {last.decided_at:%-d %B %Y at %H:%M} UTC: {what}. "
        "Look at it once more before you decide."
    )


def _undone(alert: Alert) -> list[MatchDecision]:
    return list(
        MatchDecision.objects.filter(
            district=alert.district, clever_id=alert.clever_id, done_in__isnull=True
        )
    )


def _take_back(alert: Alert) -> None:
    MatchDecision.objects.filter(pk__in=[d.pk for d in _undone(alert)]).delete()


def _place(alert: Alert, decision: Decision, person_id: int | None, by: str) -> None:
    person = _candidate(alert, person_id) if decision is Decision.MATCH else None
    if person is not None:
        _refuse_twice(alert, person)
    earlier = [d.pk for d in _undone(alert) if d.decision in PLACING]
    MatchDecision.objects.filter(pk__in=earlier).delete()
    _write(alert, decision, person, by)


def _never(alert: Alert, person_id: int | None, by: str) -> None:
    ids = list(alert.candidates.values_list("person_id", flat=True))
    if person_id is not None:
        ids = [_candidate(alert, person_id).pk]
    if not ids:
        raise ConsoleError(
            "This alert has no candidates to be ruled out. Choose Create Record.",
            code="no_candidates",
        )
    for person in Person.objects.filter(pk__in=ids):
        _write(alert, Decision.NEVER, person, by)


def _write(alert: Alert, decision: Decision, person: Person | None, by: str) -> None:
    MatchDecision.objects.filter(
        district=alert.district, clever_id=alert.clever_id, person=person
    ).delete()
    MatchDecision.objects.create(
        district=alert.district,
        clever_id=alert.clever_id,
        person=person,
        decision=decision,
        decided_by=by,
        person_revision=person.revision if person else None,
    )


def _candidate(alert: Alert, person_id: int | None) -> Person:
    """The chosen record, locked, if it is a candidate and as it was when the alert was made."""
    shown = AlertCandidate.objects.filter(alert=alert, person=person_id).first()
    if shown is None:
        raise ConsoleError(
            f"Record {person_id} is not one of the candidates of alert {alert.pk}.",
            code="not_a_candidate",
        )
    person = Person.objects.select_for_update().get(pk=shown.person_id)
    if person.archived_at is not None:
        raise ConsoleError(
            f"Record {person.pk} was deleted meanwhile. Choose another.", code="candidate_changed"
        )
    if person.revision != shown.person_revision:
        raise _Stale(person)
    return person


class _Stale(ConsoleError):
    """The record is not as it was shown."""

    def __init__(self, person: Person) -> None:
        super().__init__(
            f"Record {person.pk} was changed since this alert was made. Look at it once more, "
            "then decide again.",
            code="candidate_changed",
        )
        self.person = person


def _refuse_twice(alert: Alert, person: Person) -> None:
    """One record can be chosen once (H09). The person's row is locked, so no two slip through."""
    other = (
        MatchDecision.objects.filter(
            district=alert.district,
            person=person,
            decision=Decision.MATCH,
            done_in__isnull=True,
        )
        .exclude(clever_id=alert.clever_id)
        .first()
    )
    if other is None:
        return
    where = Alert.objects.filter(
        district=alert.district, clever_id=other.clever_id, state__in=WAITING
    ).first()
    place = f"alert {where.pk}" if where else f"the Clever ID {other.clever_id}"
    raise ConsoleError(
        f"Record {person.pk} is chosen already for {place}, by {other.decided_by}. "
        "One record can belong to one person of Clever only.",
        code="chosen_twice",
    )


def _follow_state(alert: Alert) -> None:
    """STAGED once somebody is placed, or everyone was ruled out; OPEN otherwise."""
    undone = _undone(alert)
    ruled_out = {d.person_id for d in undone if d.decision == Decision.NEVER}
    candidates = set(alert.candidates.values_list("person_id", flat=True))
    placed = any(d.decision in PLACING for d in undone)
    wanted = AlertState.OPEN
    if placed or (candidates and candidates <= ruled_out):
        wanted = AlertState.STAGED
    if wanted != alert.state:
        ALERT.move(one(Alert, alert.pk), wanted)
    Alert.objects.filter(pk=alert.pk).update(version=F("version") + 1)
    alert.refresh_from_db(fields=["state", "version"])


def _reopen(decision: MatchDecision) -> str:
    """Puts the alert of a void decision back to open; says so in a sentence (H08)."""
    decision.delete()
    rows = Alert.objects.filter(
        district=decision.district_id, clever_id=decision.clever_id, state=AlertState.STAGED
    )
    ALERT.move(rows, AlertState.OPEN, version=F("version") + 1)
    return (
        f"Skipped: the record chosen for Clever ID {decision.clever_id} by {decision.decided_by} "
        "was changed meanwhile. Its alert is open again."
    )


def _imported_types(district: District, alerts: Iterable[Alert]) -> list[DataType]:
    """The types whose decisions can be carried out now; ConsoleError if there are none."""
    wanted = {DataType(alert.data_type) for alert in alerts}
    imported = set(
        Schedule.objects.filter(
            district=district, first_import_at__isnull=False, data_type__in=wanted
        ).values_list("data_type", flat=True)
    )
    types = [t for t in DataType if t in wanted and t in imported]
    if not types:
        raise ConsoleError(
            "Nothing was imported yet. Your decisions are kept: the next Test Import shows their "
            "effect, and Start Import carries them out.",
            code="test_first",
        )
    return types
