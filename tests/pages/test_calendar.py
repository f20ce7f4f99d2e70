"""School calendar: ranges are added and removed; what is due, and Sync Now, go by them (C24)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from clever_sync.models import Connection
from core.vocabulary import CalendarKind, RunState
from imports.calendar.queries import days_of
from imports.due_schedules import start_due
from imports.models import CalendarRange, Run, Schedule
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.rules import said
from tests.pages.scenes import Scene
from tests.pages.scenes_calendar import days, today

PAGE = reverse("calendar", args=["maple"])
SYNC, ASKED = reverse("sync_now", args=["maple"]), reverse("sync_blackout", args=["maple"])
DENVER = ZoneInfo("America/Denver")


def add(client: Client, begins: int, ends: int, **sent: str) -> str:
    """What stands on the page after so many days from today were added."""
    wanted = {
        "kind": "blackout", "name": "Winter break",
        "first": str(today() + timedelta(days=begins)), "last": str(today() + timedelta(days=ends)),
    }  # fmt: skip
    return said(client.post(PAGE, {**wanted, **sent}, follow=True))


def local_dues(scene: Scene) -> list[datetime]:
    rows = Schedule.objects.filter(district=scene.district, next_due__isnull=False)
    return [row.next_due.astimezone(DENVER) for row in rows if row.next_due]


def told(days_ahead: int) -> str:
    day = today() + timedelta(days=days_ahead)
    return f"{day:%b} {day.day}, {day.year}"


def test_C24_a_blackout_moves_what_is_due_behind_it_and_back(maple: Scene, alice: Client) -> None:
    shown = add(alice, 0, 30)
    assert f"Saved: blackout from {told(0)} to {told(30)} (Winter break)." in shown
    assert f"after the blackout until {told(30)} (Winter break)" in shown
    assert {due.date() for due in local_dues(maple)} == {today() + timedelta(days=31)}
    daily = said(alice.get(reverse("daily", args=["maple"])))
    assert daily.count(f"after the blackout until {told(30)} (Winter break)") == 2, "both types"
    overview = said(alice.get("/d/maple/"))
    assert f"after the blackout until {told(30)}" in overview
    assert f"A blackout is on until {told(30)}: Winter break." in overview
    shown = said(
        alice.post(
            reverse("calendar_remove", args=["maple", CalendarRange.objects.get().pk]), follow=True
        )
    )
    assert f"Removed: blackout from {told(0)}" in shown and "Every day is an ordinary one" in shown
    assert {due.date() for due in local_dues(maple)} <= {today(), today() + timedelta(days=1)}
    assert "after the blackout" not in said(alice.get("/d/maple/"))
    assert "after the blackout" not in said(alice.get(reverse("daily", args=["maple"])))
    verbs = AuditEvent.objects.filter(verb__startswith="calendar").order_by("pk")
    assert [event.verb for event in verbs] == ["calendar.add", "calendar.remove"]
    assert {event.actor for event in verbs} == {scenes.ALICE}


def change(client: Client, row: CalendarRange, **sent: str) -> str:
    """What stands on the page after a range was changed; what is not sent stays as it is."""
    form = client.get(reverse("calendar_change", args=["maple", row.pk])).context["form"]
    kept = {name: str(form.initial[name]) for name in form.fields}
    address = reverse("calendar_change", args=["maple", row.pk])
    return said(client.post(address, {**kept, **sent}, follow=True))


def test_C24_a_range_is_changed_at_its_place(maple: Scene, alice: Client) -> None:
    add(alice, 0, 30)
    row = CalendarRange.objects.get()
    address = reverse("calendar_change", args=["maple", row.pk])
    assert f'href="{address}#change"' in said(alice.get(PAGE))
    opened = said(alice.get(address))
    assert 'value="Winter break"' in opened and f'value="{row.first}"' in opened
    assert opened.count("button primary") == 1 and "Add these days" not in opened
    shown = change(alice, row, last=str(today() + timedelta(days=9)), name="Winter holidays")
    assert f"Saved: blackout from {told(0)} to {told(9)} (Winter holidays)." in shown
    changed = CalendarRange.objects.get()
    assert (changed.pk, changed.name) == (row.pk, "Winter holidays"), "the same range"
    assert {due.date() for due in local_dues(maple)} == {today() + timedelta(days=10)}
    event = AuditEvent.objects.get(verb="calendar.change")
    assert (event.actor, event.details["range"]) == (scenes.ALICE, str(days_of(changed)))
    assert f"Changed blackout from {told(0)} to {told(30)} (Winter break) in the school" in said(
        alice.get(reverse("activity", args=["maple"]))
    )


def test_C24_a_change_that_cannot_be_is_refused_and_kept_as_typed(
    maple: Scene, alice: Client
) -> None:
    row, other = days(maple, 2, 9), days(maple, 20, 25, name="Spring break")
    before = days_of(row)
    shown = change(alice, row, last=str(today() + timedelta(days=21)), name="Longer")
    assert "overlap with the blackout" in shown and "(Spring break)" in shown
    assert "Nothing was saved." in shown and 'value="Longer"' in shown
    assert "Name: say what these days are" in change(alice, row, name="")
    assert "This range is over: its last day" in change(
        alice, row, first="2020-01-01", last="2020-01-02"
    )
    assert "was changed or removed meanwhile" in change(alice, row, was="as it was yesterday")
    row.refresh_from_db()
    assert days_of(row) == before and CalendarRange.objects.count() == 2
    assert "Saved" in change(alice, other, last=str(today() + timedelta(days=26))), "not by itself"


def test_C24_a_range_that_is_over_gone_or_elsewhere_is_not_changed(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    over, theirs = days(maple, -9, -2), days(juniper, 2, 4)
    gone, stays = "not in the calendar any more.", "is over; it stays as it was."
    for number, answer in ((over.pk, stays), (theirs.pk, gone), (10**12, gone)):
        address = reverse("calendar_change", args=["maple", number])
        assert answer in said(alice.get(address, follow=True))
        assert answer in said(alice.post(address, {"name": "Mine"}, follow=True))
    assert not CalendarRange.objects.filter(name="Mine").exists()
    row = days(maple, 2, 4)
    for who, status in ((scenes.BOB, 403), (scenes.OLIVE, 403), (scenes.CHARLIE, 404)):
        address = reverse("calendar_change", args=["maple", row.pk])
        assert signed_in(who).get(address).status_code == status
        assert signed_in(who).post(address, {}).status_code == status


def test_C24_a_blackout_far_ahead_puts_nothing_off_yet(maple: Scene, alice: Client) -> None:
    add(alice, 40, 50)
    assert {due.date() for due in local_dues(maple)} <= {today(), today() + timedelta(days=1)}
    assert "blackout" not in said(alice.get("/d/maple/"))


def test_C24_nothing_starts_by_itself_in_a_blackout(maple: Scene, alice: Client) -> None:
    now = timezone.now()
    Schedule.objects.filter(district=maple.district).update(next_due=now - timedelta(hours=5))
    days(maple, 0, 3)
    assert start_due(now) == 0
    assert not Run.objects.filter(state=RunState.QUEUED).exists()
    assert {due.date() for due in local_dues(maple)} == {today() + timedelta(days=4)}
    CalendarRange.objects.all().delete()
    Schedule.objects.filter(district=maple.district).update(next_due=now - timedelta(hours=5))
    assert start_due(now) == 1, "without it they would have started"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"first": "", "last": ""}, "First day: choose a day."),
        ({"first": "tomorrow"}, "First day: choose a day, as in 2026-12-20."),
        ({"last": "2026-02-30"}, "Last day: choose a day, as in 2026-12-20."),
        ({"first": "0001-01-01", "last": "9999-12-31"}, "Choose days between Jan 1, 2000"),
        ({"last": "2020-01-01", "first": "2019-12-30"}, "This range is over: its last day was"),
        ({"last": "2020-01-01"}, "is before the first"),
        ({"name": ""}, "Name: say what these days are"),
        ({"name": "x" * 61}, "Name: write 60 characters at most."),
        ({"kind": "party"}, "What these days are for: choose one of the list."),
    ],
)
def test_C24_days_that_cannot_be_get_a_sentence_and_are_kept(
    maple: Scene, alice: Client, sent: dict[str, str], sentence: str
) -> None:
    shown = add(alice, 3, 5, **{"name": "Kept as typed", **sent})
    assert sentence in shown
    assert sent.get("name", "Kept as typed") in shown
    assert not CalendarRange.objects.exists()


def test_C24_overlapping_days_name_the_other_range(maple: Scene, alice: Client) -> None:
    add(alice, 10, 20)
    shown = add(alice, 20, 25, name="Spring break")
    assert f"These days overlap with the blackout from {told(10)} to {told(20)} (Winter" in shown
    assert "Nothing was saved." in shown and 'value="Spring break"' in shown
    assert "Saved: adds-only window" in add(alice, 20, 25, kind="adds_only")
    assert CalendarRange.objects.count() == 2


def test_C24_sync_now_asks_in_a_blackout(maple: Scene, alice: Client) -> None:
    days(maple, -1, 1, name="Moving house")
    answer = alice.post(SYNC)
    assert (answer.status_code, answer["Location"]) == (303, ASKED)
    assert not Run.objects.filter(state=RunState.QUEUED).exists()
    shown = said(alice.get(ASKED))
    assert f"A blackout is on until {told(1)}: Moving house." in shown
    assert "Sync Now all the same" in shown
    alice.post(SYNC, {"published": "yes", "blackout": "yes"})
    assert Run.objects.filter(state=RunState.QUEUED).count() == 1


def test_C24_sync_now_does_not_ask_on_ordinary_days(maple: Scene, alice: Client) -> None:
    days(maple, 1, 9)
    days(maple, -1, 9, CalendarKind.ADDS_ONLY, "Lists")
    shown = said(alice.get(ASKED))
    assert "No blackout is on." in shown
    assert f"only added and updated until {told(9)} (Lists)" in shown
    alice.post(SYNC)
    assert Run.objects.filter(state=RunState.QUEUED).count() == 1


def test_C24_clevers_own_pause_stands_there(maple: Scene, alice: Client) -> None:
    assert "Clever names no pause." in said(alice.get(PAGE))
    until = timezone.now() + timedelta(days=40)
    Connection.objects.filter(district=maple.district).update(pause_end=until)
    day = until.astimezone(DENVER)
    shown = said(alice.get(PAGE)).partition("Clever pauses until ")[2]
    assert f"{day:%b} {day.day}" in shown[:120]


def test_C24_who_may_not_change_the_calendar_sees_it(maple: Scene) -> None:
    row = days(maple, 2, 4)
    for who in (scenes.BOB, scenes.OLIVE, scenes.SAM):
        client = signed_in(who)
        shown = said(client.get(PAGE))
        assert "Winter break" in shown and "Your role here is" in shown and "Remove" not in shown
        assert client.post(PAGE, {}).status_code == 403
        assert client.post(reverse("calendar_remove", args=["maple", row.pk])).status_code == 403
    assert signed_in(scenes.LEE).get(PAGE).status_code == 404
    assert signed_in(scenes.CHARLIE).get(ASKED).status_code == 404
    assert CalendarRange.objects.count() == 1


def test_C24_a_range_of_another_district_is_not_removed(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    row = days(juniper, 2, 4)
    shown = said(alice.post(reverse("calendar_remove", args=["maple", row.pk]), follow=True))
    assert "That range is not in the calendar any more." in shown
    assert CalendarRange.objects.count() == 1
