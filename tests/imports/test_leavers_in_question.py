"""C17: somebody under a new Clever ID and a new SIS ID is no leaver before a person says so."""

from collections.abc import Iterator

import pytest

from core.vocabulary import AlertState, Decision, Status
from imports import alerts
from imports.driver import drive
from imports.models import Alert
from tests.world import ADMIN, World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=60, teachers=4, staff=2, schools=3, corners=False) as ready:
        ready.connect()
        ready.sync()
        yield ready
        assert_invariants(ready)


def entered_anew(maple: World) -> tuple[str, str]:
    """A student whom the SIS knows under new identifiers: the Clever IDs before and after."""
    old = maple.students()[7]
    maple.clever.control.edit(old, {"roles.student.sis_id": "998877"})
    return old, maple.clever.control.new_clever_id(old)


def test_C17_a_changed_clever_id_is_proposed_and_nobody_leaves(maple: World) -> None:
    old, _new = entered_anew(maple)
    person = maple.person(old)
    for _ in range(2):
        run = maple.sync()
        assert [row.action for row in maple.rows(run)] == ["conflict"]
        alert = Alert.objects.get(state=AlertState.OPEN)
        assert alert.reason == "clever_id_changed"
        assert [c.person_id for c in alert.candidates.all()] == [person.pk]
        assert maple.person(old).status == Status.ACTIVE


def test_C17_with_the_same_sis_id_the_record_goes_on_under_the_new_id(maple: World) -> None:
    old = maple.students()[7]
    person = maple.person(old)
    new = maple.clever.control.new_clever_id(old)
    run = maple.sync()
    assert [row.action for row in maple.rows(run)] == ["link"]
    assert maple.person(new).pk == person.pk
    assert maple.person(new).status == Status.ACTIVE
    assert not Alert.objects.exists()


def test_C17_matched_it_is_the_same_record_under_the_new_id(maple: World) -> None:
    old, new = entered_anew(maple)
    person = maple.person(old)
    maple.sync()
    alerts.decide(
        alert_id=Alert.objects.get().pk, decision=Decision.MATCH, by=ADMIN, person_id=person.pk
    )
    processed = alerts.process(district=maple.district, by=ADMIN)
    assert processed.run is not None
    drive(processed.run.pk, sleep=maple.skip)
    assert maple.person(new).pk == person.pk
    assert maple.person(new).status == Status.ACTIVE
    assert len(maple.people(kind="student")) == 60


def test_C17_a_new_record_makes_the_former_one_a_leaver(maple: World) -> None:
    old, new = entered_anew(maple)
    maple.sync()
    alerts.decide(alert_id=Alert.objects.get().pk, decision=Decision.CREATE, by=ADMIN)
    processed = alerts.process(district=maple.district, by=ADMIN)
    assert processed.run is not None
    drive(processed.run.pk, sleep=maple.skip)
    assert maple.person(old).status == Status.TRANSFERRED
    assert maple.person(new).status == Status.ACTIVE
