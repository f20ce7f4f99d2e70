"""What the people pages cost: queries that do not grow, and counts that stop."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integration_console.people import figures
from integration_console.people.leavers import ALL_LEAVERS
from schools import pages, writer
from schools.models import Person
from schools.retention import restorable
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.people_setting import shown
from tests.pages.scenes import Scene
from tests.pages.test_transferred import leave

GOLDEN = {"transferred": 8, "deleted_people": 9, "people": 7}


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_golden_number_of_queries(maple: Scene, alice: Client, name: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(alice, name, "maple")
        return len(captured)

    writer.archive_people(district=maple.district, person_ids=[p.pk for p in leave(maple, 5)])
    leave(maple, 5)
    few = queries()
    writer.archive_people(district=maple.district, person_ids=[p.pk for p in leave(maple, 20)])
    leave(maple, 20)
    assert few == queries() == GOLDEN[name]


def test_tabs_count_everybody(maple: Scene, alice: Client) -> None:
    leave(maple, 3)
    writer.archive_people(district=maple.district, person_ids=[leave(maple, 1)[0].pk])
    counts = shown(alice, "people", "maple").context["counts"]
    students = Person.objects.filter(kind="student", archived_at=None).count()
    assert counts == {
        "student": str(students), "teacher": "12", "staff": "1", "transferred": "2",
        "deleted": "1", "protected": "0", "locks": "0",
    }  # fmt: skip
    assert shown(signed_in(scenes.LEE), "people", "maple").context["counts"] == {}


def test_counts_stop_at_many(maple: Scene, alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MOST", 11)
    counts = shown(alice, "people", "maple").context["counts"]
    assert (counts["student"], counts["teacher"], counts["staff"]) == ("11+", "11+", "1")


def test_lists_of_who_left_are_found_by_index(maple: Scene) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plans = [
        pages.in_order(maple.district, ALL_LEAVERS)[:51].explain(),
        Person.objects.filter(restorable(), district=maple.district)
        .order_by("-archived_at", "-pk")[:51]
        .explain(),
    ]
    assert "person_transferred" in plans[0]
    assert "Sort" not in plans[0]
    assert "person_deleted" in plans[1]
