"""How the API says no: without a token, with a bad one, too often, and for what is not there."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import bearer
from accounts.models import ApiToken, User
from accounts.tokens import revoke_token
from core.vocabulary import RunState
from imports import queries
from imports.models import Run
from integration_console.api.document import document
from tests.api.program import AT, PROBLEM, Program, secret_of
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, Scene

pytestmark = pytest.mark.django_db
NUMBER = 987_654_321


@pytest.fixture(autouse=True)
def nobody_has_guessed_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def every_operation() -> list[tuple[str, str]]:
    """Each address with a number that is nobody's, and its method."""
    return [
        (method, path.replace("{number}", "1").replace("{run}", "1").replace("{hold}", "1"))
        for path, operations in document()["paths"].items()
        for method in operations
    ]


def asked(client: Client, method: str, path: str, **headers: str) -> Any:
    if method == "get":
        return client.get(path, headers=headers)
    return client.post(path, {}, content_type="application/json", headers=headers)


@pytest.mark.parametrize(("method", "path"), every_operation())
def test_C28_nothing_is_told_without_a_token(maple: Scene, method: str, path: str) -> None:
    secret = secret_of(maple.district, ALICE)
    for headers in (
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {secret}"},
        {"Authorization": secret},
        {"Authorization": f"Bearer {secret[:-1]}"},
        {"X-Api-Key": secret},
    ):
        answer = asked(Client(), method, path, **headers)
        assert answer.status_code == 401, headers
        assert answer.headers["Content-Type"] == PROBLEM
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json()["detail"]
    assert (
        asked(Client(), method, f"{path}?token={secret}&access_token={secret}").status_code == 401
    )


@pytest.mark.parametrize(("method", "path"), every_operation())
def test_C28_no_session_is_taken_for_a_token(
    maple: Scene, settings: Any, method: str, path: str
) -> None:
    alice = signed_in(ALICE)
    assert alice.get("/d/maple/").status_code == 200
    for needed in (False, True):
        settings.REQUIRE_SECOND_FACTOR = needed
        answer = asked(alice, method, path)
        assert answer.status_code == 401
        assert not answer.cookies


def test_C28_with_a_token_a_session_beside_it_says_nothing(maple: Scene, birch: Scene) -> None:
    alice = signed_in(ALICE)
    headers = {"Authorization": f"Bearer {secret_of(birch.district, ALICE)}"}
    assert alice.get(f"{AT}/records/{maple.person.pk}", headers=headers).status_code == 404
    assert alice.get(f"{AT}/status", headers=headers).json()["district"]["slug"] == "birch"


def test_C28_a_revoked_and_an_expired_token_are_told_apart(maple: Scene) -> None:
    secret = secret_of(maple.district, ALICE)
    program = Program(secret)
    token = ApiToken.objects.get()
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "expired" in program.get("/status", expect=401)["detail"]
    revoke_token(district=maple.district, number=token.pk, by=ALICE)
    assert "revoked" in program.get("/status", expect=401)["detail"]


def test_C28_when_its_maker_is_gone_a_token_gets_in_no_more(maple: Scene) -> None:
    program = Program(secret_of(maple.district, ALICE))
    program.get("/status")
    User.objects.filter(email=ALICE).update(is_active=False)
    assert "not an owner" in program.get("/status", expect=401)["detail"]


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A minute that does not turn while a test looks at it."""
    minute = timezone.now().replace(second=0, microsecond=0)
    stopped = bearer._COUNT.replace("statement_timestamp()", f"'{minute.isoformat()}'::timestamptz")
    monkeypatch.setattr(bearer, "_COUNT", stopped)
    return minute


def test_C28_one_call_too_many_waits_and_the_next_minute_goes_on(
    reader: Program, stranger: Program, settings: Any, still: datetime
) -> None:
    settings.API_CALLS_PER_MINUTE = 3
    for _ in range(3):
        reader.get("/schools")
    answer = reader.client.get(f"{AT}/schools", headers=reader.headers)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert "Wait" in answer.json()["detail"]
    stranger.get("/schools")
    ApiToken.objects.update(last_used=still - timedelta(minutes=1))
    reader.get("/schools")


def test_C28_no_token_stands_in_a_log(
    maple: Scene, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], settings: Any
) -> None:
    secret = secret_of(maple.district, ALICE)
    hidden = secret.rpartition("_")[2]
    for debug in (False, True):
        settings.DEBUG = debug
        for headers in (
            {"Authorization": f"Bearer {secret}"},
            {"Authorization": f"Token {secret}"},
        ):
            client = Client(raise_request_exception=False)
            client.get(f"{AT}/status", headers=headers)
            client.get(f"{AT}/nothing?token={secret}", headers=headers)
            client.post(f"{AT}/runs", "{", content_type="application/json", headers=headers)
    assert caplog.records
    assert hidden not in caplog.text + "".join(capfd.readouterr())


def test_C28_a_thousand_guesses_leave_nothing_behind_and_good_tokens_go_on(
    reader: Program,
) -> None:
    guess = Program(f"cic_{'0' * 8}_{'0' * 64}")
    statuses = [
        guess.client.get(f"{AT}/status", headers=guess.headers).status_code for _ in range(40)
    ]
    assert statuses == [401] * 30 + [429] * 10
    last = guess.client.get(f"{AT}/status", headers=guess.headers)
    assert last.headers["Retry-After"] == "300"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_cache")
        assert cursor.fetchone()[0] <= 2
    reader.get("/status")
    # The people behind the same address still sign in.
    assert Client().get("/accounts/login/").status_code == 200


def test_C28_what_is_nowhere_is_a_problem_in_the_same_form(reader: Program) -> None:
    for path in ("/nothing", "/records/abc", "/records/0x1", "/runs/1/undo", "/holds/1/approve"):
        answer = reader.client.get(f"{AT}{path}", headers=reader.headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)
        assert answer.json()["status"] == 404
    for method in ("put", "patch", "delete"):
        answer = getattr(reader.client, method)(f"{AT}/records", headers=reader.headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (405, PROBLEM)
        assert "GET" in answer.headers["Allow"]
    for path in ("/records", "/runs", "/holds"):
        for number in (NUMBER, 2**63, 10**40):
            answer = reader.client.get(
                f"{AT}{path}/{number}{'/changes' if path == '/holds' else ''}",
                headers=reader.headers,
            )
            assert answer.status_code == 404, (path, number)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/records", {"limit": 501}),
        ("/records", {"limit": 0}),
        ("/records", {"limit": "many"}),
        ("/records", {"cursor": "x"}),
        ("/records", {"cursor": "-1"}),
        ("/records", {"cursor": str(2**63)}),
        ("/records", {"cursor": "9" * 61}),
        ("/records", {"type": "contact"}),
        ("/records", {"status": 7}),
        ("/records", {"updated_since": "yesterday"}),
        ("/records", {"q": "x" * 201}),
        ("/runs", {"kind": "x"}),
        ("/runs", {"state": "x"}),
        ("/alerts", {"state": "x"}),
        ("/holds", {"state": "x"}),
    ],
)
def test_C28_what_is_not_valid_is_named(
    reader: Program, path: str, query: dict[str, object]
) -> None:
    told = reader.get(path, expect=422, **query)
    (name,) = query
    if told["code"] == "not_valid":
        assert [one["where"] for one in told["errors"]] == [f"query.{name}"] * len(told["errors"])
    else:
        assert (name, told["code"]) == ("cursor", "wrong_cursor")


def test_C28_hostile_texts_are_looked_for_and_not_found(reader: Program, maple: Scene) -> None:
    done = maple.runs["done"].pk
    for text in ("\x00", "a\x00b", "'; --", "%", "\\"):
        assert isinstance(reader.get("/records", q=text)["data"], list)
        assert reader.get("/records", school=text)["data"] == []
    for cursor in ("update.x", ".1", "update.", "a.b.c", f"update.{2**70}", "a.1", "\x00.1"):
        reader.get(f"/runs/{done}/changes", expect=422, cursor=cursor)


def test_C28_a_body_that_is_no_json_is_a_problem(actor: Program) -> None:
    answer = actor.client.post(
        f"{AT}/runs", "{", content_type="application/json",
        headers={**actor.headers, "Idempotency-Key": "some-key"},
    )  # fmt: skip
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)


def test_C28_a_failure_of_ours_is_a_problem_without_a_word_of_the_cause(
    reader: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("Garza, Ada")

    monkeypatch.setattr(queries, "waiting", fails)
    reader.client.raise_request_exception = False
    answer = reader.client.get(f"{AT}/status", headers=reader.headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, PROBLEM)
    assert "Garza" not in answer.content.decode()


def test_C28_answers_are_kept_by_nobody_on_the_way(reader: Program) -> None:
    answer = reader.client.get(f"{AT}/records", headers=reader.headers)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_C28_reading_changes_no_row_but_the_tokens_own(reader: Program, maple: Scene) -> None:
    on = Run.objects.filter(district=maple.district, state=RunState.QUEUED).count()
    for _, path in every_operation():
        reader.client.get(path, headers=reader.headers)
    assert Run.objects.filter(district=maple.district, state=RunState.QUEUED).count() == on
