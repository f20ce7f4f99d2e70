"""A careful loop: read one person, compare, save what differs, log it; a transaction per page."""

from django.db import transaction

from benchmarks.cases import Case
from benchmarks.measured import Work
from benchmarks.peers.models import PeerChange, PeerPerson
from benchmarks.peers.person import FIELDS, Values, difference, people, plain
from benchmarks.peers.tables import prepare
from benchmarks.roster import Pages

__all__ = ["prepare", "run"]


def run(pages: Pages, case: Case) -> Work:
    """Writes whoever is new or differs."""
    seen = 0
    done = {"create": 0, "update": 0, "": 0}
    for page in people(pages.bodies()):
        with transaction.atomic():
            for values in page:
                done[_take(values)] += 1
        seen += len(page)
    return Work(seen, done["create"], done["update"])


def _take(values: Values) -> str:
    clever_id = values["clever_id"]
    person = PeerPerson.objects.filter(clever_id=clever_id).first()
    if person is None:
        PeerPerson.objects.create(**values)
        action, before, after = "create", Values(), values
    else:
        before, after = difference({name: getattr(person, name) for name in FIELDS}, values)
        if not after:
            return ""
        action = "update"
        for name, value in after.items():
            setattr(person, name, value)
        person.revision += 1
        person.save(update_fields=[*after, "revision"])
    PeerChange.objects.create(
        run=1, action=action, clever_id=clever_id, before=plain(before), after=plain(after)
    )
    return action
