"""prepare_demonstration keeps away from districts that are not made up."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from schools.actions import create_district
from schools.models import District

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("missing", ["DEMONSTRATION", "SANDBOX_URL"])
def test_it_is_for_script_server_only(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr("django.conf.settings.DEMONSTRATION", missing != "DEMONSTRATION")
    monkeypatch.setattr("django.conf.settings.SANDBOX_URL", "" if missing == "SANDBOX_URL" else "x")
    with pytest.raises(CommandError, match=r"script/server only.*SANDBOX_URL"):
        call_command("prepare_demonstration")


def test_a_database_with_districts_of_its_own_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("django.conf.settings.DEMONSTRATION", True)
    monkeypatch.setattr("django.conf.settings.SANDBOX_URL", "http://localhost:1")
    create_district(slug="lakeside", name="Lakeside", time_zone="America/New_York")
    said = StringIO()
    call_command("prepare_demonstration", stdout=said)
    assert "no demonstration is made" in said.getvalue()
    assert District.objects.count() == 1
