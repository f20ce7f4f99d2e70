"""What is told, to whom, and in how many letters (A54, C20, F76, F77, I6, I11)."""

from datetime import timedelta

import pytest

from clever_sync.models import Connection
from core.vocabulary import EventKind, RunState
from imports import outbox
from imports.models import Run, RunEvent
from notifications.gather import gather
from notifications.models import Condition, Recipient
from notifications.words import KINDS
from tests.notifications.office import Office, text_of
from tests.notifications.setting import NIGHT, Setting, ring
from tests.notifications.test_recipients import HOSTILE

ANN, BEA = "ann@maple.example", "bea@maple.example"
DAY = timedelta(days=1)


def subjects(office: Office, to: str = ANN) -> list[str]:
    return [
        str(letter["Subject"]).removeprefix("Maple Ridge Unified: ") for letter in office.to(to)
    ]


def flat(text: str) -> str:
    return " ".join(text.split())


# Who is told of what


def test_A54_each_is_told_of_the_own_types_and_events_once(here: Setting, office: Office) -> None:
    Recipient.objects.all().delete()
    here.tell(ANN, types=["student"], events=["finished"])
    here.tell(BEA, types=["teacher", "student"], events=["finished", "failed"])
    here.tell("cy@maple.example", types=["staff"], events=list(KINDS))
    here.tell("di@maple.example", types=["student"], events=["failed"])
    here.run("finished", types=["student", "teacher"])
    here.run("finished", types=["teacher"])
    ring()
    assert sorted(letter["To"] for letter in office.letters) == [ANN, BEA, BEA]


def test_A54_every_kind_of_event_has_words_for_people(here: Setting, office: Office) -> None:
    Recipient.objects.all().delete()
    here.tell(ANN, events=list(KINDS))
    for kind in KINDS:
        run = here.run(kind, types=["student"])
        if kind == EventKind.HELD:
            here.hold(run)
        if kind == EventKind.STARTED:
            Run.objects.filter(pk=run.pk).update(state=RunState.QUEUED)
            ring()
        Run.objects.filter(pk=run.pk, state=RunState.QUEUED).update(state=RunState.CANCELLED)
        Condition.objects.all().delete()
    ring()
    assert len(office.letters) == len(KINDS)
    for letter in office.letters:
        for body in ("plain", "html"):
            text = flat(text_of(letter, body))
            for question in ("Is anything lost?", "What to do:", "http://localhost:8000/d/maple/"):
                assert question in text, letter["Subject"]
        assert "None" not in text_of(letter) and "{" not in text_of(letter)


def test_A54_start_is_told_at_once_and_the_end_for_itself(here: Setting, office: Office) -> None:
    here.tell(BEA, events=["started", "finished"])
    run = here.run("started")
    ring()
    assert subjects(office, BEA) == ["Scheduled Sync has started"]
    outbox.write(run, "alerts", count=1)
    ring()
    assert len(office.letters) == 1
    Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED)
    outbox.write(run, "finished")
    ring()
    assert subjects(office, BEA)[1:] == ["Scheduled Sync has finished"]
    assert subjects(office) == ["1 person may already exist here"]


def test_A51_A54_a_start_that_stopped_asks_for_a_decision(here: Setting, office: Office) -> None:
    run = here.run("needs_decision")
    ring()
    (letter,) = office.letters
    text = flat(text_of(letter))
    assert "Nothing was imported yet. Your decision is needed." in text
    assert "21 rows differ" in text
    assert f"http://localhost:8000/d/maple/operations/{run.pk}/" in text
    # What comes of it is another letter, for who asked for that.
    here.tell(BEA, events=["finished"])
    Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED)
    outbox.write(run, "finished")
    ring()
    assert subjects(office, BEA) == ["Scheduled Sync has finished"]
    assert len(subjects(office)) == 1


def test_F77_thousand_alerts_and_more_of_a_run_are_one_mail(here: Setting, office: Office) -> None:
    reasons = [
        "likely_duplicate", "several_candidates", "name_and_birth_differ", "linked_to_another",
        "clever_id_changed", "username_taken", "identity_conflict", "number_twice_here",
        "sis_id_twice_here", "number_twice_in_clever", "sis_id_twice_in_clever", "kind_changed",
    ]  # fmt: skip
    run = here.run("held", "finished")
    here.hold(run)
    here.alerts(run, 1000, reasons)
    here.tell(BEA, events=["finished", "held", "alerts"])
    ring()
    assert [letter["To"] for letter in office.letters] == [ANN, BEA]
    (letter,) = office.to(BEA)
    assert letter["Subject"] == (
        "Maple Ridge Unified: 640 changes are held, because they look like an accident (and 2 more)"
    )
    text = text_of(letter)
    assert "1,000 PEOPLE MAY ALREADY EXIST HERE" in text
    assert text.count("\n- ") == 1 + 11 + 2
    assert "- Willow Creek High: 640\n" in text
    assert "2 more reasons: 166" in text
    assert "http://localhost:8000/d/maple/alerts/" in text
    assert len(text) < 4_000


# One mail per change of state


def test_C20_the_second_failed_night_is_no_mail_and_the_end_is_one(
    here: Setting, office: Office
) -> None:
    for night in range(3):
        here.run("failed", at=NIGHT + night * DAY)
        ring()
    assert len(office.letters) == 1
    here.run("finished", at=NIGHT + 3 * DAY)
    ring()
    assert len(office.letters) == 2
    text = flat(text_of(office.letters[1]))
    assert office.letters[1]["Subject"] == "Maple Ridge Unified: Syncs work again"
    assert "Something had been wrong since Tue, Nov 24, 05:00 MST. It went wrong 3 times" in text
    # The nights that were no mail of their own stand in it.
    for missed in ("Wed, Nov 25", "Thu, Nov 26"):
        assert f"- {missed}, 05:00 MST: Scheduled Sync has failed: Clever could not" in text
    assert "Tue, Nov 24, 05:00 MST: " not in text
    here.run("finished", at=NIGHT + 4 * DAY)
    ring()
    assert len(office.letters) == 2
    here.run("failed", at=NIGHT + 5 * DAY)
    ring()
    assert len(office.letters) == 3


def test_C20_another_cause_is_another_state(here: Setting, office: Office) -> None:
    here.run("failed")
    here.run("failed", code="storage")
    ring()
    assert len(office.letters) == 2


def test_C20_what_failed_for_students_is_over_when_students_are_synced(
    here: Setting, office: Office
) -> None:
    Recipient.objects.all().delete()
    here.tell(ANN, types=["student"])
    here.tell(BEA, types=["teacher"])
    here.run("failed", types=["student"])
    here.run("finished", types=["teacher"])
    ring()
    assert [letter["To"] for letter in office.letters] == [ANN]
    here.run("failed", types=["student", "teacher"])
    ring()
    assert [letter["To"] for letter in office.letters] == [ANN, BEA]
    here.run("finished", types=["student"])
    ring()
    assert [letter["To"] for letter in office.letters] == [ANN, BEA, ANN]


def test_F46_a_refused_authorization_is_one_mail_however_many_nights(
    here: Setting, office: Office
) -> None:
    Connection.objects.create(
        district=here.district, clever_district_id="c" * 24, state="needs_attention",
        attention="clever_token_refused",
    )  # fmt: skip
    for night in range(3):
        here.run(
            "failed", "connection_needs_attention", code="clever_token_refused",
            at=NIGHT + night * DAY,
        )  # fmt: skip
        ring()
    (letter,) = office.letters
    assert letter["Subject"].endswith("The connection needs attention (and 1 more)")
    assert "Ask your Clever administrator to authorize the application again" in text_of(letter)
    Connection.objects.update(state="ready", attention="")
    here.run("finished", at=NIGHT + 3 * DAY)
    ring()
    assert len(office.letters) == 2
    assert not Condition.objects.exists()


def test_C20_a_failed_test_says_nothing_of_the_nights(here: Setting, office: Office) -> None:
    here.run("failed", mode="test")
    ring()
    here.run("finished")
    ring()
    assert subjects(office) == ["Test Import has failed: Clever could not be reached"]


def test_C20_an_undo_does_not_end_what_clever_has_begun(here: Setting, office: Office) -> None:
    here.run("failed")
    here.run("finished", trigger="undo")
    ring()
    assert len(office.letters) == 1
    assert Condition.objects.filter(topic="failed").count() == 2


def test_C20_the_same_hold_each_night_is_told_once(here: Setting, office: Office) -> None:
    here.tell(BEA, events=["held"])
    first = here.run("finished", "held")
    here.hold(first)
    ring()
    for count in (640, 655):
        here.hold(here.run("finished", "held"), count)
        ring()
    assert len(subjects(office, BEA)) == 1
    # A night without it, then it is back: that is news; and so is another slice.
    here.run("finished")
    here.hold(here.run("finished", "held"))
    ring()
    assert len(subjects(office, BEA)) == 2
    here.hold(here.run("finished", "held"), 30, "transfer/student/2")
    ring()
    assert len(subjects(office, BEA)) == 3


def test_C20_a_hold_that_somebody_decided_on_is_news_when_it_comes_again(
    here: Setting, office: Office
) -> None:
    here.tell(BEA, events=["held"])
    hold = here.hold(here.run("finished", "held"))
    ring()
    type(hold).objects.update(state="discarded")
    here.hold(here.run("finished", "held"))
    ring()
    assert len(subjects(office, BEA)) == 2


# Nothing that anybody should not read


def test_I11_F76_no_mail_names_a_person_and_no_subject_has_two_lines(
    here: Setting, office: Office
) -> None:
    here.district.name = "Maple\r\nBcc: everybody@else.example"
    here.district.save()
    here.run("failed")
    ring()
    (letter,) = office.letters
    assert office.asked == [ANN]
    assert letter["Bcc"] is None
    assert letter["Subject"].startswith("Maple Bcc: everybody@else.example: Scheduled Sync")


@pytest.mark.parametrize("address", HOSTILE)
def test_F76_an_address_with_a_trick_in_it_reaches_nobody(
    here: Setting, office: Office, address: str
) -> None:
    """Even if it had come into the table past every form."""
    Recipient.objects.all().delete()
    if "\x00" in address or len(address) > 254:
        return
    here.tell(address, types=["student"])
    here.run("failed")
    ring()
    assert not office.asked and not office.letters
    assert [letter.state for letter in here.letters()] == ["refused"]


def test_the_letter_of_another_district_stays_apart(here: Setting, office: Office) -> None:
    from schools.models import District

    other = Setting(District.objects.create(slug="oak", name="Oak Hill", time_zone="UTC"))
    other.tell(ANN)
    here.run("failed")
    other.run("failed")
    ring()
    assert sorted(str(letter["Subject"])[:5] for letter in office.letters) == ["Maple", "Oak H"]
    other.run("finished")
    ring()
    assert [str(letter["Subject"])[:5] for letter in office.letters[2:]] == ["Oak H"]


def test_events_of_a_run_that_is_on_wait_for_its_end(here: Setting, office: Office) -> None:
    here.tell(BEA, events=["alerts"])
    run = here.run("alerts")
    assert gather() == 0
    assert RunEvent.objects.get(run=run).delivered_at is None
    Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLED)
    assert gather() == 2
