"""Brakes raised for one run: prefilled, with a reason and the password, used once (C08, C24)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from core.vocabulary import DataType, RunMode, RunState
from imports.limits import limits_of
from imports.models import Run
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.rules import said
from tests.pages.scenes import PASSWORD, Scene
from tests.pages.scenes_brakes import figures, keep
from tests.pages.scenes_calendar import days

PAGE = reverse("raise_brakes", args=["maple"])
SUMMER = {"transfer": 900, "move_away": 12}
GIVEN = {"student-many_transfers": "900", "because": "New school year", "password": PASSWORD}


@pytest.fixture
def summer(maple: Scene) -> Scene:
    """The last test would mark 900 of 4,800 students as leavers."""
    keep(maple.runs["test"], figures(maple, "student", **SUMMER))
    return maple


def send(client: Client, start: str = "sync", **sent: Any) -> str:
    return said(client.post(PAGE, {**GIVEN, "start": start, **sent}, follow=True))


def queued() -> list[Run]:
    return list(Run.objects.filter(state=RunState.QUEUED))


def test_C24_exactly_the_brakes_that_would_trip_are_filled_in(summer: Scene, alice: Client) -> None:
    shown = said(alice.get(PAGE))
    before, others = shown.split("Other brakes")
    assert f"Test Import #{summer.runs['test'].pk}" in before
    assert 'name="student-many_transfers" value="900"' in before
    assert before.count('type="number"') == 1, "and no other"
    assert "more than 10 % or more than 500 people" in before
    assert 'value="' not in others.partition('name="because"')[0], "nothing else is filled in"


def test_C24_a_run_is_started_with_raised_brakes_and_says_so(summer: Scene, alice: Client) -> None:
    shown = send(alice)
    (run,) = queued()
    assert (run.mode, run.full, run.data_types) == (RunMode.LIVE, True, ["student", "teacher"])
    assert run.raised_brakes == {"student": {"many_transfers": 900}}
    assert limits_of(run, DataType.STUDENT).values["many_transfers"].allowed == 900
    assert "Brakes were raised for this run only, by alice@<wbr>maple.example." in shown
    assert "New school year" in shown
    assert "Students: unusually many leavers, up to 900 people" in shown
    event = AuditEvent.objects.get(verb="brakes raised")
    assert (event.actor, event.subject) == (scenes.ALICE, f"run {run.pk}")
    assert event.details == {"brakes": ["student/many_transfers/900"]}


def test_C24_no_other_run_uses_them(summer: Scene, alice: Client) -> None:
    send(alice)
    Run.objects.filter(state=RunState.QUEUED).update(state=RunState.COMPLETED)
    alice.post(reverse("sync_now", args=["maple"]))
    (run,) = queued()
    assert (run.raised_brakes, run.raised_because) == ({}, "")
    assert limits_of(run, DataType.STUDENT).values["many_transfers"].allowed == 0
    assert "Brakes were raised" not in said(alice.get(reverse("run", args=["maple", run.pk])))


def test_C24_while_a_run_is_on_nothing_is_raised(summer: Scene, alice: Client) -> None:
    on = scenes.running_now(summer.district)
    assert "this is it. Nothing else was started." in send(alice)
    on.refresh_from_db()
    assert on.raised_brakes == {}
    assert not AuditEvent.objects.filter(verb="brakes raised").exists()


def test_C24_a_test_shows_what_the_raised_brakes_let_pass(summer: Scene, alice: Client) -> None:
    send(alice, "test")
    (run,) = queued()
    assert (run.mode, run.raised_brakes) == (RunMode.TEST, {"student": {"many_transfers": 900}})


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"password": "wrong"}, "That is not your password. Nothing was started."),
        ({"password": ""}, "Type your password, so that it is sure that it is you."),
        ({"because": " "}, "Reason: write why the brakes are raised."),
        ({"because": "x" * 201}, "Reason: write 200 characters at most."),
        ({"student-many_transfers": ""}, "Write a number of people for at least one brake."),
        ({"student-many_transfers": "0"}, "unusually many leavers: write a whole number of people"),
        ({"student-many_transfers": "many"}, "write a whole number of people, 1 or more."),
        ({"student-many_transfers": "9" * 40}, "write a whole number of people, 1 or more."),
        ({"start": "undo"}, "Choose what to start. Nothing was started."),
        ({"start": "import"}, "Nothing was started."),
    ],
)
def test_C24_what_is_missing_starts_nothing_and_is_kept(
    summer: Scene, alice: Client, sent: dict[str, str], sentence: str
) -> None:
    if sent.get("start") == "import":
        Run.objects.filter(mode=RunMode.TEST).update(settings={"student": 1})
    shown = send(alice, **{"start": "sync", **sent})
    assert sentence in shown
    assert sent.get("because", "New school year").strip()[:50] in shown
    assert PASSWORD not in shown
    assert queued() == []


def test_C24_in_a_blackout_no_sync_is_started_by_this_page(summer: Scene, alice: Client) -> None:
    days(summer, -1, 2, name="Moving house")
    shown = send(alice)
    assert "There is a blackout from" in shown and "(Moving house)" in shown
    assert queued() == []


def test_C24_what_no_number_can_raise_is_told(maple: Scene, alice: Client) -> None:
    plan = figures(maple)
    plan.actions[maple.schools[0].pk, "transfer"] = 400
    keep(maple.runs["test"], plan)
    shown = said(alice.get(PAGE))
    assert "This is held all the same, because no number can raise it:" in shown
    assert "Students: a school would be empty, 400 people" in shown


def test_C24_without_a_plan_every_brake_is_still_there(maple: Scene, alice: Client) -> None:
    shown = said(alice.get(PAGE))
    assert "The newest plan trips no brake that could be raised." in shown
    assert shown.count('type="number"') == 18, "of students and teachers"


@pytest.mark.parametrize("who", [scenes.BOB, scenes.OLIVE, scenes.SAM])
def test_C24_who_may_not_import_raises_nothing(summer: Scene, who: str) -> None:
    client = signed_in(who)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {**GIVEN, "start": "sync"}).status_code == 403
    assert queued() == []
