"""Every time on every page of a district has its zone (H17)."""

import re

from django.test import Client
from django.urls import get_resolver

from tests.pages.scenes import Scene
from tests.pages.test_every_address import filled, rows_of, walk

TIME = re.compile(r"<time[^>]*>([^<]*)</time>")
CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")
ZONED = re.compile(r"\d{1,2}:\d{2} (M[SD]T|UTC)")


def test_H17_every_time_names_its_zone(maple: Scene, alice: Client) -> None:
    rows, times = rows_of(maple), 0
    for route, name in walk(get_resolver()):
        address = filled(route, name, rows)
        answer = alice.get(address.path)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        for text in TIME.findall(answer.content.decode()):
            times += 1
            if CLOCK.search(text):
                assert ZONED.search(text), (address.path, text)
            else:
                assert re.search(r"\w+ \d{1,2}|[Tt]oday|[Yy]esterday|[Tt]omorrow", text)
    assert times > 30
