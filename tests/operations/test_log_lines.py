"""Log lines: with run and district, and never with what somebody searched or was sent (I11)."""

import json
import logging
import sys
from typing import Any

import pytest
import structlog
from allauth.account.forms import default_token_generator
from django.test import Client
from django.urls import reverse

from accounts.invitation import invite
from core.vocabulary import MemberRole, RunState
from integration_console.logs import formatter
from tests.attack.conftest import At
from tests.attack.test_secrets import NAME, Kept, a_child, assert_nothing_personal, tokens
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.world import ADMIN, World


def lines(kept: Kept) -> list[dict[str, Any]]:
    return [json.loads(line) for line in kept.lines]


def broken() -> None:
    raise KeyError(NAME)


@pytest.mark.django_db(transaction=True)
def test_I11_whole_nights_leave_run_and_district_in_the_log_and_nobody_else(
    small: World,
    at: At,
    log: Kept,
) -> None:
    """Test, import, a mistake of ours in the middle, and a Clever that answers nonsense."""
    secrets = tokens(small)
    a_child(small)
    small.test()
    at("plan.batch_written", broken)
    run = small.sync()
    assert run.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS)
    (told,) = [line for line in lines(log) if line["event"] == "run_broke"]
    assert (told["run"], told["district"]) == (run.pk, "maple")
    assert structlog.contextvars.get_contextvars() == {}
    assert_nothing_personal("".join(log.lines), *secrets, ADMIN)


@pytest.fixture
def at_work(db: None) -> Client:
    scenes.full(students=5, teachers=1)
    scenes.user(scenes.ALICE)
    return signed_in(scenes.ALICE)


def test_I11_a_request_is_told_by_its_route(at_work: Client, log: Kept) -> None:
    address = reverse("people", args=["maple"])
    assert at_work.get(address, {"q": NAME}).status_code == 200
    (told,) = lines(log)
    assert told.pop("ms") >= 0 and told.pop("timestamp")
    assert told == {
        "event": "request", "level": "info", "method": "GET", "status": 200, "district": "maple",
        "route": "d/<slug:slug>/people/",
    }  # fmt: skip
    assert scenes.ALICE not in "".join(log.lines)


def test_I11_health_is_not_told_each_time(db: None, log: Kept) -> None:
    Client().get("/healthz")
    assert lines(log) == []


def test_I11_the_secret_of_a_link_is_in_no_line(at_work: Client, log: Kept) -> None:
    district = scenes.full("other", students=5, teachers=1).district
    user, link = invite(district=district, email="new@maple.example", role=MemberRole.OWNER, by="")
    secret = link.rstrip("/").rpartition("/")[2]
    assert default_token_generator.check_token(user, secret.split("-", 1)[1])
    path = "/" + link.split("/", 3)[3]
    Client().get(path)
    Client(enforce_csrf_checks=True).post(path)
    Client().get("/no/such/page/", {"q": NAME})
    text = "".join(log.lines)
    assert "Forbidden" in text and "Not Found" in text
    assert secret not in text and NAME not in text


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Error handling request GET /d/maple/people/?q=Garza", "GET /d/maple/people/"),
        ("Not Found: /accounts/password/reset/key/3-abc-def/", "/accounts/password/reset/key/.../"),
        ("What is that?", "What is that?"),
    ],
)
def test_I11_a_path_of_other_peoples_lines_is_cut(said: str, written: str) -> None:
    record = logging.LogRecord("gunicorn.error", logging.ERROR, __file__, 1, said, (), None)
    line = json.loads(formatter("json").format(record))["event"]
    assert line.endswith(written) and "Garza" not in line


def test_an_exception_on_its_own_is_told_without_its_text() -> None:
    try:
        broken()
    except KeyError:
        told = sys.exc_info()
    record = logging.LogRecord("gunicorn.error", logging.ERROR, __file__, 1, "x", (), told)
    assert NAME not in formatter("json").format(record)
