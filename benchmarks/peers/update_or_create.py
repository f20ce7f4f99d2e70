"""Django's `update_or_create` for every person, a transaction per page."""

from django.db import transaction

from benchmarks.cases import Case
from benchmarks.measured import Work
from benchmarks.peers.models import PeerPerson
from benchmarks.peers.person import people
from benchmarks.peers.tables import prepare
from benchmarks.roster import Pages

__all__ = ["prepare", "run"]


def run(pages: Pages, case: Case) -> Work:
    """Writes everybody, changed or not."""
    seen = created = 0
    for page in people(pages.bodies()):
        with transaction.atomic():
            for values in page:
                _, is_new = PeerPerson.objects.update_or_create(
                    clever_id=values["clever_id"], defaults=values
                )
                created += is_new
        seen += len(page)
    return Work(seen, created, seen - created)
