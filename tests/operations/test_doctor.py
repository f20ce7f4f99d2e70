"""The doctor says which part is ill, and what to do, in one line each."""

import json
import shutil
from collections import namedtuple
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections

from clever_sandbox.running import RunningSandbox, running_sandbox
from imports import due, lease
from integration_console.doctor import configuration, services
from tests.faults.test_deployment import NEWER, OLDER, other_tables
from tests.operations.environment import KEY
from tests.operations.test_health import ticked
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
    due.tick()
    out, error = asked()
    assert error == ""
    assert "database: well PostgreSQL" in out
    assert "clock: well" in out and "seconds ago" in out
    assert len(out.splitlines()) == len({line.split(":")[0] for line in out.splitlines()}) == 13


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
    assert "Check host, port, user and password." in out


# What the settings say


@pytest.fixture
def production(clever: RunningSandbox, settings: Any) -> Any:
    """As it should be where others can reach the console."""
    due.tick()
    settings.CONSOLE_URL = "https://console.example.org"
    settings.ALLOWED_HOSTS, settings.TRUSTED_PROXIES = ["console.example.org"], 1
    settings.SECRET_KEY, settings.SESSION_COOKIE_SECURE = KEY, True
    settings.CSRF_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = True
    # Browser tests in the same process need what this one is against.
    settings.SILENCED_SYSTEM_CHECKS = ["async.E001"]
    settings.SECURE_HSTS_SECONDS = 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    return settings


def told(part: str) -> dict[str, Any]:
    """What the doctor says of a part; everything else is well."""
    out, error = asked("--json")
    document: dict[str, dict[str, Any]] = json.loads(out)
    assert error == ("" if document[part]["ok"] else f"Not well: {part}."), document
    return document[part]


def test_production_as_it_should_be_is_well(production: Any) -> None:
    for part in ("configuration", "secret key", "addresses"):
        found = told(part)
        assert (found["trouble"], found["advice"]) == ("", "")


def test_what_check_deploy_says_is_advice(production: Any) -> None:
    production.SECURE_HSTS_SECONDS = 0
    assert "SECURE_HSTS_SECONDS" in told("configuration")["advice"]


@pytest.mark.parametrize("key", ["short", "a" * 80])
def test_a_key_that_can_be_guessed_is_trouble_where_others_come(production: Any, key: str) -> None:
    production.SECRET_KEY = key
    assert "script/secrets" in told("secret key")["trouble"]
    production.CONSOLE_URL = "http://localhost:8000"
    production.ALLOWED_HOSTS = ["localhost"]
    assert told("secret key")["ok"] and told("secret key")["advice"]


def test_F78_a_rotation_is_remembered_until_it_is_ended(production: Any) -> None:
    production.SECRET_KEY_FALLBACKS = ["another key " * 6]
    assert "1 old still good" in told("secret key")["advice"]
    production.SECRET_KEY_FALLBACKS = ["short"]
    assert "SECRET_KEY_FALLBACKS can be guessed" in told("secret key")["trouble"]


def test_addresses_that_do_not_fit_are_trouble(production: Any) -> None:
    production.ALLOWED_HOSTS = ["other.example.org"]
    assert "not in ALLOWED_HOSTS (other.example.org)" in told("addresses")["trouble"]
    production.ALLOWED_HOSTS = ["*"]
    assert "Name them" in told("addresses")["trouble"]
    production.ALLOWED_HOSTS = [".example.org"]
    production.CONSOLE_URL = "http://console.example.org"
    assert "not https" in told("addresses")["trouble"]
    production.CONSOLE_URL, production.TRUSTED_PROXIES = "https://console.example.org", 0
    assert "TRUSTED_PROXIES" in told("addresses")["advice"]


def test_styles_that_were_not_collected_are_trouble(production: Any, tmp_path: Path) -> None:
    production.STATIC_ROOT = tmp_path
    storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    production.STORAGES = {**production.STORAGES, "staticfiles": {"BACKEND": storage}}
    assert "collectstatic" in told("styles")["trouble"]
    (tmp_path / "staticfiles.json").write_text("{}")
    assert told("styles")["ok"]


def test_a_disk_that_fills_is_told_in_time(
    production: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    left = {"free": configuration.LITTLE_FREE - 1}
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, left["free"]))
    assert told("disk")["ok"] and "look what fills it" in told("disk")["advice"]
    left["free"] = configuration.LEAST_FREE - 1
    assert "make room" in told("disk")["trouble"]


# PostgreSQL and the engine


def test_F24_tables_of_another_version_are_named(clever: RunningSandbox) -> None:
    with other_tables(NEWER):
        out, _ = asked()
    assert "migrations: trouble: the tables are those of a newer version (imports.9999_x)" in out
    with other_tables(OLDER):
        out, _ = asked()
    assert "migrations are not applied; run manage.py migrate." in out
    assert "clock: well, but: Not known before the tables are there." in out


def test_a_database_that_is_away_hides_nothing_else(
    clever: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(type(connections["default"]), "cursor", away)
    out, error = asked()
    assert "database: trouble: PostgreSQL does not answer (connection refused)." in out
    assert "mail: well" in out and "clever: " in out
    assert "database" in error


def test_clocks_that_differ_are_trouble(
    clever: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    now = lease.database_now() + timedelta(minutes=3)
    monkeypatch.setattr(services, "database_now", lambda: now)
    assert "Switch NTP on." in told("clocks")["trouble"]


def test_a_clock_that_stopped_is_trouble_and_one_that_never_ran_is_not(
    clever: RunningSandbox,
) -> None:
    assert "start beat and a worker" in told("clock")["advice"]
    ticked(3600)
    assert "for 60 minutes" in told("clock")["trouble"]
