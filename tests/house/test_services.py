"""The services of the tests themselves: each fixture gives what it says."""

import re

import pytest
import redis
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.house.floor_plan import ROOT, source
from tests.services import SETTINGS_OF_THE_SHELL


def one_school(request: HttpRequest) -> HttpResponse:
    """A page that asks the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'Willow Creek High'")
        return HttpResponse(f"<title>{cursor.fetchone()[0]}</title>")


urlpatterns = [path("school", one_school)]


def test_no_setting_of_the_shell_is_overlooked() -> None:
    settings = source(ROOT / "integration_console" / "settings.py")
    read = set(re.findall(r'(?:env\.\w+|needed|read)\(\s*"([A-Z_]+)"', settings.text))
    assert read - {"DATABASE_URL"} <= set(SETTINGS_OF_THE_SHELL)


@pytest.mark.django_db
def test_tests_run_on_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 150_000


@pytest.mark.needs_redis
def test_redis_is_there_and_empty(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.dbsize() == 0
    client.set("left", "behind")
    client.close()


@pytest.mark.needs_redis
def test_redis_is_empty_again(redis_url: str) -> None:
    test_redis_is_there_and_empty(redis_url)


@pytest.mark.needs_browser
def test_browser_shows_a_page(page: Page) -> None:
    page.set_content("<title>Maple Ridge</title>")
    assert page.title() == "Maple Ridge"


@pytest.mark.needs_browser
@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
def test_browser_reaches_the_console(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/school")
    assert page.title() == "Willow Creek High"
