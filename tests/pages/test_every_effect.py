"""Whatever somebody does, decides, takes along or looks at is told in the audit (C23).

Each address that has an effect is called once so that it succeeds. One that is added later fails
here until it is in a table of effects, or stands below with a reason.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import AuditEvent
from clever_sandbox.running import running_sandbox
from clever_sync import asking
from imports import download, run_log
from imports.resolving import sheet as alert_sheet
from imports.updates import sheet as update_sheet
from integration_console.settings_document import Document
from integration_console.versions.document_views import SECTIONS
from tests.notifications.office import by_smtp
from tests.pages import (
    effects_of_people,
    effects_of_privacy,
    effects_of_runs,
    effects_of_settings,
    rules,
)
from tests.pages.conftest import signed_in
from tests.pages.effects import Effect
from tests.pages.scenes import ALICE, Scene
from tests.pages.test_every_address import filled, rows_of, walk
from tests.world import speaking_to

pytestmark = pytest.mark.django_db
EFFECTS = (
    *effects_of_settings.EFFECTS,
    *effects_of_privacy.EFFECTS,
    *effects_of_runs.EFFECTS,
    *effects_of_people.EFFECTS,
)
# What leaves no row: nobody has decided anything by it, or was looked at.
WITHOUT_A_ROW = {
    "setup_look": "It shows what Clever calls a district; nothing is stored before Save.",
    "setup_check": "It asks Clever how the connection stands, which is Clever's own word.",
    "check_again": "The same, from Get ready for Clever.",
    "field_sample": "It shows three values of a field, and whose they are stays unknown.",
    "settings_upload": "It shows what a file would change; putting that into effect is told.",
}
# Pages of one person, one alert: to open them is a look at somebody.
ABOUT_SOMEBODY = ("people/<int:number>", "alerts/<int:number>")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """A Clever that answers, and a mail server that is away."""
    monkeypatch.setattr(asking, "SHORT_PAUSES", (0.0, 0.0))
    by_smtp(settings, 1)
    # Within the transaction of a test no other one, of one moment, can be begun.
    for module in (download, run_log, alert_sheet, update_sheet):
        monkeypatch.setattr(module, "one_moment", nullcontext)
    with running_sandbox(students=1, schools=1) as sandbox, speaking_to(sandbox):
        yield


def test_C23_every_effect_is_told_with_who_what_and_where(maple: Scene, quick: None) -> None:
    clients = {email: signed_in(email) for email in {effect.by for effect in EFFECTS}}
    untold = []
    for effect in EFFECTS:
        with transaction.atomic():
            untold += told(maple, effect, clients[effect.by])
            transaction.set_rollback(True)
    assert not untold, "\n".join(untold)


def told(scene: Scene, effect: Effect, client: Client) -> list[str]:
    """Nothing, if the call left its row in the audit of its district; else what it did instead."""
    asked = effect.ask(scene)
    path = reverse(effect.name, args=[scene.slug, *asked.args])
    sent = {**rules.filled(client, path), **asked.sent} if effect.form else asked.sent
    newest = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    where = f"{path}?{asked.query}"
    answer = client.get(where) if effect.get else client.post(where, sent)
    left = AuditEvent.objects.filter(pk__gt=newest, district__slug=asked.told_in or scene.slug)
    if left.filter(actor=effect.by, verb=effect.verb).exists():
        return []
    said = [str(message) for message in get_messages(answer.wsgi_request)][-1:]
    context = answer.context or {}
    errors = getattr(context.get("form"), "errors", "") if "form" in context else ""
    verbs = list(left.values_list("actor", "verb"))
    return [f"{effect.name} {effect.verb}: {answer.status_code} {verbs} {said} {errors}"]


def test_C23_no_address_with_an_effect_is_left_out(maple: Scene) -> None:
    exported = {
        "clever/sources/exports": effects_of_settings.exported(maple).args[0],
        "setup/privacy": effects_of_privacy.certified(maple).args[0],
    }
    rows, alice = {**rows_of(maple), **exported}, signed_in(ALICE)
    done = {effect.name for effect in EFFECTS if not effect.get} | WITHOUT_A_ROW.keys()
    looked = {effect.name for effect in EFFECTS if effect.get} | WITHOUT_A_ROW.keys()
    unknown = []
    for route, name in walk(get_resolver()):
        address = filled(route, name, rows)
        with transaction.atomic():
            posted = alice.post(address.path)
            got = alice.get(address.path)
            transaction.set_rollback(True)
        if posted.status_code != 405 and name not in done:
            unknown.append(f"{route} can be posted")
        if name not in looked and (is_a_look(got, route) or is_missing(got, name, done)):
            unknown.append(f"{route} can be looked at or taken along")
    assert not unknown, "\n".join(unknown)


def is_a_look(got: Any, route: str) -> bool:
    """Whether a file was given, or a page of somebody."""
    somebody = any(part in route for part in ABOUT_SOMEBODY)
    html = str(got["Content-Type"]).startswith("text/html")
    return got.status_code == 200 and (somebody or not html)


def is_missing(got: Any, name: str, done: set[str]) -> bool:
    """Whether nobody knows what this address gives, because its arguments name nothing."""
    return got.status_code == 404 and name not in done


def test_C26_every_section_of_a_settings_document_has_a_name() -> None:
    """A document whose calendar differed was applied, and its page failed."""
    fields = Document.__struct_fields__
    assert set(SECTIONS) == set(fields) - {"format"}
