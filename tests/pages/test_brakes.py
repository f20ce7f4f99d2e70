"""Brakes: default and own values, the figures beside them, switching off, who may (C08)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from core.vocabulary import DataType, RunMode
from imports.actions import start_run
from imports.limits import limits_at_start, limits_for, limits_of
from imports.models import Brake, Run
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.rules import said
from tests.pages.scenes import ALICE, Scene
from tests.pages.scenes_brakes import figures, keep

LIST = reverse("brakes", args=["maple"])
STUDENT = DataType.STUDENT


def place(name: str = "many_transfers", data_type: str = "student") -> str:
    return reverse("brake", args=["maple", data_type, name])


def send(client: Client, then: str, name: str = "many_transfers", **sent: Any) -> str:
    return said(client.post(place(name), {"then": then, **sent}, follow=True))


def values(scene: Scene, name: str = "many_transfers") -> tuple[str, int | None] | None:
    limit = limits_for(scene.district, STUDENT).get(name)
    return (f"{float(limit.percent or 0):g}", limit.number) if limit else None


def last_night(scene: Scene, **counts: int) -> None:
    keep(scene.runs["done"], figures(scene, "student", **counts))


def test_C08_every_brake_stands_there_with_its_default(maple: Scene, alice: Client) -> None:
    shown = said(alice.get(LIST))
    assert shown.count("more than 10 % or more than 500 people") == 3, "of each data type"
    for words in (
        "more than 75 %",
        "more than 20 % of a school of at least 20 people",
        "Always on",
    ):
        assert words in shown
    assert f'href="{place("many_blanked", "staff")}"' in shown
    assert "All of them have their default values." in said(alice.get("/d/maple/setup/"))


def test_C08_the_figures_of_the_last_import_stand_beside_each(maple: Scene, alice: Client) -> None:
    last_night(maple, transfer=214, update=30)
    shown = said(alice.get(LIST))
    row = shown.partition("summed over seven days")[2].partition("</tr>")[0]
    assert "214 of 4,800" in row and "Nothing" in row
    Brake.objects.create(
        district=maple.district, data_type="student", name="many_transfers", number=213
    )
    row = said(alice.get(LIST)).partition("summed over seven days")[2].partition("</tr>")[0]
    assert "more than 10 % or more than 213 people" in row
    assert "<strong>214</strong>" in row, "last night it would have held them"


def test_C08_a_value_is_tried_before_it_is_saved(maple: Scene, alice: Client) -> None:
    last_night(maple, transfer=214)
    shown = send(alice, "try", percent="3")
    assert "Tried, not saved" in shown and "more than 3 % or more than 500 people" in shown
    assert "<strong>214</strong>" in shown and 'value="3"' in shown
    assert values(maple) == ("10", 500)
    assert not AuditEvent.objects.filter(verb__startswith="brake").exists()


def test_C08_own_values_are_saved_and_told_in_the_audit(maple: Scene, alice: Client) -> None:
    assert "Saved. It holds from the next run on." in send(alice, "save", percent="7.5", number="")
    assert values(maple) == ("7.5", 500)
    event = AuditEvent.objects.get(verb="brake.change")
    assert (event.actor, event.subject) == (ALICE, "student/many_transfers")
    assert event.details["old"] == "more than 10 % or more than 500 people"
    assert event.details["new"] == "more than 7.5 % or more than 500 people"
    assert "1 has values of your own." in said(alice.get("/d/maple/setup/"))
    assert "Nothing was changed" in send(alice, "save", percent="7.50", number="500")
    assert "Saved." in send(alice, "default", percent="99")
    assert values(maple) == ("10", 500)
    assert not Brake.objects.filter(district=maple.district).exists()
    assert AuditEvent.objects.filter(verb="brake.change").count() == 2


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"percent": "101"}, "Percentage: write a number between 0 and 100"),
        ({"percent": "-1"}, "Percentage: write a number between 0 and 100"),
        ({"percent": "NaN"}, "Percentage: write a number between 0 and 100"),
        ({"percent": "many"}, "Percentage: write a number between 0 and 100"),
        ({"percent": "1e400"}, "Percentage: write a number between 0 and 100"),
        ({"percent": "9" * 500}, "Percentage: write a number between 0 and 100"),
        ({"percent": "12.345"}, "at most two places after the point"),
        ({"number": "-3"}, "Number of people: write a whole number, 0 or more."),
        ({"number": "1.5"}, "Number of people: write a whole number, 0 or more."),
        ({"number": "1" * 30}, "Number of people: write 10,000,000 at most."),
    ],
)
def test_C08_what_cannot_be_gets_a_sentence_and_is_kept(
    maple: Scene, alice: Client, sent: dict[str, str], sentence: str
) -> None:
    draft = {"percent": "33", "number": "44", **sent}
    shown = send(alice, "save", **draft)
    assert sentence in shown
    assert all(f'value="{value}"' in shown for value in draft.values())
    assert values(maple) == ("10", 500)


def test_C08_zero_percent_means_always(maple: Scene, alice: Client) -> None:
    last_night(maple, update=1)
    send(alice, "save", "many_updates", percent="0")
    row = said(alice.get(LIST)).partition("People with any change")[2].partition("</tr>")[0]
    assert "even one" in row and "<strong>1</strong>" in row


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"sure": "", "reason": "Corrections"}, "to be sure. The brake is still on."),
        ({"sure": "yes", "reason": "Corrections"}, "to be sure. The brake is still on."),
        ({"sure": "switch off", "reason": "  "}, "write why this brake is switched off."),
        ({"sure": "switch off", "reason": "x" * 201}, "write 200 characters at most."),
    ],
)
def test_C08_a_brake_is_not_off_by_a_slip(
    maple: Scene, alice: Client, sent: dict[str, str], sentence: str
) -> None:
    shown = send(alice, "off", "many_updates", **sent)
    assert sentence in shown
    assert sent["reason"].strip() in shown
    assert values(maple, "many_updates") == ("75", None)


def test_C08_a_brake_is_off_with_words_and_reason_and_on_again(maple: Scene, alice: Client) -> None:
    last_night(maple, update=4800)
    shown = send(alice, "off", "many_updates", sure="Switch off ", reason="Corrections in May")
    assert "This brake is off from the next run on." in shown
    assert "Switched off" in shown and "Corrections in May" in shown
    assert values(maple, "many_updates") is None
    event = AuditEvent.objects.get(verb="brake.off")
    assert (event.details["new"], event.details["reason"]) == (
        "never: it is switched off",
        "Corrections in May",
    )
    assert "1 of them is switched off." in said(alice.get("/d/maple/setup/"))
    assert "This brake is switched off." in said(alice.get(place("many_updates")))
    send(alice, "save", "many_updates", percent="80")
    assert values(maple, "many_updates") == ("80", None)


def test_C08_a_run_uses_the_values_of_its_start(maple: Scene, alice: Client) -> None:
    send(alice, "save", percent="7.5")
    started = start_run(
        district=maple.district, mode=RunMode.TEST, data_types=[STUDENT], requested_by=ALICE
    )
    send(alice, "save", percent="99")
    run = Run.objects.get(pk=started.run.pk)
    for limits in (limits_of(run, STUDENT), limits_at_start(run, STUDENT)):
        assert limits.values["many_transfers"].percent == Decimal("7.5")
    assert values(maple) == ("99", 500)


def test_C08_who_may_not_change_brakes_sees_them(maple: Scene) -> None:
    for who in (scenes.BOB, scenes.OLIVE, scenes.SAM):
        client = signed_in(who)
        assert "Your role here is" in said(client.get(place()))
        assert client.get(LIST).status_code == 200
        assert client.post(place(), {"then": "save", "percent": "1"}).status_code == 403
    assert values(maple) == ("10", 500)
    assert signed_in(scenes.LEE).get(LIST).status_code == 404
    assert signed_in(scenes.CHARLIE).get(place()).status_code == 404


@pytest.mark.parametrize("address", [place("wings"), place(data_type="parents")])
def test_C08_a_brake_that_is_none_is_not_found(maple: Scene, alice: Client, address: str) -> None:
    assert alice.get(address).status_code == alice.post(address).status_code == 404


@pytest.mark.parametrize(("address", "golden"), [(LIST, 9), (place(), 9)])
def test_C08_queries_do_not_grow_with_imports(
    maple: Scene, alice: Client, address: str, golden: int
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(address).status_code == 200
        return len(queries)

    last_night(maple, update=5)
    before = count()
    for run in Run.objects.filter(mode="live").exclude(pk=maple.runs["done"].pk)[:12]:
        keep(run, figures(maple, update=3), figures(maple, "teacher", update=1))
    assert count() == before == golden
