"""What happens in a district, written down as the engine writes it: runs, events, holds, alerts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

from core.vocabulary import DataType, EventKind, RunMode, RunState, Trigger
from imports import outbox
from imports.models import Alert, Hold, Run, RunEvent
from notifications import post
from notifications.models import Letter, Recipient, told_by_default
from schools.models import District, School

BOTH = ("student", "teacher")
ENDS = {
    EventKind.FINISHED: RunState.COMPLETED,
    EventKind.FINISHED_WITH_ERRORS: RunState.COMPLETED_WITH_ERRORS,
    EventKind.TESTED: RunState.TESTED,
    EventKind.NEEDS_DECISION: RunState.READY,
    EventKind.FAILED: RunState.FAILED,
}
NIGHT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass
class Setting:
    """A district with its mail."""

    district: District

    def tell(
        self,
        *emails: str,
        types: Iterable[str] = tuple(DataType),
        events: Sequence[str] | None = None,
    ) -> None:
        Recipient.objects.bulk_create(
            Recipient(
                district=self.district, data_type=data_type, email=email,
                events=list(events or told_by_default()),
            )
            for email in emails
            for data_type in types
        )  # fmt: skip

    def run(
        self,
        *kinds: str,
        types: Sequence[str] = BOTH,
        code: str = "clever_unavailable",
        at: datetime = NIGHT,
        **fields: object,
    ) -> Run:
        """A run at its end, with its events; the last of `kinds` is how it ended."""
        end = next((ENDS[EventKind(kind)] for kind in kinds if kind in ENDS), RunState.QUEUED)
        made: dict[str, object] = {
            "mode": RunMode.TEST if end == RunState.TESTED else RunMode.LIVE,
            "trigger": Trigger.SCHEDULE,
            "state": end,
            "data_types": list(types),
            "counts": {"student": {"update": 37, "create": 2}},
            "finished_at": at,
            "message": "39 people were written.",
        }
        run = Run.objects.create(district=self.district, **(made | fields))
        for kind in kinds:
            details: dict[str, object] = {}
            if kind in (EventKind.FAILED, EventKind.NEEDS_ATTENTION):
                details = {"code": code}
            elif kind == EventKind.NEEDS_DECISION:
                details = {"rows": 21}
            outbox.write(run, kind, **details)
        RunEvent.objects.filter(run=run).update(at=at)
        return run

    def hold(self, run: Run, count: int = 640, slice_: str = "transfer/student/1") -> Hold:
        """A hold of this run, which replaces an open one of the same slice."""
        Hold.objects.filter(district=self.district, state="open").update(state="replaced")
        school = School.objects.filter(district=self.district).order_by("pk").first()
        return Hold.objects.create(
            district=self.district, run=run, cause="many_leavers_in_school", slice=slice_,
            data_type="student", action="transfer", count=count, population=900,
            schools=[{"school": school.pk if school else None, "count": count, "of": 900}],
            digest=bytes(16), expires_at=timezone.now() + timedelta(days=7),
        )  # fmt: skip

    def alerts(self, run: Run, count: int, reasons: Sequence[str] = ("likely_duplicate",)) -> None:
        Alert.objects.bulk_create(
            Alert(
                district=self.district, data_type="student", clever_id=f"{n:024x}",
                reason=reasons[n % len(reasons)], first_run=run, last_run=run,
            )
            for n in range(count)
        )  # fmt: skip
        outbox.write(run, "alerts", count=count)

    def letters(self) -> list[Letter]:
        return list(Letter.objects.filter(district=self.district).order_by("pk"))


def ring() -> int:
    """The clock rings for the post once."""
    return post.work()


def hours_pass(hours: float) -> None:
    """Moves every time of every letter back, as if so many hours had passed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_letter SET"
            " created_at = created_at - make_interval(secs => %(s)s),"
            " next_attempt_at = next_attempt_at - make_interval(secs => %(s)s),"
            " lease_until = lease_until - make_interval(secs => %(s)s)",
            {"s": hours * 3600},
        )
