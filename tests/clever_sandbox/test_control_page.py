"""C30: the control page, with and without a browser."""

import re

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from clever_sandbox.presets import PRESETS
from clever_sandbox.running import RunningSandbox, running_sandbox
from tests.clever_sandbox.asking import Asking

PAGES = ("", "people", "schools", "requests")


def send(sandbox: RunningSandbox, **fields: str) -> requests.Response:
    return requests.post(f"{sandbox.url}/_sandbox/do", data=fields, timeout=10)


@pytest.mark.parametrize("students", [0, 60])
@pytest.mark.parametrize("path", PAGES)
def test_C30_every_page_shows_with_and_without_people(students: int, path: str) -> None:
    with running_sandbox(students=students) as sandbox:
        answer = requests.get(f"{sandbox.url}/_sandbox/{path}", timeout=10)
        assert answer.status_code == 200
        assert "<h1>" in answer.text
        assert not re.search(r"<script|<style|style=|onclick", answer.text)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_C30_every_field_has_a_label(sandbox: RunningSandbox) -> None:
    person = sandbox.control.people("student", limit=1)[0]["id"]
    for path in (*PAGES, f"person?id={person}"):
        shown = requests.get(f"{sandbox.url}/_sandbox/{path}", timeout=10).text
        visible = re.findall(r'<(?:input type="(?!hidden)|select)', shown)
        labelled = re.findall(r"<label><span>[^<]+</span><(?:input|select)", shown)
        assert len(visible) == len(labelled)


@pytest.mark.parametrize("key", PRESETS)
def test_C30_every_preset_works(key: str) -> None:
    with running_sandbox(students=20) as sandbox:
        answer = send(sandbox, action="preset", preset=key, back="/_sandbox/")
        assert answer.url.startswith(f"{sandbox.url}/_sandbox/?said=Done")
        assert PRESETS[key].title in answer.text


def test_C30_a_preset_breaks_clever_and_another_mends_it(
    sandbox: RunningSandbox, ask: Asking
) -> None:
    send(sandbox, action="preset", preset="down")
    assert ask.get("/users").status_code == 503
    send(sandbox, action="preset", preset="calm")
    assert ask.get("/users").status_code == 200


def test_C30_a_person_is_found_and_edited(sandbox: RunningSandbox, ask: Asking) -> None:
    person = sandbox.control.people("student", limit=1)[0]
    url = f"{sandbox.url}/_sandbox/people"
    found = requests.get(url, params={"text": person["id"]}, timeout=10).text
    assert f"id={person['id']}" in found
    fields = {"field:name.first": "<b>Zed", "was:name.first": person["name"]["first"]}
    back = f"/_sandbox/person?id={person['id']}"
    shown = send(sandbox, action="edit", id=person["id"], back=back, **fields).text
    assert "<h1>&lt;b&gt;Zed" in shown
    after = ask.json(f"/users/{person['id']}")["data"]
    assert after["name"] == {**person["name"], "first": "<b>Zed"}


def test_C30_people_come_in_pages(sandbox: RunningSandbox) -> None:
    url, seen = f"{sandbox.url}/_sandbox/people?role=student", []
    while url:
        shown = requests.get(url, timeout=10).text
        seen += re.findall(r"person\?district=\w+&amp;id=(\w+)", shown)
        onward = re.search(r'href="([^"]+)">More people', shown)
        url = sandbox.url + onward[1].replace("&amp;", "&") if onward else ""
    assert len(set(seen)) == len(seen) == 60


def test_C30_wrong_forms_say_why(sandbox: RunningSandbox) -> None:
    assert "no user" in send(sandbox, action="remove", id="5" * 24).text
    assert "unknown action" in send(sandbox, action="explode").text
    assert "no such preset" in send(sandbox, action="preset", preset="x").text
    assert "invalid literal" in send(sandbox, action="set_rate_limit", limit="many").text
    assert requests.get(f"{sandbox.url}/_sandbox/person?id=x", timeout=10).status_code == 404
    assert requests.get(f"{sandbox.url}/_sandbox/nothing", timeout=10).status_code == 404


def test_C30_the_way_back_never_leads_out(sandbox: RunningSandbox) -> None:
    for back in ("https://evil.example/", "//evil.example", "/v3.1/users"):
        answer = send(sandbox, action="sync", back=back)
        assert answer.url.startswith(f"{sandbox.url}/_sandbox/?said=")


@pytest.mark.slow
@pytest.mark.needs_browser
def test_C30_pages_are_accessible_and_fit_a_phone(sandbox: RunningSandbox, page: Page) -> None:
    person = sandbox.control.people("teacher", limit=1)[0]["id"]
    sandbox.control.faults([{"do": "delay", "path": "/users", "seconds": 0}])
    Asking(sandbox).get("/users", role="student", starting_after="5" * 24, limit=10_000)
    for path in ("?wrong=Oh&said=Ah", *PAGES[1:], f"person?id={person}"):
        page.set_viewport_size({"width": 390, "height": 800})
        page.emulate_media(color_scheme="light")
        page.goto(f"{sandbox.url}/_sandbox/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        found = Axe().run(page)
        page.emulate_media(color_scheme="dark")
        contrast = Axe().run(page, options={"runOnly": ["color-contrast"]})
        assert found.violations_count == 0, found.generate_report()
        assert contrast.violations_count == 0, contrast.generate_report()
