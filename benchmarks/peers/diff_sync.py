"""diffsync: two adapters, their difference, and its writes collected and done in bulk."""

import logging
from typing import Any, ClassVar

import structlog
from diffsync import Adapter, DiffSyncModel
from diffsync.enum import DiffSyncFlags
from django.db import transaction

from benchmarks.cases import Case
from benchmarks.measured import Work
from benchmarks.peers.models import PeerChange, PeerPerson
from benchmarks.peers.person import FIELDS, Values, people, plain
from benchmarks.peers.tables import COLUMNS, change, instance, prepare
from benchmarks.roster import Pages

__all__ = ["prepare", "run"]

BATCH = 1000
# Its words about every single person go nowhere: that would cost it half its speed.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


class _Person(DiffSyncModel):
    _modelname = "person"
    _identifiers = ("clever_id",)
    _attributes = FIELDS

    clever_id: str
    legacy_id: str | None = None
    sis_id: str | None = None
    student_number: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str
    birth_date: Any = None
    sex: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    email: str | None = None
    grade: str | None = None
    username: str | None = None
    class_year: int | None = None
    school: str | None = None
    other_schools: str = ""


class _Kept(_Person):
    """A person of ours: what is to be written is collected by its adapter."""

    @classmethod
    def create(cls, adapter: Any, ids: Values, attrs: Values) -> Any:
        adapter.new.append({**ids, **attrs})
        return super().create(adapter, ids, attrs)

    def update(self, attrs: Values) -> Any:
        before = {name: getattr(self, name) for name in attrs}
        self.adapter.differing.append((self, before, attrs))
        return super().update(attrs)


class _Clever(Adapter):
    person = _Person
    top_level: ClassVar[list[str]] = ["person"]


class _Ours(Adapter):
    person = _Kept
    top_level: ClassVar[list[str]] = ["person"]
    new: list[Values]
    differing: list[tuple[_Kept, Values, Values]]

    def write(self) -> None:
        """Writes what the difference came to, in bulk, with its log."""
        updated = [self._updated(person) for person, _, _ in self.differing]
        log = [change(1, "create", each["clever_id"], {}, plain(each)) for each in self.new]
        log += [
            change(1, "update", person.clever_id, plain(before), plain(after))
            for person, before, after in self.differing
        ]
        with transaction.atomic():
            PeerPerson.objects.bulk_create(map(instance, self.new), batch_size=BATCH)
            PeerPerson.objects.bulk_create(
                updated,
                batch_size=BATCH,
                update_conflicts=True,
                unique_fields=["clever_id"],
                update_fields=FIELDS,
            )
            PeerChange.objects.bulk_create(log, batch_size=BATCH)

    def _updated(self, person: _Kept) -> PeerPerson:
        return instance({name: getattr(person, name) for name in COLUMNS})


def run(pages: Pages, case: Case) -> Work:
    """Loads both sides whole, as diffsync does, and brings ours up to Clever's."""
    clever, ours = _Clever(), _Ours()
    ours.new, ours.differing = [], []
    seen = 0
    for page in people(pages.bodies()):
        for values in page:
            clever.add(_Person(**values))
        seen += len(page)
    for row in PeerPerson.objects.values(*COLUMNS).iterator():
        ours.add(_Kept(**row))
    ours.sync_from(clever, flags=DiffSyncFlags.SKIP_UNMATCHED_DST)
    ours.write()
    return Work(seen, len(ours.new), len(ours.differing))
