"""connect_clever on the command line."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from clever_sandbox.running import RunningSandbox
from clever_sync.queries import connection_of
from schools.models import District

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(sandbox: RunningSandbox, settings: Settings) -> District:
    settings.CLEVER_API_URL = sandbox.api_url
    settings.CLEVER_AUTH_URL = sandbox.auth_url
    settings.CLEVER_CLIENT_ID = sandbox.client_id
    settings.CLEVER_CLIENT_SECRET = sandbox.client_secret
    return District.objects.create(slug="maple", name="Maple Ridge", time_zone="UTC")


def run(*args: str) -> str:
    said = StringIO()
    call_command("connect_clever", *args, stdout=said)
    return said.getvalue()


def test_B39_connects_and_says_so(district: District, sandbox: RunningSandbox) -> None:
    said = run("maple", sandbox.district_id)
    assert "#DEMO Maple Ridge Unified" in said
    assert "3 schools" in said
    connection = connection_of(district)
    assert connection is not None
    assert connection.state == "ready"


def test_one_json_document(district: District, sandbox: RunningSandbox) -> None:
    link = f"https://clever.com/oauth/instant-login?district_id={sandbox.district_id}"
    assert json.loads(run("maple", link, "--json")) == {
        "district": "maple",
        "clever_district_id": sandbox.district_id,
        "clever_name": "#DEMO Maple Ridge Unified",
        "state": "ready",
        "schools": 3,
    }


def test_waiting_is_said(district: District, sandbox: RunningSandbox) -> None:
    sandbox.control.disconnect()
    assert "Waiting" in run("maple", sandbox.district_id)


@pytest.mark.parametrize(("slug", "text"), [("maple", "nonsense"), ("nowhere", "0" * 24)])
def test_refusals_are_one_line(district: District, slug: str, text: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(slug, text)
    assert "\n" not in str(refused.value)
    assert connection_of(district) is None
