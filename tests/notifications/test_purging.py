"""Old letters go at night, those of no run as well, and nothing is told twice (C34, F82)."""

import json
from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.utils import timezone

from core.vocabulary import EventKind, LetterState
from imports.models import Heartbeat, RunEvent
from notifications import purging
from notifications.gather import gather
from notifications.models import Letter, Notice, WebhookDelivery
from tests.notifications.hooks import deliveries, hook
from tests.notifications.hooks import hours_pass as webhook_hours_pass
from tests.notifications.office import Office
from tests.notifications.setting import Setting, hours_pass, ring

DAY = 24


def tell_of_the_district(here: Setting) -> None:
    """Something that no run has found out: a sync is overdue."""
    RunEvent.objects.create(
        district=here.district, kind=EventKind.OVERDUE, data_types=["student"],
        details={"since": "2026-11-24T12:00:00+00:00"},
    )  # fmt: skip


def purge() -> dict[str, int]:
    return purging.purge(timezone.now())[0]


def test_F82_C34_letters_of_runs_and_of_no_run_go_after_400_days(
    here: Setting, office: Office
) -> None:
    here.run("failed")
    tell_of_the_district(here)
    assert ring() == 2
    assert sorted(letter.run_id is None for letter in here.letters()) == [False, True]
    hours_pass(399 * DAY)
    assert purge() == {"letters": 0, "notices": 0, "deliveries": 0}
    hours_pass(2 * DAY)
    assert purge() == {"letters": 2, "notices": 0, "deliveries": 0}
    assert not Letter.objects.exists() and not Notice.objects.exists()
    assert ring() == 0, "what was told is not told again"
    assert len(office.letters) == 2


def test_C34_a_letter_that_is_still_to_be_sent_stays(here: Setting, office: Office) -> None:
    tell_of_the_district(here)
    assert ring() == 1
    hours_pass(500 * DAY)
    Letter.objects.update(state=LetterState.WAITING, next_attempt_at=timezone.now())
    assert purge()["letters"] == 0
    Letter.objects.update(state=LetterState.REFUSED)
    assert purge()["letters"] == 1


def test_C34_what_never_made_a_letter_goes_as_well(here: Setting) -> None:
    tell_of_the_district(here)
    event = RunEvent.objects.get()
    Notice.objects.create(event=event, email="ann@maple.example", news=False)
    assert purge()["notices"] == 0
    RunEvent.objects.update(at=timezone.now() - timedelta(days=401))
    assert purge()["notices"] == 1
    assert RunEvent.objects.exists(), "what happened stays"


def test_F82_the_post_purges_once_a_day_and_so_does_the_command(
    here: Setting, office: Office
) -> None:
    for _ in range(2):
        tell_of_the_district(here)
        ring()
        hours_pass(401 * DAY)
    assert Letter.objects.count() == 2, "it was done today"
    Heartbeat.objects.filter(name=purging.NAME).update(at=timezone.now() - timedelta(days=1))
    ring()
    assert not Letter.objects.exists()
    tell_of_the_district(here)
    ring()
    hours_pass(401 * DAY)
    out = StringIO()
    call_command("purge", "--json", stdout=out)
    assert json.loads(out.getvalue())["letters"] == 1


def test_C28_C34_messages_to_webhooks_go_with_the_letters(here: Setting) -> None:
    hook(here.district, "https://sis.example.org/in")
    here.run("failed")
    gather()
    assert len(deliveries()) == 1
    webhook_hours_pass(401 * DAY)
    assert purge()["deliveries"] == 0, "it is still to be sent"
    WebhookDelivery.objects.update(state="given_up")
    assert purge()["deliveries"] == 1
    assert gather() == 0 and deliveries() == [], "what was told is not told again"
