"""Daily Operations: when each type is synced by itself, pausing it, and the time zone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from core.vocabulary import DataType
from imports.models import Schedule
from schools.models import District
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.rules import said
from tests.pages.scenes import ALICE, LEE, Scene

PAGE = reverse("daily", args=["maple"])
PAUSE = reverse("daily_pause", args=["maple"])
RESUME = reverse("daily_resume", args=["maple"])
ZONE = reverse("daily_zone", args=["maple"])
FORMS = (PAUSE, RESUME, ZONE)


def day(days: int) -> str:
    return (timezone.now() + timedelta(days=days)).date().isoformat()


def send(client: Client, to: str, **sent: Any) -> str:
    return said(client.post(to, sent, follow=True))


def paused() -> list[str]:
    found = Schedule.objects.filter(paused_until__gt=timezone.now()).order_by("pk")
    return list(found.values_list("data_type", flat=True))


def test_A43_each_type_stands_there_with_its_timetable_and_next_time(
    maple: Scene, alice: Client
) -> None:
    Schedule.objects.update_or_create(
        district=maple.district, data_type="teacher",
        defaults={"frequency": "weekly", "weekday": 2, "at_minute": 1290, "automatic": True},
    )  # fmt: skip
    shown = said(alice.get(PAGE))
    assert "Daily at 05:00" in shown
    assert "On Wednesdays at 21:30" in shown
    assert "Only when somebody starts it" in shown, "staff is not ticked"
    assert "<time" in shown


@pytest.mark.parametrize(
    ("frequency", "words"),
    [
        ("hourly", "Every hour, 0 minutes past"),
        ("every_6_hours", "Every 6 hours, from 05:00 on"),
        ("every_12_hours", "Every 12 hours, from 05:00 on"),
        ("weekdays", "Monday to Friday at 05:00"),
    ],
)
def test_A43_every_frequency_has_its_words(
    maple: Scene, alice: Client, frequency: str, words: str
) -> None:
    Schedule.objects.filter(data_type="student").update(frequency=frequency, at_minute=300)
    assert words in said(alice.get(PAGE))


def test_A43_nothing_is_scheduled_before_the_first_import(juniper: Scene) -> None:
    alice = signed_in(ALICE)
    shown = said(alice.get(reverse("daily", args=["juniper"])))
    assert shown.count("after the first import") == 2
    assert "Not begun" in shown


def test_A43_pause_and_resume_with_day_name_and_reason(maple: Scene, alice: Client) -> None:
    shown = send(alice, PAUSE, types=["student", "teacher"], until=day(5), why="New SIS")
    assert "Paused: students, teachers. Sync Now still works." in shown
    assert shown.count(": New SIS") == 2
    assert paused() == ["student", "teacher"]
    overview = said(alice.get(reverse("overview", args=["maple"])))
    assert "Students and Teachers." in overview
    assert "New SIS" in overview
    assert overview.count("Paused until") == 1, "what was paused together stands together"
    assert "after a pause" in said(alice.get(reverse("settings", args=["maple"])))
    assert "Synced by itself again: students." in send(alice, RESUME, types=["student"])
    assert paused() == ["teacher"]
    assert "Nothing was paused any more." in send(alice, RESUME, types=["student"])
    assert "Synced by itself again: teachers." in send(alice, RESUME, types=["teacher"])
    assert paused() == []


def test_A43_a_pause_ends_at_the_districts_own_midnight(maple: Scene, alice: Client) -> None:
    send(alice, PAUSE, types=["student"], until=day(5), why="New SIS")
    until = Schedule.objects.get(district=maple.district, data_type="student").paused_until
    assert until is not None
    zone = {"America/Denver": (6, 7)}[maple.district.time_zone]
    assert until.hour in zone
    assert until.minute == 0


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"until": day(-1), "types": ["student"], "why": "x"}, "a day that is still to come"),
        ({"until": day(900), "types": ["student"], "why": "x"}, "a day within a year"),
        ({"until": "", "types": ["student"], "why": "x"}, "Syncs go on from: choose a day."),
        ({"until": "soon", "types": ["student"], "why": "x"}, "choose a day, such as"),
        ({"until": day(3), "types": [], "why": "x"}, "Data types: Choose among"),
        ({"until": day(3), "types": ["parent"], "why": "x"}, "Choose among students"),
        ({"until": day(3), "types": ["student"], "why": ""}, "say in a few words"),
        ({"until": day(3), "types": ["student"], "why": "x" * 201}, "at most 200"),
    ],
)
def test_A43_what_is_wrong_with_a_pause_is_said_and_nothing_is_paused(
    maple: Scene, alice: Client, sent: dict[str, Any], words: str
) -> None:
    assert words in send(alice, PAUSE, **sent)
    assert paused() == []


def test_F26_another_time_zone_shows_the_next_times_in_it(maple: Scene, alice: Client) -> None:
    Schedule.objects.filter(data_type="student").update(at_minute=300, frequency="daily")
    shown = send(alice, ZONE, time_zone="Pacific/Honolulu")
    assert "Times are those of Pacific/Honolulu from now on." in shown
    assert "05:00 HST" in shown
    assert District.objects.get(pk=maple.district.pk).time_zone == "Pacific/Honolulu"
    assert "Nothing was changed: it was so." in send(alice, ZONE, time_zone="Pacific/Honolulu")
    assert "Time zone: choose one of the list." in send(alice, ZONE, time_zone="Maple/Ridge")
    (event,) = AuditEvent.objects.filter(verb="district.time_zone")
    assert event.details == {"before": "America/Denver", "now": "Pacific/Honolulu"}


@pytest.mark.parametrize("address", FORMS)
def test_A43_viewers_look_and_change_nothing(maple: Scene, bob: Client, address: str) -> None:
    assert "Resume" not in said(bob.get(PAGE))
    assert PAUSE not in said(bob.get(PAGE)) and ">Change<" not in said(bob.get(PAGE))
    sent = {"types": ["student"], "until": day(3), "why": "x", "time_zone": "Pacific/Honolulu"}
    assert bob.post(address, sent).status_code == 403
    assert paused() == []
    assert District.objects.get(pk=maple.district.pk).time_zone == "America/Denver"


@pytest.mark.parametrize("address", [PAGE, *FORMS])
def test_A43_strangers_find_nothing_and_librarians_do_not_get_in(
    maple: Scene, charlie: Client, address: str
) -> None:
    ask = "get" if address == PAGE else "post"
    assert getattr(charlie, ask)(address).status_code == 404
    scenes.user(LEE)
    assert getattr(signed_in(LEE), ask)(address).status_code in (403, 404)


def test_the_page_takes_as_many_queries_for_a_large_district(maple: Scene, alice: Client) -> None:
    alice.get(PAGE)
    with CaptureQueriesContext(connection) as captured:
        alice.get(PAGE)
    assert len(captured) <= 12
    assert {DataType(s) for s in Schedule.objects.values_list("data_type", flat=True)} >= {
        DataType.STUDENT
    }
