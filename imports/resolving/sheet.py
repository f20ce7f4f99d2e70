"""The waiting alerts as a file: one line per possible match, of one moment."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from accounts.access import Access
from imports.download import one_moment
from imports.models import Alert
from imports.resolving import queue
from imports.resolving.asking import shown

HEADER = (
    *("alert", "type", "state", "reason", "clever_id", "name", "site", "open_since"),
    *("record", "record_name", "score", "reasons", "decision", "decided_by"),
)
AT_ONCE = 500


def rows(access: Access, wanted: queue.Wanted) -> Iterator[Sequence[object]]:
    """The lines of the file, in the order of the list."""
    with one_moment():
        after: int | None = None
        while found := list(_behind(access, wanted, after)[:AT_ONCE]):
            for one in shown(access, found):
                fixed = (
                    one.alert.pk, one.alert.data_type, one.alert.state, one.said.title,
                    one.alert.clever_id, one.name, one.school, one.alert.opened_at.isoformat(),
                )  # fmt: skip
                by = one.decision.decided_by if one.decision else ""
                for match in one.matches:
                    reasons = "; ".join(match.reasons)
                    of_match = (match.person.pk, match.name, match.score, reasons)
                    yield (*fixed, *of_match, one.decided, by)
                if not one.matches:
                    yield (*fixed, "", "", "", "", one.decided, by)
            after = found[-1].pk


def _behind(access: Access, wanted: queue.Wanted, after: int | None) -> QuerySet[Alert]:
    found = (
        queue.beyond(access.district, wanted, after)
        if after
        else queue.asked(access.district, wanted)
    )
    return found.prefetch_related("candidates__person")
