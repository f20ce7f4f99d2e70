"""Resolve Alerts: what people decide about those whom nobody could place (A63-A67, C14).

A decision is staged until Process All Updates (A66). It names the version of the alert that was
on the screen, so that of two people who decide, the second sees what the first did (H07).
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F

from accounts.audit import record
from clever_sync.models import MirrorObject
from core.problems import ConsoleError
from core.states import one
from core.vocabulary import AlertState, Decision
from imports.alert_rows import (
    NOT_OF_IDENTITY,
    PLACING,
    WAITING,
    AlertRow,
    decisions_for,
    finish,
    mark_done,
    obeys_staged,
    store,
)
from imports.models import Alert, AlertCandidate, MatchDecision
from imports.processing import Processed, process, staged
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
    "take_back",
    "waiting",
]


def waiting(district: District) -> list[Alert]:
    """The open and staged alerts of a district with their candidates, best first."""
    found = Alert.objects.filter(district=district, state__in=WAITING).order_by("pk")
    return list(found.prefetch_related("candidates__person"))


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


def take_back(*, decision_id: int, district: District, by: str) -> MatchDecision:
    """Forgets a decision, so that the next run looks at the pair again; returns what it was.

    Raises ConsoleError for one whose work is done: a link that stands is parted with Unlink, and
    a record that was made is merged.
    """
    with transaction.atomic():
        rows = MatchDecision.objects.select_for_update(of=("self",)).select_related("person")
        decision = rows.filter(district=district, pk=decision_id).first()
        if decision is None:
            raise ConsoleError("This decision was taken back already.", code="no_decision")
        if refused := done_for_good(decision):
            raise ConsoleError(refused, code="decision_done")
        MatchDecision.objects.filter(pk=decision_id).delete()
        for alert in Alert.objects.select_for_update().filter(
            district=district, clever_id=decision.clever_id, state__in=WAITING
        ):
            _follow_state(alert)
        record(
            district, by, "decision taken back", f"decision {decision_id}",
            decision=decision.decision, clever_id=decision.clever_id,
            person=decision.person_id or 0,
        )  # fmt: skip
    return decision


def done_for_good(decision: MatchDecision) -> str:
    """Why a decision cannot simply be forgotten, in a sentence; "" if it can."""
    if decision.done_in_id is None or decision.decision == Decision.NEVER:
        return ""
    if decision.decision == Decision.CREATE:
        return "The record was created. If it is somebody who was here already, merge the two."
    person = decision.person
    if person is not None and person.clever_id == decision.clever_id:
        return "The record is linked. Unlink it on the page of the person."
    return ""


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
    """Whatever was staged; a pair that was ruled out before stays ruled out."""
    staged_ones = [d.pk for d in _undone(alert) if d.staged or d.decision in PLACING]
    MatchDecision.objects.filter(pk__in=staged_ones).delete()


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
    names = names_in_clever(alert.district, [other.clever_id]).get(other.clever_id, ())
    name = " ".join(part for part in names if part)
    place = f"alert {where.pk}" if where else f"the Clever ID {other.clever_id}"
    raise ConsoleError(
        f"Record {person.pk} is chosen already for {f'{name}, {place}' if name else place}, by "
        f"{other.decided_by}. One record can belong to one person of Clever only.",
        code="chosen_twice",
    )


def names_in_clever(district: District, clever_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """First and last name that Clever gives these people, by their Clever IDs."""
    found = MirrorObject.objects.filter(
        connection__district=district, type="user", clever_id__in=list(clever_ids)
    ).values_list("clever_id", "payload")
    return {i: (p.get("name.first") or "", p.get("name.last") or "") for i, p in found}


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
    Alert.objects.filter(pk=alert.pk).update(version=F("version") + 1, skipped={})
    alert.refresh_from_db(fields=["state", "version"])
