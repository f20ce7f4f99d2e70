"""Receivers that are slow, silent, endless or away, and senders that die (C28, ADR 0032)."""

import socket
import threading
import time
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from core import fault_points
from core.vocabulary import DeliveryState
from integration_console.embedded.ports import any_free
from notifications.gather import gather
from notifications.models import Webhook, WebhookDelivery
from notifications.webhooks import claims, door, rounds
from notifications.webhooks.door import Answer
from schools.models import District
from tests.notifications.hooks import deliveries, hook, hours_pass
from tests.notifications.office import Office
from tests.notifications.receiver import OK, Receiver, listening
from tests.notifications.setting import Setting, ring


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The times of a call, in tenths of a second."""
    for name, seconds in (("CONNECT", 0.3), ("READ", 0.4), ("REST", 0.2), ("ALTOGETHER", 0.8)):
        monkeypatch.setattr(door, name, seconds)


def one_message(here: Setting, system: Receiver) -> Webhook:
    made = hook(here.district, system.url, ["run.failed"])
    here.run("failed")
    return made


def hang(line: socket.socket) -> None:
    line.recv(1)


def drip(line: socket.socket) -> None:
    """A header that never ends, a byte now and then."""
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        line.sendall(b"x")
        time.sleep(0.05)


def endless(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(100_000):
        line.sendall(b"y" * 10_000)


@pytest.mark.parametrize("does", [hang, drip])
def test_C28_whoever_hangs_or_drips_is_left_after_its_time(
    here: Setting, system: Receiver, quick: None, does: Any
) -> None:
    mine = one_message(here, system)
    system.does = does
    gather()
    begun = time.monotonic()
    rounds.deliver()
    assert time.monotonic() - begun < 3
    (row,) = deliveries()
    assert (row.state, row.attempts, row.code) == ("waiting", 1, 0)
    assert row.said == "It did not answer in time."
    mine.refresh_from_db()
    assert mine.failures == 1 and mine.failing_since and mine.rests_until


def test_C28_of_an_endless_answer_little_is_read(here: Setting, system: Receiver) -> None:
    one_message(here, system)
    system.does = endless
    begun = time.monotonic()
    ring()
    assert time.monotonic() - begun < 3
    (row,) = deliveries()
    assert (row.state, row.code, row.said) == ("delivered", 200, "y" * 200)


def test_C28_what_is_kept_of_an_answer_is_safe_to_show(here: Setting, system: Receiver) -> None:
    one_message(here, system)
    system.answers(400, b"no\x00 \x1b[31m<script>\r\n\xff ok\xe2\x80\xae" + b"z" * 300)
    ring()
    (row,) = deliveries()
    assert row.said.startswith("no   [31m<script> \ufffd ok z") and len(row.said) == 200


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_C28_no_redirect_is_followed(here: Setting, system: Receiver, code: int) -> None:
    with listening() as elsewhere:
        one_message(here, system)
        system.answers(code, b"", f"Location: http://127.0.0.1:{elsewhere.port}/in")
        ring()
        assert elsewhere.connections == 0
    (row,) = deliveries()
    assert (row.state, row.code) == ("waiting", code)
    assert row.said == "It answered with a redirect, which is not followed."


@pytest.mark.parametrize("code", [400, 503])
def test_C28_an_error_is_tried_again_with_growing_pauses_for_three_days(
    here: Setting, system: Receiver, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_message(here, system)
    system.answers(code, b"not now")
    begun = hours = 0.0
    at = []
    gather()
    while deliveries()[0].state == "waiting":
        before = len(system.messages)
        rounds.deliver()
        if len(system.messages) > before:
            at.append(hours - begun)
        hours_pass(0.5)
        hours += 0.5
        assert hours < 100
    (row,) = deliveries()
    assert (row.state, row.code, row.said) == ("given_up", code, "not now")
    assert len({message.identity for message in system.messages}) == 1
    assert len(at) == row.attempts == len(claims.PAUSES) + 1 == 12
    assert 68 < at[-1] < 76
    gaps = [second - first for first, second in pairwise(at)]
    assert gaps == sorted(gaps)


def test_C28_a_receiver_that_comes_back_gets_what_waited(here: Setting, settings: Any) -> None:
    settings.DEBUG = True
    mine = hook(here.district, f"http://127.0.0.1:{any_free()}/in", ["run.failed"])
    here.run("failed")
    ring()
    (row,) = deliveries()
    assert (row.state, row.said) == ("waiting", "No answer: ConnectionRefusedError.")
    with listening() as system:
        Webhook.objects.filter(pk=mine.pk).update(url=system.url)
        ring()
        assert system.messages == [], "it rests"
        hours_pass(0.05)
        ring()
        assert len(system.messages) == 1
    mine.refresh_from_db()
    assert (mine.failures, mine.failing_since, mine.rests_until) == (0, None, None)


@pytest.mark.parametrize("said", [b"", b"220 mail here\r\n", b"\x16\x03\x01"])
def test_C28_a_connection_that_ends_or_speaks_nonsense_is_a_failure(
    here: Setting, system: Receiver, said: bytes
) -> None:
    one_message(here, system)
    system.does = lambda line: line.sendall(said)
    ring()
    (row,) = deliveries()
    assert (row.state, row.code) == ("waiting", 0)
    assert row.said.startswith("No answer: ")


def test_C28_a_webhook_that_hangs_keeps_nobody_else_and_no_mail_waiting(
    here: Setting, system: Receiver, office: Office, quick: None
) -> None:
    """Twelve that hang are more than the calls of a round."""
    with listening() as silent:
        silent.does = hang
        for n in range(12):
            hook(here.district, f"{silent.url}{n}", ["run.failed"])
        elm = District.objects.create(slug="elm", name="Elm Park", time_zone="UTC")
        hook(elm, system.url)
        here.run("failed")
        for _ in range(5):
            Setting(elm).run("finished")
        begun = time.monotonic()
        ring()
        assert time.monotonic() - begun < 6
        assert len(office.letters) == 1
        assert len(system.messages) == 5
        assert silent.connections == 12
        ring()
        assert silent.connections == 12, "they rest"


def test_C28_a_webhook_gets_one_message_at_a_time(here: Setting, system: Receiver) -> None:
    hook(here.district, system.url)
    for _ in range(6):
        here.run("finished")

    def slowly(line: socket.socket) -> None:
        time.sleep(0.05)
        line.sendall(OK)

    system.does = slowly
    ring()
    assert len(system.messages) == 6 and system.most_at_once == 1


def test_C28_a_round_ends_in_its_time(here: Setting, system: Receiver) -> None:
    hook(here.district, system.url)
    for _ in range(3):
        here.run("finished")
    gather()
    moments = iter([0.0, 1.0, 99.0, 99.0, 99.0, 99.0])
    assert rounds.deliver(seconds=20, clock=lambda: next(moments)) == 1
    assert len(system.messages) == 1


def test_C28_a_sender_killed_after_the_answer_sends_the_same_webhook_id_twice(
    here: Setting, system: Receiver
) -> None:
    mine = one_message(here, system)
    gather()

    def die(name: str) -> None:
        if name == "webhook.answered":
            raise KeyboardInterrupt

    fault_points.install(die)
    try:
        with pytest.raises(KeyboardInterrupt):
            rounds.deliver()
    finally:
        fault_points.install(None)
    assert len(system.messages) == 1
    assert deliveries()[0].state == "waiting"
    assert rounds.deliver() == 0, "it is still somebody's"
    hours_pass(0.02)
    assert rounds.deliver() == 1
    first, second = system.messages
    assert first.identity == second.identity and first.body == second.body
    assert second.is_signed_with(mine.secret)
    assert [(row.state, row.attempts) for row in deliveries()] == [("delivered", 2)]


def test_C28_a_frozen_sender_notes_nothing_over_whoever_came_after(
    here: Setting, system: Receiver
) -> None:
    mine = one_message(here, system)
    gather()
    frozen = claims.claim()
    assert frozen is not None and claims.claim() is None
    hours_pass(0.02)
    assert rounds.deliver() == 1
    for answer in (Answer(500, "no"), Answer(410), Answer(200)):
        assert claims.note(frozen, answer) is None
    (row,) = deliveries()
    assert (row.state, row.code) == ("delivered", 200)
    mine.refresh_from_db()
    assert mine.failures == 0


def test_C28_what_a_frozen_sender_says_does_not_count_while_another_sends(
    here: Setting, system: Receiver
) -> None:
    mine = one_message(here, system)
    gather()
    frozen = claims.claim()
    hours_pass(0.02)
    second = claims.claim()
    assert frozen and second and frozen.delivery == second.delivery
    for answer in (Answer(500, "no"), Answer(410), Answer(200)):
        assert claims.note(frozen, answer) is None
    mine.refresh_from_db()
    assert mine.failures == 0 and mine.state == "on" and claims.claim() is None
    assert claims.note(second, Answer(200)) == DeliveryState.DELIVERED


def test_C28_after_a_failure_nothing_else_is_sent_for_a_growing_while(
    here: Setting, system: Receiver
) -> None:
    hook(here.district, system.url)
    for _ in range(40):
        here.run("finished")
    gather()
    system.answers(500)
    rested = []
    for _ in range(8):
        rounds.deliver()
        rested.append(0)
        before = len(system.messages)
        while len(system.messages) == before and rested[-1] < 60:
            hours_pass(1 / 60)
            rested[-1] += 1
            rounds.deliver()
    assert rested == sorted(rested) and rested[0] == 1 and rested[-1] == 30
    assert len(system.messages) == 9


def test_C28_a_call_that_breaks_is_noted_and_ends_nobodys_round(
    here: Setting, system: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_message(here, system)
    monkeypatch.setattr(door, "taken_apart", lambda *_, **__: 1 / 0)
    ring()
    (row,) = deliveries()
    assert (row.state, row.said) == ("waiting", "The message could not be sent. Tell Support.")


@pytest.mark.django_db(transaction=True)
def test_C28_no_message_has_two_senders_and_no_webhook_two_messages(
    here: Setting, settings: Any
) -> None:
    for n in range(10):
        hook(here.district, f"https://{n}.example/in")
    for _ in range(3):
        here.run("finished")
    gather()
    assert WebhookDelivery.objects.count() == 30
    begin, got = threading.Barrier(6), list[claims.Claim]()

    def take() -> None:
        begin.wait()
        while (ours := claims.claim()) is not None:
            got.append(ours)
        connection.close()

    takers = [threading.Thread(target=take) for _ in range(6)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert len(got) == len({ours.webhook for ours in got}) == 10


def test_C28_an_abandoned_call_does_not_hold_up_the_round(
    here: Setting, system: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "LONGEST_CALL", 0.2)
    one_message(here, system)
    over = threading.Event()
    monkeypatch.setattr(door, "post", lambda *_, **__: over.wait(10) and Answer(200))
    begun = time.monotonic()
    ring()
    assert time.monotonic() - begun < 5
    (row,) = deliveries()
    assert (row.state, row.said) == (DeliveryState.WAITING, "It did not answer in time.")
    over.set()
