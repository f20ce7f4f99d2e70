"""A district with rows of its own making: no Clever, just what alerts and holds look at."""

from datetime import UTC, datetime
from typing import Any

from clever_sync.models import Connection, MirrorObject
from core.vocabulary import ConnectionState, RunMode, RunState
from imports.models import PlannedChange, Run, Schedule
from mappings.actions import create_default_rulesets
from mappings.models import SchoolMatch
from schools.models import District, Person, School

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
EMPTY = bytes(16)


def district(slug: str = "maple") -> District:
    """A district ready for runs, with three schools (S1 to S3); students were imported once."""
    made = District.objects.create(
        slug=slug, name="Maple Ridge Unified", time_zone="America/Denver", clever_enabled=True
    )
    School.objects.create(
        district=made, site_code="DO", name="District office", is_district_office=True
    )
    create_default_rulesets(district=made)
    Connection.objects.create(
        district=made,
        clever_district_id=f"d-{slug}",
        state=ConnectionState.READY,
        enabled=True,
    )
    for number in (1, 2, 3):
        school = School.objects.create(
            district=made, site_code=f"S{number}", name=f"School {number}"
        )
        SchoolMatch.objects.create(
            district=made, clever_school_id=f"{slug}-{number}", school=school
        )
    imported(made, "student")
    return made


def imported(of: District, data_type: str) -> None:
    Schedule.objects.update_or_create(
        district=of, data_type=data_type, defaults={"first_import_at": NOW}
    )


def school(of: District, number: int) -> School:
    return School.objects.get(district=of, site_code=f"S{number}")


def run(of: District, *, live: bool = True, **more: Any) -> Run:
    """A run that has finished planning, and is not in anybody's way."""
    values: dict[str, Any] = {
        "mode": RunMode.LIVE if live else RunMode.TEST,
        "state": RunState.COMPLETED if live else RunState.TESTED,
        "data_types": ["student"],
        "now": NOW,
    }
    return Run.objects.create(district=of, **{**values, **more})


def person(of: District, last_name: str = "Garcia", **more: Any) -> Person:
    values: dict[str, Any] = {"kind": "student", "roles": ["student"], "first_name": "Maria"}
    return Person.objects.create(district=of, last_name=last_name, **{**values, **more})


def mirrored(of: District, clever_id: str, **more: Any) -> MirrorObject:
    """A living student of Clever's."""
    values: dict[str, Any] = {
        "type": "user",
        "payload": {"name.first": "Maria", "name.last": "Garcia"},
        "raw_hash": EMPTY,
        "content_hash": EMPTY,
        "roles": ["student"],
        **more,
    }
    return MirrorObject.objects.create(
        connection=Connection.objects.get(district=of), clever_id=clever_id, **values
    )


def planned(of: Run, action: str, clever_id: str, **more: Any) -> PlannedChange:
    values: dict[str, Any] = {"data_type": "student", "effects": [action], **more}
    return PlannedChange.objects.create(run=of, action=action, clever_id=clever_id, **values)


def leavers(of: Run, count: int, at: School, *, first: int = 1, **more: Any) -> None:
    """Rows of students who would be transferred."""
    PlannedChange.objects.bulk_create(
        PlannedChange(
            run=of,
            data_type="student",
            action="transfer",
            effects=["transfer"],
            clever_id=f"{at.site_code}-{number}",
            school=at.pk,
            old_school=at.pk,
            before={"status": 1},
            after={"status": 4},
            why={"absence": "confirmed"},
            **more,
        )
        for number in range(first, first + count)
    )
