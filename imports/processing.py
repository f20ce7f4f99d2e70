"""Process All Updates: the staged decisions, checked once more, and the run for them (A66, H07).

What was skipped is told at once, and stands at its alert until somebody decides again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F

from accounts.audit import record
from core.problems import ConsoleError
from core.vocabulary import AlertState, DataType, Decision, RunMode, Trigger
from imports import actions
from imports.alert_rows import WAITING, is_as_chosen
from imports.models import Alert, MatchDecision, Run, Schedule
from imports.states import ALERT
from schools.models import District


@dataclass
class Processed:
    """What Process All Updates did: the run that carries out `decisions` decisions, if any are
    left, and a sentence for each decision that was skipped because its record changed."""

    run: Run | None
    decisions: int
    skipped: list[str] = field(default_factory=list)


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
        stale = [d for d in decisions if is_stale(d)]
        _reopen(district, stale)
        alerts = Alert.objects.filter(district=district, state__in=WAITING)
        types = imported_types(district, alerts)
        if not types:
            raise ConsoleError(
                "Nothing was imported yet. Your decisions are kept: the next Test Import shows "
                "their effect, and Start Import carries them out.",
                code="test_first",
            )
        pressed = MatchDecision.objects.filter(
            district=district,
            staged=True,
            clever_id__in=alerts.filter(data_type__in=types).values("clever_id"),
        )
        count = pressed.update(staged=False)
        run = _start(district, types, by) if count else None
        _note(district, by, run, count, stale)
    return Processed(run, count, [told(d) for d in stale])


def is_stale(decision: MatchDecision) -> bool:
    """Whether a staged decision will be skipped: its record is not what it was (H08)."""
    return decision.decision == Decision.MATCH and not is_as_chosen(decision)


def told(decision: MatchDecision) -> str:
    """A decision that was skipped, in a sentence."""
    return (
        f"Skipped: the record chosen for Clever ID {decision.clever_id} by {decision.decided_by} "
        "was changed meanwhile. Its alert is open again."
    )


def imported_types(district: District, alerts: Iterable[Alert]) -> list[DataType]:
    """The types of these alerts whose decisions can be carried out now."""
    wanted = {DataType(alert.data_type) for alert in alerts}
    imported = set(
        Schedule.objects.filter(
            district=district, first_import_at__isnull=False, data_type__in=wanted
        ).values_list("data_type", flat=True)
    )
    return [t for t in DataType if t in wanted and t in imported]


def _start(district: District, types: list[DataType], by: str) -> Run:
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
    return started.run


def _reopen(district: District, stale: list[MatchDecision]) -> None:
    """Puts the alerts of void decisions back to open (H08)."""
    MatchDecision.objects.filter(pk__in=[d.pk for d in stale]).delete()
    rows = Alert.objects.filter(
        district=district, clever_id__in=[d.clever_id for d in stale], state=AlertState.STAGED
    )
    ALERT.move(rows, AlertState.OPEN, version=F("version") + 1)


def _note(
    district: District, by: str, run: Run | None, count: int, stale: list[MatchDecision]
) -> None:
    """Keeps what was done and skipped: in the audit, and at each alert that is open again."""
    skipped = {
        d.clever_id: {
            "why": "record_changed", "decision": d.decision, "person": d.person_id,
            "by": d.decided_by, "run": run.pk if run else None,
        }
        for d in stale
    }  # fmt: skip
    waiting = Alert.objects.filter(
        district=district, clever_id__in=list(skipped), state__in=WAITING
    )
    for alert in (alerts := list(waiting)):
        alert.skipped = skipped[alert.clever_id]
    Alert.objects.bulk_update(alerts, ["skipped"])
    record(
        district, by, "alerts processed", f"run {run.pk}" if run else "",
        decisions=count, skipped=len(stale), clever_ids=list(skipped)[:100],
    )  # fmt: skip
