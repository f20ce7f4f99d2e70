"""Letters over a real mail server: once each, in any weather (F06, F07, F74, F75, I6)."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from core import fault_points
from core.vocabulary import EventKind, LetterState
from integration_console.embedded.ports import any_free
from notifications import claims, mail, post
from notifications.gather import gather
from notifications.models import Letter, Recipient
from tests.notifications.office import Office, by_smtp, open_office, text_of
from tests.notifications.setting import Setting, hours_pass, ring

FIVE = [f"{name}@maple.example" for name in ("ada", "ben", "cleo", "dan", "eve")]


def five_letters(here: Setting) -> list[Letter]:
    Recipient.objects.all().delete()
    here.tell(*FIVE)
    here.run("failed")
    return here.letters()


def states() -> dict[str, str]:
    return dict(Letter.objects.values_list("email", "state"))


def test_A54_a_failed_sync_is_told_in_words_for_people(here: Setting, office: Office) -> None:
    run = here.run("started", "failed")
    assert ring() == 1
    (letter,) = office.letters
    assert letter["To"] == "ann@maple.example"
    assert letter["Subject"] == (
        "Maple Ridge Unified: Scheduled Sync has failed: Clever could not be reached"
    )
    assert letter["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        text = " ".join(text_of(letter, kind).split())
        for words in (
            f"Scheduled Sync #{run.pk} (Students and Teachers) ended on Tue, Nov 24, 05:00 MST.",
            "Nothing is lost: this run imported nothing",
            "What to do:",
            f"http://localhost:8000/d/maple/operations/{run.pk}/",
            "/d/maple/clever/notifications/",
        ):
            assert words in text, (kind, words)
    assert ring() == 0 and len(office.letters) == 1


def test_F75_one_refused_address_of_five_keeps_nobody_else_waiting(
    here: Setting, office: Office
) -> None:
    five_letters(here)
    office.answers["cleo@maple.example"] = "550 5.1.1 no such mailbox"
    assert ring() == 4
    assert sorted(letter["To"] for letter in office.letters) == sorted(set(FIVE) - {FIVE[2]})
    refused = Letter.objects.get(email="cleo@maple.example")
    assert (refused.state, refused.code, refused.said) == (
        LetterState.REFUSED, 550, "5.1.1 no such mailbox",
    )  # fmt: skip
    hours_pass(30)
    assert ring() == 0
    assert office.asked.count("cleo@maple.example") == 1


def test_F75_a_letter_refused_for_its_content_is_not_tried_for_ever(
    here: Setting, office: Office
) -> None:
    here.run("failed")
    office.at_the_end = "554 looks like spam"
    assert ring() == 0
    hours_pass(1)
    assert ring() == 0
    (letter,) = here.letters()
    assert (letter.state, letter.attempts, letter.said) == ("refused", 1, "looks like spam")


def test_F74_an_address_that_is_not_served_now_waits_and_the_others_receive(
    here: Setting, office: Office
) -> None:
    five_letters(here)
    office.answers["ben@maple.example"] = "451 greylisted, come again"
    assert ring() == 4
    assert Letter.objects.get(email="ben@maple.example").state == LetterState.WAITING
    office.answers.clear()
    assert ring() == 0
    hours_pass(0.05)
    assert ring() == 1
    assert set(states().values()) == {"sent"}


def test_F74_nobody_listens_and_later_somebody_does(
    here: Setting, nobody_listens: None, settings: Any
) -> None:
    five_letters(here)
    assert ring() == 0
    # The server is away: the first letter found it out, and the others keep their turn.
    assert sorted(Letter.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]
    for _ in range(6):
        hours_pass(0.6)
        ring()
    assert set(states().values()) == {"waiting"}
    with open_office(settings) as office:
        hours_pass(0.6)
        assert ring() == 5
        assert sorted(letter["To"] for letter in office.letters) == FIVE


def test_F74_after_24_hours_a_letter_is_given_up(here: Setting, nobody_listens: None) -> None:
    here.run("failed")
    tries = 0
    while Letter.objects.filter(state="waiting").exists() or not tries:
        ring()
        tries += 1
        hours_pass(0.51)
        assert tries < 100
    (letter,) = here.letters()
    assert letter.state == LetterState.GIVEN_UP
    assert 45 < tries < 55
    assert "refused" in letter.said.lower()


def test_F74_pauses_grow() -> None:
    pauses = [claims.pause(n) for n in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0].total_seconds() == 60 and pauses[-1].total_seconds() == 1800


@pytest.mark.parametrize("code", ["421 closing for the night", "421"])
def test_F74_a_server_that_closes_is_not_taken_for_a_refusal(
    here: Setting, office: Office, code: str
) -> None:
    five_letters(here)
    office.answers = dict.fromkeys(FIVE, code)
    assert ring() == 0
    assert set(states().values()) == {"waiting"}
    assert len(office.asked) == 1
    assert sorted(Letter.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]


def test_F74_a_conversation_that_drops_is_begun_again(here: Setting, office: Office) -> None:
    here.run("failed")
    office.drops, office.at_the_end = 1, "451 never heard"
    assert ring() == 0
    office.at_the_end = "250 OK"
    hours_pass(0.02)
    assert ring() == 1
    assert len(office.letters) == 1


@contextmanager
def drips(settings: Any, greeting: bytes, then: bytes) -> Iterator[None]:
    """A server that greets and from then on sends a byte now and then, and no end of a line."""
    listening = socket.create_server(("127.0.0.1", any_free()))
    listening.settimeout(5)
    over = threading.Event()

    def serve() -> None:
        line, _ = listening.accept()
        line.sendall(greeting)
        try:
            while not over.wait(0.02):
                line.sendall(then)
        except OSError:
            pass
        finally:
            line.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    by_smtp(settings, listening.getsockname()[1])
    yield
    over.set()
    thread.join()
    listening.close()


@pytest.mark.parametrize(("greeting", "then"), [(b"", b""), (b"220 hello\r\n", b"")])
def test_F74_a_silent_server_is_left_after_its_time(
    here: Setting, settings: Any, monkeypatch: pytest.MonkeyPatch, greeting: bytes, then: bytes
) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.2)
    here.run("failed")
    with drips(settings, greeting, then):
        assert ring() == 0
    (letter,) = here.letters()
    assert (letter.state, letter.attempts) == ("waiting", 1)


def test_F74_a_server_that_never_comes_to_an_end_is_hung_up(
    here: Setting, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "ALTOGETHER", 0.2)
    here.run("failed")
    wait = threading.Event()
    office.before_answering = lambda: wait.wait(1.0)
    assert ring() == 0
    wait.set()
    (letter,) = here.letters()
    assert (letter.state, letter.attempts) == ("waiting", 1)


def test_F74_our_own_settings_are_nobodys_fault(
    here: Setting, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"5.7.8 wrong password")

    five_letters(here)
    monkeypatch.setattr(smtplib.SMTP, "sendmail", refused)
    assert ring() == 0
    assert set(states().values()) == {"waiting"}
    assert Letter.objects.get(attempts=1).said == "5.7.8 wrong password"


def test_a_letter_that_we_cannot_write_keeps_nobody_else_waiting(
    here: Setting, office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    five_letters(here)
    ordinary = post.written

    def broken(letter: Letter) -> mail.Message:
        if letter.email == "ada@maple.example":
            raise KeyError(letter.email)
        return ordinary(letter)

    monkeypatch.setattr(post, "written", broken)
    assert ring() == 4
    assert states()["ada@maple.example"] == "waiting"


def test_who_is_taken_out_of_the_lists_gets_nothing_more(here: Setting, office: Office) -> None:
    five_letters(here)
    gather()
    Recipient.objects.filter(email="dan@maple.example").delete()
    assert ring() == 4
    assert states()["dan@maple.example"] == "withdrawn"
    assert office.to("dan@maple.example") == []


@pytest.mark.django_db(transaction=True)
def test_I6_two_at_once_send_each_letter_once(here: Setting, office: Office) -> None:
    Recipient.objects.all().delete()
    everybody = [f"person{n}@maple.example" for n in range(20)]
    here.tell(*everybody)
    here.run("failed")
    begin, sent = threading.Barrier(3), []

    def work() -> None:
        begin.wait()
        sent.append(ring())
        sent.append(ring())
        connection.close()

    both = [threading.Thread(target=work) for _ in range(3)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(letter["To"] for letter in office.letters) == sorted(everybody)
    assert sum(sent) == 20
    assert len({letter["Message-ID"] for letter in office.letters}) == 20


def test_F07_killed_after_the_server_took_it_the_same_letter_goes_again(
    here: Setting, office: Office
) -> None:
    here.run("failed")

    class Killed(BaseException):
        pass

    def kill(name: str) -> None:
        if name == "mail.accepted":
            raise Killed

    fault_points.install(kill)
    try:
        with pytest.raises(Killed):
            ring()
    finally:
        fault_points.install(None)
    (letter,) = here.letters()
    assert letter.state == "waiting" and len(office.letters) == 1
    # Nobody takes it while whoever has it may still be at work.
    assert ring() == 0
    hours_pass(0.06)
    assert ring() == 1
    first, second = office.letters
    assert first["Message-ID"] == second["Message-ID"] == f"<{letter.key}@localhost>"
    assert first["Subject"] == second["Subject"]
    assert text_of(first) == text_of(second)
    assert len(here.letters()) == 1


def test_F07_a_frozen_sender_writes_nothing_once_its_letter_has_a_new_one(
    here: Setting, office: Office
) -> None:
    here.run("failed")
    gather()
    frozen = claims.claim()
    assert frozen is not None
    assert claims.claim() is None
    hours_pass(0.06)
    assert ring() == 1
    assert claims.note(frozen, mail.Answer(mail.Outcome.REFUSED, 550, "no")) is None
    (letter,) = here.letters()
    assert letter.state == "sent"


def test_F07_what_a_frozen_sender_says_does_not_count_while_another_sends(
    here: Setting, office: Office
) -> None:
    here.run("failed")
    gather()
    frozen = claims.claim()
    hours_pass(0.06)
    second = claims.claim()
    assert frozen and second
    for outcome in (mail.Outcome.LATER, mail.Outcome.TAKEN):
        assert claims.note(frozen, mail.Answer(outcome)) is None
    assert claims.claim() is None
    assert claims.note(second, mail.Answer(mail.Outcome.TAKEN)) == LetterState.SENT


@pytest.mark.django_db(transaction=True)
def test_I6_no_letter_has_two_senders(here: Setting, settings: Any) -> None:
    here.tell(*(f"p{n}@maple.example" for n in range(99)))
    here.run("failed")
    by_smtp(settings, 1)
    gather()
    begin, got = threading.Barrier(6), []

    def take() -> None:
        begin.wait()
        while (ours := claims.claim()) is not None:
            got.append(ours.letter_id)
        connection.close()

    takers = [threading.Thread(target=take) for _ in range(6)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert len(got) == len(set(got)) == 100


def test_without_a_mail_server_nothing_is_kept_for_later(here: Setting, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    here.run("failed")
    assert ring() == 0
    with open_office(settings) as office:
        assert ring() == 0
        assert office.letters == [] and here.letters() == []


def test_a_mailing_to_a_hundred_takes_no_query_more_to_gather(
    here: Setting, settings: Any, django_assert_max_num_queries: Any
) -> None:
    by_smtp(settings, 9)
    for n in range(5):
        here.tell(*(f"p{n}x{m}@maple.example" for m in range(20)))
        here.run("failed", "alerts", code=f"code{n}")
    assert EventKind.FAILED
    with django_assert_max_num_queries(14):
        assert gather() == 101 * 5
