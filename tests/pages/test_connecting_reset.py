"""Reset Configuration: said with figures, confirmed by a typed word, and every record stays."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from clever_sync.models import Connection, MirrorObject
from core.vocabulary import DataType, MemberRole, RunMode, RunState
from imports.actions import start_run
from imports.driver import advance_run
from imports.models import Run, Schedule
from integration_console.connecting.views import reset as reset_view
from mappings.draft import Wish, keep_choices
from mappings.models import SchoolMatch, SchoolMatchDraft
from schools.models import Person
from tests.pages import scenes
from tests.pages.scenes import Scene
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World, assert_invariants, world

RESET = "reset_configuration"
PERSON = ("pk", "clever_id", "former_clever_id", "sis_id", "last_name", "school_id", "status")


@pytest.fixture
def synced(transactional_db: None, alice: Client) -> Iterator[World]:
    """A district whose first import is done and whose sync is automatic."""
    with world(slug="oak", students=12, teachers=3, staff=2, schools=3, corners=False) as made:
        user = scenes.user(scenes.ALICE)
        Membership.objects.create(district=made.district, user=user, role=MemberRole.OWNER)
        made.connect()
        made.sync()
        now = timezone.now()
        Schedule.objects.update_or_create(
            district=made.district,
            data_type=DataType.STUDENT,
            defaults={"automatic": True, "first_import_at": now, "next_due": now},
        )
        yield made


def people() -> list[tuple[Any, ...]]:
    return list(Person.objects.order_by("pk").values_list(*PERSON))


def look(client: Client) -> str:
    answer = client.get(reverse(RESET, args=["oak"]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def press(client: Client, **sent: str) -> str:
    answer = client.post(reverse(RESET, args=["oak"]), sent, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_A25_reset_says_with_figures_what_happens_and_keeps_every_record(
    synced: World, alice: Client
) -> None:
    before, digest = people(), synced.digest()
    linked = sum(row[1] is not None for row in before)
    assert linked == 15
    html = look(alice)
    assert f"All {len(before)} records of people" in html
    assert f"{linked} links to people in Clever" in html
    matches = SchoolMatch.objects.count()
    assert f"{matches} answers of the school matching will be forgotten" in html
    assert Connection.objects.get().clever_district_id in html
    assert people() == before

    assert "Every record is still here" in press(alice, confirm="oak")
    assert people() == before
    assert synced.digest() == digest
    for forgotten in (Connection, MirrorObject, SchoolMatch):
        assert not forgotten._default_manager.exists()
    event = AuditEvent.objects.get(verb="configuration.reset")
    assert (event.actor, event.details) == (scenes.ALICE, {"unlink": False})
    # Everything can begin anew, and finds the same people.
    synced.connect()
    synced.sync()
    assert synced.digest() == digest
    assert_invariants(synced)


def test_A26_reset_ends_the_automatic_sync(synced: World, alice: Client) -> None:
    assert "Automatic sync of Students and Teachers will be switched off" in look(alice)
    press(alice, confirm="oak")
    schedules = list(Schedule.objects.values_list("automatic", "next_due", "first_import_at"))
    assert set(schedules) == {(False, None, None)}
    assert "No automatic sync is on" in look(alice)


@pytest.mark.parametrize("typed", ["", "Maple Ridge Unified", "yes", "oak\x00", "<b>", "o" * 9000])
def test_A24_without_the_typed_word_nothing_is_reset(
    synced: World, alice: Client, typed: str
) -> None:
    html = press(alice, confirm=typed, unlink="on")
    assert 'class="errors"' in html
    assert Connection.objects.exists()
    assert Schedule.objects.filter(automatic=True).exists()
    assert not AuditEvent.objects.filter(verb="configuration.reset").exists()


def test_A25_links_are_released_when_asked_and_remembered(synced: World, alice: Client) -> None:
    before = {row[0]: row[1] for row in people()}
    press(alice, confirm=" OAK ", unlink="on")
    assert {row[0]: row[2] for row in people()} == before
    assert not Person.objects.filter(clever_id__isnull=False).exists()


def test_H05_reset_stops_a_queued_run(synced: World, alice: Client) -> None:
    started = start_run(
        district=synced.district, mode=RunMode.LIVE, data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN, approved=True,
    )  # fmt: skip
    before = people()
    assert f"Run #{started.run.pk}</a> is on and will be stopped" in look(alice)
    press(alice, confirm="oak")
    started.run.refresh_from_db()
    assert started.run.state == RunState.CANCELLED
    assert not Connection.objects.exists()
    advance_run(started.run.pk)
    assert people() == before
    assert Run.objects.get(pk=started.run.pk).state == RunState.CANCELLED


def test_H05_reset_waits_for_a_run_that_somebody_works_on(
    synced: World, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reset_view, "PATIENCE", timedelta(0))
    started = start_run(
        district=synced.district, mode=RunMode.LIVE, data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN, approved=True,
    )  # fmt: skip
    Run.objects.filter(pk=started.run.pk).update(
        state=RunState.IMPORTING, lease_until=timezone.now() + timedelta(minutes=2)
    )
    html = press(alice, confirm="oak")
    assert f"Run {started.run.pk} is still ending; nothing was reset" in html
    assert Connection.objects.exists()
    assert SchoolMatch.objects.exists()
    # The worker has noticed meanwhile, and let go.
    Run.objects.filter(pk=started.run.pk).update(lease_until=None)
    press(alice, confirm="oak")
    assert not Connection.objects.exists()
    assert Run.objects.get(pk=started.run.pk).state == RunState.CANCELLED


def test_reset_forgets_choices_that_were_not_saved(synced: World, alice: Client) -> None:
    clever_id, school = SchoolMatch.objects.values_list("clever_school_id", "school_id")[0]
    assert school
    keep_choices(district=synced.district, schools={school: Wish(clever_id, "none")}, by=ADMIN)
    assert SchoolMatchDraft.objects.exists()
    press(alice, confirm="oak")
    assert not SchoolMatchDraft.objects.exists()


def test_where_nothing_is_set_up_nothing_can_be_reset(juniper: Scene, alice: Client) -> None:
    html = alice.get(reverse(RESET, args=["juniper"])).content.decode()
    assert "There is nothing to reset" in html
    assert 'name="confirm"' not in html
