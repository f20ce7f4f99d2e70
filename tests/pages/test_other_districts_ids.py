"""Whoever belongs to two districts cannot reach into one through the addresses of the other."""

import pytest
from django.urls import get_resolver

from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, Scene
from tests.pages.test_every_address import filled, rows_of, walk, written

pytestmark = pytest.mark.django_db


def test_another_districts_number_in_an_address_is_not_found(maple: Scene) -> None:
    scenes.empty("birch", "Birch Point Schools")
    alice, rows, asked = signed_in(ALICE), rows_of(maple), 0
    for route, name in walk(get_resolver()):
        if "<int:number>" not in route:
            continue
        path = filled(route, name, rows).path.replace("/d/maple/", "/d/birch/")
        for ask in (alice.get, alice.post):
            before = written()
            assert ask(path).status_code in (404, 405), path
            assert written() == before, path
            asked += 1
    assert asked > 20
