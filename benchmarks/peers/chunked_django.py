"""The best that Django's own means give: pages matched in memory, written in bulk, logged."""

from django.db import transaction

from benchmarks.cases import Case
from benchmarks.measured import Work
from benchmarks.peers.models import PeerChange, PeerPerson
from benchmarks.peers.person import FIELDS, Values, difference, people, plain
from benchmarks.peers.tables import by_clever_id, change, instance, prepare
from benchmarks.roster import Pages

__all__ = ["prepare", "run"]


def run(pages: Pages, case: Case) -> Work:
    """Writes whoever is new or differs."""
    seen = created = changed = 0
    for page in people(pages.bodies()):
        new, differing = _take(page)
        seen, created, changed = seen + len(page), created + new, changed + differing
    return Work(seen, created, changed)


def _take(page: list[Values]) -> tuple[int, int]:
    known = by_clever_id([values["clever_id"] for values in page])
    new: list[PeerPerson] = []
    differing: list[PeerPerson] = []
    log: list[PeerChange] = []
    for values in page:
        clever_id = values["clever_id"]
        old = known.get(clever_id)
        if old is None:
            new.append(instance(values))
            log.append(change(1, "create", clever_id, {}, plain(values)))
            continue
        before, after = difference(old, values)
        if after:
            differing.append(instance(values))
            log.append(change(1, "update", clever_id, plain(before), plain(after)))
    with transaction.atomic():
        PeerPerson.objects.bulk_create(new)
        PeerPerson.objects.bulk_create(
            differing, update_conflicts=True, unique_fields=["clever_id"], update_fields=FIELDS
        )
        PeerChange.objects.bulk_create(log)
    return len(new), len(differing)
