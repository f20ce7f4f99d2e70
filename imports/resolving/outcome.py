"""What a run did with the decisions of people: carried out, or skipped and why (A66, H07)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from core.vocabulary import NOT_OF_CLEVER, Decision, Trigger
from imports.models import Alert, MatchDecision, Run
from imports.resolving.sides import skipped

SHOWN = 20


@dataclass(frozen=True)
class Outcome:
    """The decisions of a run in figures, and the alerts that are open again, each with why."""

    matches: int
    creates: int
    others: int
    skipped: Sequence[tuple[int, str]]
    more: int

    @property
    def carried_out(self) -> int:
        return self.matches + self.creates + self.others


def outcome(run: Run) -> Outcome | None:
    """None for a run that was not begun to carry out decisions."""
    after_a_test = run.tested_run_id is not None and run.trigger not in NOT_OF_CLEVER
    if run.trigger != Trigger.ALERTS and not after_a_test:
        return None
    done = MatchDecision.objects.filter(done_in=run).order_by().values("decision")
    counts = {row["decision"]: row["count"] for row in done.annotate(count=Count("pk"))}
    again = Alert.objects.filter(district=run.district_id, skipped__run=run.pk).order_by("pk")
    left = list(again.values_list("pk", "skipped"))
    found = Outcome(
        matches=counts.get(Decision.MATCH, 0),
        creates=counts.get(Decision.CREATE, 0),
        others=counts.get(Decision.NEVER, 0),
        skipped=[(pk, skipped(told)) for pk, told in left[:SHOWN]],
        more=max(0, len(left) - SHOWN),
    )
    return found if found.carried_out or left or run.trigger == Trigger.ALERTS else None
