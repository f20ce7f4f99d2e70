"""A golden number of queries per page, which does not grow with the rows."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.pages import scenes
from tests.pages.scenes import Scene

# Session, user and membership are three of each.
GOLDEN = {"overview": 20, "operations": 7, "run": 19, "run_live": 4, "people": 7, "person": 18}


def count(client: Client, scene: Scene, name: str) -> int:
    last = {"run": [scene.runs["done"].pk], "run_live": [scene.runs["running"].pk]}
    last["person"] = [scene.person.pk]
    address = reverse(name, args=[scene.slug, *last.get(name, [])])
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.fixture
def small(db: None) -> Scene:
    return scenes.full(students=10, teachers=2, running=True)


@pytest.fixture
def large(small: Scene) -> Scene:
    return scenes.full("larger", students=400, teachers=80, running=True)


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_queries_do_not_grow_with_rows(
    small: Scene, large: Scene, alice: Client, name: str
) -> None:
    assert count(alice, small, name) == count(alice, large, name) == GOLDEN[name]


def test_list_of_districts_takes_as_many_queries_for_two_as_for_ten(
    small: Scene, alice: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            alice.get("/")
        return len(captured)

    scenes.empty("one")
    before = queries()
    for n in range(8):
        scenes.empty(f"district-{n}")
    assert queries() == before == 3
