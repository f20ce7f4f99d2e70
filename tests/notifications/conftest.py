"""A district whose runs are written down as rows, and an office that takes its mail."""

from collections.abc import Iterator
from typing import Any

import pytest

from schools.models import District, School
from tests.notifications.office import Office, by_smtp, open_office
from tests.notifications.receiver import Receiver, listening
from tests.notifications.setting import Setting


@pytest.fixture
def office(settings: Any) -> Iterator[Office]:
    with open_office(settings) as desk:
        yield desk


@pytest.fixture
def system(settings: Any) -> Iterator[Receiver]:
    """A system of the district on this machine, which only a developer's console may call."""
    settings.DEBUG = True
    with listening() as receiver:
        yield receiver


@pytest.fixture
def nobody_listens(settings: Any) -> None:
    from integration_console.embedded.ports import any_free

    by_smtp(settings, any_free())


@pytest.fixture
def here(db: None) -> Setting:
    """Maple Ridge, with one recipient who is told of everything that is told by default."""
    district = District.objects.create(
        slug="maple", name="Maple Ridge Unified", time_zone="America/Denver", clever_enabled=True
    )
    School.objects.create(district=district, site_code="S01", name="Willow Creek High")
    made = Setting(district)
    made.tell("ann@maple.example")
    return made
