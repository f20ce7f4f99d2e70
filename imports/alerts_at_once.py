"""One decision for many alerts at once (C14): as careful as for one, in few statements.

Each alert is looked at as `imports.alerts.decide` looks at it; what cannot be decided is left as
it is, with a sentence, and the others go on.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import F, Q

from accounts.audit import record_many
from core.problems import ConsoleError
from core.vocabulary import AlertState, Decision
from imports.alert_rows import NOT_OF_IDENTITY, PLACING, WAITING
from imports.models import Alert, AlertCandidate, MatchDecision
from imports.states import ALERT
from schools.models import District, Person

CHANGED = "was decided or looked at again by somebody else meanwhile"


@dataclass(frozen=True)
class Wish:
    """An alert in the version that was on the screen, and the record that is chosen for it."""

    alert: int
    version: int
    person: int | None = None


@dataclass
class Noted:
    """How many decisions were noted, and why the others were not: {alert: words}."""

    done: int = 0
    left: dict[int, str] = field(default_factory=dict)


@transaction.atomic
def decide_many(
    *, district: District, decision: Decision, wishes: Sequence[Wish], by: str
) -> Noted:
    """Stages MATCH, CREATE or SKIP for many alerts; no record is touched (A66).

    Raises ConsoleError for NEVER, which is said of one pair at a time.
    """
    if decision is Decision.NEVER:
        raise ConsoleError("Never is said of one pair at a time.", code="never_for_many")
    wanted = {wish.alert: wish for wish in wishes}
    rows = Alert.objects.select_for_update().filter(district=district, pk__in=list(wanted))
    alerts = {alert.pk: alert for alert in rows.order_by("pk")}
    noted = Noted()
    for pk, wish in wanted.items():
        if words := _refusal(alerts.get(pk), wish, decision):
            noted.left[pk] = words
    if decision is Decision.MATCH:
        noted.left |= _refused_records(district, alerts, wanted, noted.left)
    good = [alert for pk, alert in alerts.items() if pk not in noted.left]
    _write(district, good, decision, wanted, by)
    noted.done = len(good)
    return noted


def _refusal(alert: Alert | None, wish: Wish, decision: Decision) -> str:
    if alert is None or alert.state not in WAITING:
        return "does not wait any more"
    if alert.version != wish.version:
        return CHANGED
    if decision is not Decision.SKIP and alert.reason in NOT_OF_IDENTITY:
        return "is not about who somebody is"
    return ""


def _refused_records(
    district: District,
    alerts: Mapping[int, Alert],
    wanted: Mapping[int, Wish],
    left: Mapping[int, str],
) -> dict[int, str]:
    """Whose record is no candidate, was changed, or is chosen elsewhere (H08, H09)."""
    asked = {pk: wanted[pk].person for pk in alerts if pk not in left}
    people = Person.objects.select_for_update().filter(
        pk__in=[person for person in asked.values() if person]
    )
    known = {person.pk: person for person in people.order_by("pk")}
    shown = {
        (one.alert_id, one.person_id): one.person_revision
        for one in AlertCandidate.objects.filter(alert__in=list(asked))
    }
    often = Counter(asked.values())
    taken = dict(
        MatchDecision.objects.filter(
            district=district, person__in=list(known), decision=Decision.MATCH, done_in=None
        ).values_list("person_id", "clever_id")
    )
    refused: dict[int, str] = {}
    for pk, person_id in asked.items():
        person = known.get(person_id or 0)
        if person is None or (pk, person.pk) not in shown:
            refused[pk] = "has another possible match by now"
        elif person.archived_at is not None or person.revision != shown[pk, person.pk]:
            refused[pk] = f"has record {person.pk}, which was changed meanwhile"
        elif often[person.pk] > 1 or taken.get(person.pk, alerts[pk].clever_id) != (
            alerts[pk].clever_id
        ):
            refused[pk] = f"has record {person.pk}, which is chosen for another alert, too"
    return refused


def _write(
    district: District,
    alerts: Sequence[Alert],
    decision: Decision,
    wanted: Mapping[int, Wish],
    by: str,
) -> None:
    ids = {alert.clever_id: wanted[alert.pk].person for alert in alerts}
    undone = MatchDecision.objects.filter(
        district=district, clever_id__in=list(ids), done_in__isnull=True
    )
    undone.filter(decision__in=PLACING).delete()
    if decision is Decision.SKIP:
        undone.filter(staged=True).delete()
    else:
        revisions = dict(
            Person.objects.filter(pk__in=[p for p in ids.values() if p]).values_list(
                "pk", "revision"
            )
        )
        # A decision about the same pair that was remembered gives way to this one.
        pairs = reduce(or_, (Q(clever_id=i, person=p) for i, p in ids.items()), Q(pk=None))
        MatchDecision.objects.filter(pairs, district=district).delete()
        MatchDecision.objects.bulk_create(
            MatchDecision(
                district=district, clever_id=clever_id, person_id=person, decision=decision,
                decided_by=by, person_revision=revisions.get(person or 0),
            )
            for clever_id, person in ids.items()
        )  # fmt: skip
    rows = Alert.objects.filter(pk__in=[alert.pk for alert in alerts])
    rows.update(version=F("version") + 1, skipped={})
    ALERT.move(rows, AlertState.OPEN if decision is Decision.SKIP else AlertState.STAGED)
    record_many(
        district, by, f"alert {decision}",
        {f"alert {alert.pk}": {"clever_id": alert.clever_id} for alert in alerts},
    )  # fmt: skip
