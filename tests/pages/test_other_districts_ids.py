"""Whoever belongs to two districts cannot reach into one through the addresses of the other."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import get_resolver

from imports.models import Alert
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, Scene
from tests.pages.scenes_calendar import days
from tests.pages.scenes_operations import alerts, staged
from tests.pages.scenes_privacy import order
from tests.pages.scenes_tokens import token
from tests.pages.test_every_address import filled, rows_of, walk, written

pytestmark = pytest.mark.django_db
# Of what two people may remove at once, the second is told what a stranger to it is told, too.
GONE = ("is not in the calendar any more.", "was taken back already.")


def messages_of(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_another_districts_number_in_an_address_is_not_found(maple: Scene) -> None:
    scenes.empty("birch", "Birch Point Schools")
    Alert.objects.all().delete()
    decision = staged(alerts(maple, 1)[0], "create")
    rows = {
        "setup/calendar": days(maple, 1, 2).pk, "alerts/decisions": decision.pk,
        "setup/tokens": token(maple.district, "Bus", 99, 30).pk,
        "setup/privacy": order(maple.district).pk, **rows_of(maple),
    }  # fmt: skip
    alice, asked = signed_in(ALICE), 0
    for route, name in walk(get_resolver()):
        if "<int:number>" not in route:
            continue
        path = filled(route, name, rows).path.replace("/d/maple/", "/d/birch/")
        for ask in (alice.get, alice.post):
            before = written()
            answer = ask(path)
            told = messages_of(answer)
            gone = answer.status_code == 303 and told[-1].endswith(GONE)
            assert answer.status_code in (404, 405) or gone, path
            changed = {t for t, n in written().items() if before.get(t, 0) != n}
            assert changed <= ({"django_session"} if gone else set()), path
            asked += 1
    assert asked > 20
