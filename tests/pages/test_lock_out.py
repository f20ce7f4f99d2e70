"""Guessing passwords, and asking for mail without end: refused after five times, and counted
where all processes see it, without Redis."""

import time

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client

from tests.pages import scenes
from tests.pages.scenes import ALICE, BOB, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def users() -> None:
    scenes.user(ALICE)
    scenes.user(BOB)


def sign_in(email: str, password: str, client: Client | None = None) -> str:
    client = client or Client()
    data = {"login": email, "password": password}
    return client.post("/accounts/login/", data, follow=True).content.decode()


def counted() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_cache")
        return int(cursor.fetchone()[0])


def test_F83_after_five_wrong_passwords_even_the_right_one_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(5):
        assert "not correct" in sign_in(ALICE, "wrong")
    client = Client()
    page = sign_in(ALICE.upper(), PASSWORD, client)
    assert "Wait 5 minutes, then try again" in page
    assert "_auth_user_id" not in client.session
    bob = Client()
    sign_in(BOB, PASSWORD, bob)
    assert "_auth_user_id" in bob.session
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    sign_in(ALICE, PASSWORD, client)
    assert "_auth_user_id" in client.session


def test_F83_attempts_are_counted_in_the_database_and_their_number_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in(ALICE, "wrong")
    assert counted() >= 1
    monkeypatch.setattr(caches["default"], "_max_entries", 20)
    for n in range(80):
        cache.set(f"flood-{n}", n)
    assert counted() <= 21


def test_F83_one_place_cannot_try_many_addresses() -> None:
    for n in range(30):
        sign_in(f"nobody{n}@maple.example", "wrong")
    page = sign_in(BOB, PASSWORD)
    assert "Wait 5 minutes" in page


def test_F83_mail_is_asked_for_five_times_and_no_more(mailoutbox: list[object]) -> None:
    client = Client()
    for _ in range(5):
        assert client.post("/accounts/password/reset/", {"email": BOB}).status_code == 302
    answer = client.post("/accounts/password/reset/", {"email": BOB})
    assert answer.status_code == 429
    assert "Wait 5 minutes" in answer.content.decode()
    assert "console.css" in answer.content.decode()
    assert len(mailoutbox) == 5
