"""A small world for story tests: a sandbox Clever over HTTP and a district connected to it.

The world walks the product's own doors (connect, match, start_run, drive) and nothing else.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.test import override_settings

from clever_sandbox.running import RunningSandbox, running_sandbox
from clever_sync.actions import connect
from clever_sync.models import Connection, MirrorObject
from core.vocabulary import DataType, RunMode
from imports.actions import start_run
from imports.driver import drive
from imports.models import Hold, PlannedChange, Run
from mappings.actions import create_default_rulesets
from mappings.models import SchoolMatch
from schools.digest import state_digest
from schools.models import District, Person, School
from tests.invariants import assert_invariants_of

STUDENTS_AND_TEACHERS = (DataType.STUDENT, DataType.TEACHER)
ADMIN = "avery.admin@maple.example"


@dataclass
class World:
    """A district and its Clever. `slept` collects the pauses that nobody really waited for."""

    clever: RunningSandbox
    district: District
    slept: list[float] = field(default_factory=list)

    # What the people of the district do

    def connect(self) -> Connection:
        """Connects Clever and makes a local school for each of Clever's, matched."""
        connection = connect(district=self.district, text=self.clever.district_id, by=ADMIN)
        Connection.objects.filter(pk=connection.pk).update(enabled=True)
        self.match_all_schools()
        return connection

    def match_all_schools(self) -> None:
        for number, school in enumerate(self.clever_schools(), start=1):
            local, _ = School.objects.get_or_create(
                district=self.district,
                site_code=f"S{number:02}",
                defaults={"name": school.payload["name"]},
            )
            SchoolMatch.objects.get_or_create(
                district=self.district,
                clever_school_id=school.clever_id,
                defaults={"school": local},
            )

    def clever_schools(self) -> list[MirrorObject]:
        found = MirrorObject.objects.filter(
            connection__district=self.district, type="school", gone_in=None
        )
        return list(found.order_by("clever_id"))

    def test(self, types: Sequence[DataType] = STUDENTS_AND_TEACHERS) -> Run:
        """A Test Import, to its end."""
        return self._run(RunMode.TEST, types)

    def sync(self, types: Sequence[DataType] = STUDENTS_AND_TEACHERS, **more: Any) -> Run:
        """An import by the operator's word, to its end."""
        return self._run(RunMode.LIVE, types, approved=True, **more)

    def _run(self, mode: RunMode, types: Sequence[DataType], **more: Any) -> Run:
        started = start_run(
            district=self.district, mode=mode, data_types=types, requested_by=ADMIN, **more
        )
        return self.drive(started.run)

    def drive(self, run: Run) -> Run:
        """Works on a run to its end; rests are skipped, not slept."""
        return drive(run.pk, sleep=self.skip)

    def skip(self, seconds: float) -> None:
        """Instead of a pause: every run may go on at once."""
        self.slept.append(seconds)
        Run.objects.filter(district=self.district).update(
            next_attempt_at="2020-01-01T00:00:00Z", lease_until=None
        )

    # What can be seen

    def digest(self) -> str:
        return state_digest(self.district)

    def people(self, **which: Any) -> list[Person]:
        return list(Person.objects.filter(district=self.district, **which).order_by("clever_id"))

    def person(self, clever_id: str) -> Person:
        return Person.objects.get(district=self.district, clever_id=clever_id)

    def rows(self, run: Run, **which: Any) -> list[PlannedChange]:
        return list(PlannedChange.objects.filter(run=run, **which).order_by("id"))

    def holds(self) -> list[Hold]:
        return list(Hold.objects.filter(district=self.district, state="open").order_by("id"))

    def students(self) -> list[str]:
        """The Clever IDs of the shared students, in order."""
        return [str(p["id"]) for p in self.clever.control.people(role="student", limit=10_000)]


@contextmanager
def world(slug: str = "maple", **sandbox: Any) -> Iterator[World]:
    """A district that is ready to be connected to a sandbox of its own."""
    sandbox.setdefault("students", 60)
    with running_sandbox(**sandbox) as clever, speaking_to(clever):
        district = District.objects.create(
            slug=slug, name="Maple Ridge Unified", time_zone="America/Denver", clever_enabled=True
        )
        School.objects.create(
            district=district, site_code="DO", name="District office", is_district_office=True
        )
        create_default_rulesets(district=district)
        yield World(clever, district)


@contextmanager
def speaking_to(clever: RunningSandbox) -> Iterator[None]:
    """Points the console's settings at a sandbox."""
    with override_settings(
        CLEVER_API_URL=clever.api_url,
        CLEVER_AUTH_URL=clever.auth_url,
        CLEVER_CLIENT_ID=clever.client_id,
        CLEVER_CLIENT_SECRET=clever.client_secret,
    ):
        yield


def assert_invariants(world: World) -> None:
    """What holds after every story, with or without faults (faults.md, I1 to I9)."""
    assert_invariants_of(world.district)
