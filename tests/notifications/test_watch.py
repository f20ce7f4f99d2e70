"""What no run tells: syncs that do not come, approvals, a connection found broken (B64, C20)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from clever_sync.models import Connection
from core.vocabulary import ConnectionState
from imports import awaiting
from imports.models import CalendarRange, Schedule
from notifications import watch
from notifications.gather import gather
from notifications.models import Condition
from notifications.post import deliver
from tests.notifications.office import Office, text_of
from tests.notifications.setting import Setting, ring
from tests.world import ADMIN, World, world

# A Tuesday; syncs are due at 05:00 MST, which is 12:00 UTC.
GOOD = datetime(2026, 11, 24, 12, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def synced(here: Setting) -> Setting:
    """Students and teachers are synced daily; the last good sync was on Tuesday morning."""
    Connection.objects.create(
        district=here.district, clever_district_id="c" * 24, state="ready", enabled=True
    )
    for data_type in ("student", "teacher"):
        Schedule.objects.create(
            district=here.district, data_type=data_type, first_import_at=GOOD - 100 * HOUR,
            next_due=GOOD + 24 * HOUR,
        )  # fmt: skip
    here.run("finished", at=GOOD)
    watch.look(GOOD)
    Condition.objects.update(since=GOOD - 50 * HOUR)
    gather()
    return here


def look(at: datetime = GOOD + HOUR) -> None:
    """The clock rings for the post at this moment."""
    watch.look(at)
    gather()
    deliver()


def subjects(office: Office) -> list[str]:
    told = [str(letter["Subject"]) for letter in office.letters]
    return [subject.removeprefix("Maple Ridge Unified: ") for subject in told]


def test_C20_no_good_sync_is_told_once_when_it_begins_and_once_when_it_is_over(
    synced: Setting, office: Office
) -> None:
    look(GOOD + 25.9 * HOUR)
    assert office.letters == []
    look(GOOD + 26 * HOUR)
    look(GOOD + 27 * HOUR)
    look(GOOD + 60 * HOUR)
    assert subjects(office) == ["There was no good sync for a day"]
    text = " ".join(text_of(office.letters[0]).split())
    assert "The last good sync of Students and Teachers ended on Tue, Nov 24, 05:10 MST." in text
    assert "http://localhost:8000/d/maple/" in text
    synced.run("finished", at=GOOD + 61 * HOUR)
    look(GOOD + 61 * HOUR)
    look(GOOD + 62 * HOUR)
    assert subjects(office)[1:] == ["Syncs work again"]


def test_C20_a_failed_night_is_no_good_sync(synced: Setting, office: Office) -> None:
    synced.run("failed", at=GOOD + 24 * HOUR)
    look(GOOD + 26 * HOUR)
    assert sorted(subjects(office)) == [
        "Scheduled Sync has failed: Clever could not be reached",
        "There was no good sync for a day",
    ]
    synced.run("finished", at=GOOD + 27 * HOUR)
    look(GOOD + 27 * HOUR)
    assert subjects(office)[2:] == ["Syncs work again"]


@pytest.mark.parametrize(
    "reason", ["paused", "not ticked", "switch", "leave", "clever", "blackout", "broken"]
)
def test_C20_nobody_is_alarmed_where_no_sync_may_come(
    synced: Setting, office: Office, reason: str
) -> None:
    schedules = Schedule.objects.all()
    connection = Connection.objects.all()
    late = GOOD + 30 * HOUR
    undo: Any = lambda: None  # noqa: E731
    if reason == "paused":
        schedules.update(paused_until=GOOD + 90 * HOUR)
        undo = lambda: schedules.update(paused_until=None)  # noqa: E731
    elif reason == "not ticked":
        schedules.update(automatic=False)
        undo = lambda: schedules.update(automatic=True)  # noqa: E731
    elif reason == "switch":
        connection.update(enabled=False)
        undo = lambda: connection.update(enabled=True)  # noqa: E731
    elif reason == "leave":
        type(synced.district).objects.update(clever_enabled=False)
        undo = lambda: type(synced.district).objects.update(clever_enabled=True)  # noqa: E731
    elif reason == "clever":
        connection.update(clever_state="paused")
        undo = lambda: connection.update(clever_state="success")  # noqa: E731
    elif reason == "blackout":
        CalendarRange.objects.create(
            district=synced.district, kind="blackout", name="Thanksgiving",
            first=date(2026, 11, 25), last=date(2026, 11, 27),
        )  # fmt: skip
        undo = CalendarRange.objects.all().delete
    else:
        connection.update(state="disconnected", attention="clever_disconnected")
        undo = lambda: connection.update(state="ready")  # noqa: E731
    look(late)
    assert "There was no good sync for a day" not in subjects(office)
    undo()
    # Once it may come again, it has its time from then on.
    look(late + HOUR)
    Condition.objects.filter(topic="no_good_sync").update(since=late + HOUR)
    look(late + 20 * HOUR)
    assert "There was no good sync for a day" not in subjects(office)
    look(late + 50 * HOUR)
    assert subjects(office)[-1] == "There was no good sync for a day"


def test_C20_a_weekly_sync_is_missed_after_its_day_only(synced: Setting, office: Office) -> None:
    Schedule.objects.filter(data_type="teacher").update(automatic=False)
    Schedule.objects.filter(data_type="student").update(frequency="weekly", weekday=1)
    look(GOOD + 100 * HOUR)
    look(GOOD + (7 * 24 + 1) * HOUR)
    assert office.letters == []
    look(GOOD + (7 * 24 + 2) * HOUR)
    assert len(office.letters) == 1
    assert "sync of Students ended" in text_of(office.letters[0])


def test_C20_the_days_of_a_blackout_are_not_waited_for(synced: Setting, office: Office) -> None:
    """It ends on Friday; the first sync is due on Saturday at five."""
    CalendarRange.objects.create(
        district=synced.district, kind="blackout", name="Thanksgiving",
        first=date(2026, 11, 25), last=date(2026, 11, 27),
    )  # fmt: skip
    saturday = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
    look(saturday)
    Condition.objects.update(since=GOOD)
    look(saturday)
    assert office.letters == []
    look(datetime(2026, 11, 28, 14, 0, tzinfo=UTC))
    assert len(office.letters) == 1


def test_C20_twice_looked_at_once_is_told_once(synced: Setting, office: Office) -> None:
    watch.look(GOOD + 30 * HOUR)
    look(GOOD + 30 * HOUR)
    assert len(office.letters) == 1


def test_C20_a_connection_that_somebody_found_broken_is_told_and_so_is_its_return(
    synced: Setting, office: Office
) -> None:
    connection = Connection.objects.all()
    connection.update(state="disconnected", attention="clever_disconnected")
    look()
    look()
    assert subjects(office) == ["Clever is disconnected"]
    connection.update(state="ready", attention="")
    look()
    look()
    assert subjects(office)[1:] == ["Clever lets us read again"]
    assert not Condition.objects.filter(topic="connection_needs_attention").exists()


def test_C20_a_run_that_is_on_tells_of_the_return_itself(synced: Setting, office: Office) -> None:
    connection = Connection.objects.all()
    connection.update(state="needs_attention", attention="clever_token_refused")
    look()
    run = synced.run("started", state="importing")
    connection.update(state="ready", attention="")
    look()
    assert len(office.letters) == 1
    type(run).objects.filter(pk=run.pk).update(state="completed")
    from imports import outbox

    outbox.write(run, "finished")
    look()
    look()
    assert subjects(office)[1:] == ["Syncs work again"]


def test_a_reset_ends_what_was_told_of_the_connection(synced: Setting, office: Office) -> None:
    Connection.objects.update(state="disconnected")
    look()
    Connection.objects.all().delete()
    look()
    assert not Condition.objects.filter(topic="connection_needs_attention").exists()
    assert len(office.letters) == 1


@pytest.fixture
def waiting(db: None, office: Office) -> Iterator[World]:
    """A district whose id Clever has not approved yet; its owner saved it and left."""
    with world(students=5, teachers=1, corners=False) as made:
        from clever_sync.actions import connect
        from notifications.actions import first_recipient

        made.clever.control.disconnect()
        connect(district=made.district, text=made.clever.district_id, by=ADMIN)
        first_recipient(district=made.district, email=ADMIN, by=ADMIN)
        assert Connection.objects.get().state == ConnectionState.WAITING
        yield made


def minutes_pass(minutes: int) -> None:
    Connection.objects.update(checked_at=timezone.now() - timedelta(minutes=minutes))


def test_B64_clever_is_asked_again_and_the_answer_is_told_by_mail(
    waiting: World, office: Office
) -> None:
    assert awaiting.look_again() == 0
    ring()
    minutes_pass(16)
    assert awaiting.look_again() == 0
    waiting.clever.control.reconnect()
    assert awaiting.look_again() == 0
    minutes_pass(16)
    assert awaiting.look_again() == 1
    ring()
    ring()
    (letter,) = office.letters
    assert (letter["To"], letter["Subject"]) == (
        ADMIN, "Maple Ridge Unified: Clever has approved the connection",
    )  # fmt: skip
    assert "http://localhost:8000/d/maple/clever/schools/" in text_of(letter)
    assert waiting.clever_schools()
    minutes_pass(16)
    assert awaiting.look_again() == 0


def test_B64_whoever_checks_by_hand_has_it_told_to_the_others(
    waiting: World, office: Office
) -> None:
    from clever_sync.actions import check

    ring()
    waiting.clever.control.reconnect()
    check(connection=Connection.objects.get())
    ring()
    assert len(office.letters) == 1


def test_B64_clever_away_is_asked_later_and_keeps_no_other_from_being_asked(
    waiting: World, office: Office, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clever_sync import asking

    monkeypatch.setattr(asking, "SHORT_PAUSES", (0.0,))
    settings.CLEVER_AUTH_URL = "http://127.0.0.1:1"
    minutes_pass(16)
    assert awaiting.look_again() == 0
    assert Connection.objects.get().state == ConnectionState.WAITING
    checked = Connection.objects.get().checked_at
    assert checked and timezone.now() - checked < timedelta(minutes=1)


def test_B64_no_mail_for_who_never_waited(synced: Setting, office: Office) -> None:
    look()
    look()
    assert office.letters == []
