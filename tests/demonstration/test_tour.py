"""The tour leads somewhere: its pictures are there, are light, and are those that are taken."""

import re
import struct

import pytest

from integration_console.embedded.places import ROOT
from tests.pages.palette import chunk
from tests.pages.picture import HIGHEST, PICTURES, PLACES, WIDTH

MOST = 120_000
TOUR = (ROOT / "docs" / "tour.md").read_text()


def test_every_picture_of_the_tour_is_taken_and_shown() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(pictures/([a-z-]+)\.png\)", TOUR)
    assert sorted(shown) == sorted(picture.name for picture in PLACES)
    assert {path.stem for path in PICTURES.glob("*.png")} == set(shown)


@pytest.mark.parametrize("name", [picture.name for picture in PLACES])
def test_a_picture_is_light_and_as_wide_as_a_page(name: str) -> None:
    png = (PICTURES / f"{name}.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    assert len(png) <= MOST
    width, height = struct.unpack(">2I", png[16:24])
    assert width == WIDTH
    assert height <= HIGHEST


@pytest.mark.parametrize("document", ["README.md", "docs/tour.md"])
def test_links_of_readme_and_tour_lead_somewhere(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text())
    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_a_part_of_a_picture_is_as_the_standard_says() -> None:
    assert chunk(b"IEND", b"").hex() == "0000000049454e44ae426082"
