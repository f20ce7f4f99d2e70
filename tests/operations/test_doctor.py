"""The doctor says which part is ill, and what to do, in one line each."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clever_sandbox.running import RunningSandbox, running_sandbox
from tests.world import speaking_to

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clever() -> Iterator[RunningSandbox]:
    with running_sandbox(students=5) as sandbox, speaking_to(sandbox):
        yield sandbox


def asked(*arguments: str) -> tuple[str, str]:
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_a_healthy_installation_is_well(clever: RunningSandbox) -> None:
    out, error = asked()
    assert error == ""
    assert "database: well PostgreSQL" in out


def test_a_wrong_secret_is_named(clever: RunningSandbox, settings: Any) -> None:
    settings.CLEVER_CLIENT_SECRET = "not-the-secret"
    out, error = asked("--json")
    assert error == "Not well: clever."
    assert "client ID and secret" in json.loads(out)["clever"]["trouble"]


def test_missing_credentials_are_named(clever: RunningSandbox, settings: Any) -> None:
    settings.CLEVER_CLIENT_ID = ""
    out, _ = asked()
    assert "clever: trouble: CLEVER_CLIENT_ID and CLEVER_CLIENT_SECRET are not both set." in out


def test_a_broker_that_is_away_is_named(clever: RunningSandbox, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    out, error = asked()
    assert "broker: trouble: Redis does not answer" in out
    assert error == "Not well: broker."


def test_a_mail_server_that_is_away_is_named(clever: RunningSandbox, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    out, error = asked()
    assert "mail: trouble: the mail server at EMAIL_URL refuses" in out
    assert error == "Not well: mail."
