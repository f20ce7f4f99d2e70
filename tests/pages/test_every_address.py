"""Every address of a district, found by walking the resolver, also those that are added later.

Arguments are filled in by the kind of page, the parameter's name and its converter; an address
that needs another one is named in SPECIAL.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import RoutePattern, URLPattern, URLResolver

from accounts.models import AuditEvent, Membership
from imports.models import Alert, Hold
from notifications.models import Webhook
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.pages.scenes_webhooks import webhook

DISTRICT = "d/<slug:slug>/"
FOR_LIBRARIANS = "people"
# What an address wants that neither its kind nor its parameter's name tells: {name: {parameter: …}}
SPECIAL: dict[str, dict[str, object]] = {}
BY_NAME: dict[str, object] = {
    "slug": "maple", "type": "student", "data_type": "student", "kind": "student",
    "field": "grade", "system": "powerschool", "source": "powerschool", "word": "discard",
    "state": "active",
}  # fmt: skip
BY_CONVERTER: dict[str, object] = {"IntConverter": 1, "UUIDConverter": "0" * 32}
# Exports and looks at people leave a row in the audit; nothing else may come of a GET.
READING = (".seen", ".export", ".exported", ".download", ".downloaded", ".viewed", ".explained")


@dataclass(frozen=True)
class Address:
    """One address below a district; `plain` ones name nothing that could be missing."""

    name: str
    path: str
    below: str
    plain: bool


def walk(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    """The route and the name of every address of a district."""
    for one in resolver.url_patterns:
        assert isinstance(one, URLPattern | URLResolver)
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walk(one, route)
        elif route.startswith(DISTRICT):
            assert isinstance(one.pattern, RoutePattern), f"{route}: write it with path()"
            yield route, str(one.name or route)


def rows_of(scene: Scene) -> dict[str, object]:
    """The number that an address of this beginning names."""
    alert = Alert.objects.filter(district=scene.district).first()
    held = Hold.objects.filter(district=scene.district).first()
    known = Webhook.objects.filter(district=scene.district).first()
    hook = known or webhook(scene.district, "127.0.0.1")
    member = Membership.objects.filter(district=scene.district, user__email=scenes.BOB).get()
    return {
        "people": scene.person.pk,
        "operations": scene.runs["done"].pk,
        "alerts": alert.pk if alert else 1,
        "holds": held.pk if held else 1,
        "setup/users": member.pk,
        "clever/schools": scene.schools[0].pk,
        "setup/webhooks": hook.pk,
    }


def filled(route: str, name: str, rows: dict[str, object]) -> Address:
    """The address with plausible arguments."""
    below, path, plain = route.removeprefix(DISTRICT), route, True
    for part in [part.split(">")[0] for part in route.split("<")[1:]]:
        converter, _, parameter = part.rpartition(":")
        beginning = next((row for row in rows if below.startswith(row)), "")
        if parameter in SPECIAL.get(name, {}):
            value = SPECIAL[name][parameter]
        elif parameter in BY_NAME:
            value = BY_NAME[parameter]
        elif converter == "int":
            value = rows.get(beginning, BY_CONVERTER["IntConverter"])
        else:
            value = BY_CONVERTER["UUIDConverter"] if converter == "uuid" else "student"
        plain = plain and parameter == "slug"
        path = path.replace(f"<{part}>", str(value))
    return Address(name, "/" + path, below, plain)


@pytest.fixture
def addresses(maple: Scene) -> list[Address]:
    rows = rows_of(maple)
    return [filled(route, name, rows) for route, name in walk(get_resolver())]


def written() -> dict[str, int]:
    """Rows written to each table so far in this transaction, by PostgreSQL's own count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
        )
        return {str(table): int(rows) for table, rows in cursor.fetchall() if rows}


def test_H19_the_walk_finds_what_is_there(addresses: list[Address]) -> None:
    names = {address.name for address in addresses}
    assert {"overview", "operations", "run", "sync_now", "people", "person"} <= names
    assert all("<" not in address.path for address in addresses)
    assert len({address.path for address in addresses}) == len(addresses)


def test_C33_stranger_finds_no_address_of_a_district(
    addresses: list[Address], charlie: Client
) -> None:
    for address in addresses:
        for ask in (charlie.get, charlie.post):
            assert ask(address.path).status_code in (404, 405), address.path


def test_A18_nobody_signed_in_is_asked_to_sign_in(addresses: list[Address], client: Client) -> None:
    for address in addresses:
        for ask in (client.get, client.post):
            answer = ask(address.path)
            assert answer.status_code in (302, 405), address.path
            if answer.status_code == 302:
                assert answer["Location"].startswith("/accounts/login/?next=/d/maple/")


def test_A02_librarian_reaches_nothing_of_the_integration(addresses: list[Address]) -> None:
    lee, reached = signed_in(scenes.LEE), []
    for address in addresses:
        statuses = {ask(address.path).status_code for ask in (lee.get, lee.post)}
        if address.below.startswith(FOR_LIBRARIANS):
            reached += [address.name] if 200 in statuses else []
        elif address.below.startswith("setup/"):
            assert statuses <= {403, 404, 405}, address.path
        else:
            assert statuses <= {404, 405}, address.path
    assert "people" in reached


def test_H19_get_has_no_effect_and_effects_answer_405_to_get(
    addresses: list[Address], alice: Client
) -> None:
    posts, missing = set[str](), set[str]()
    for address in addresses:
        newest = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        before = written()
        status = alice.get(address.path).status_code
        after = written()
        told = AuditEvent.objects.filter(pk__gt=newest).values_list("verb", flat=True)
        assert all(verb.endswith(READING) for verb in told), (address.path, list(told))
        after["accounts_auditevent"] = after.get("accounts_auditevent", 0) - len(told)
        changed = {t for t in {*before, *after} if before.get(t, 0) != after.get(t, 0)}
        assert changed <= {"django_session"}, f"GET {address.path} wrote to {changed}"
        assert status in {200, 302, 303, 404, 405}, (address.path, status)
        posts |= {address.name} if status == 405 else set()
        missing |= {address.name} if status == 404 and address.plain else set()
    assert {"sync_now", "test_import", "start_import", "run_cancel"} <= posts
    # A file that nobody has uploaded may be missing, pages are there.
    assert len(missing) < len(addresses) / 20, missing


def test_H19_post_without_the_forms_token_is_refused(
    addresses: list[Address], alice: Client
) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = alice.cookies
    for address in addresses:
        before = written()
        answer = careful.post(address.path)
        assert answer.status_code == 403, address.path
        assert b"Please send it again" in answer.content
        assert written() == before
