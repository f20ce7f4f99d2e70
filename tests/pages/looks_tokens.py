"""Looks of API tokens, and of the page that says what programs can ask for."""

from tests.pages.looks import Look, at, press
from tests.pages.scenes import BOB, PASSWORD, SAM

NEW = "/d/maple/setup/tokens/new/"
EMPTY_NEW = "/d/juniper/setup/tokens/new/"

LOOKS = (
    Look("tokens-full", at("/d/maple/setup/tokens/")),
    Look("tokens-empty", at("/d/juniper/setup/tokens/")),
    Look("tokens-viewer", at("/d/maple/setup/tokens/"), BOB, status=403),
    Look("tokens-support", at("/d/maple/setup/tokens/"), SAM, status=403),
    Look("token-new", at(NEW)),
    Look("token-error", at(NEW), then=press("Make the token", name="", password="wrong")),
    Look(
        "token-same-name",
        at(NEW),
        then=press("Make the token", name="Library catalogue", password=PASSWORD),
    ),
    Look("token-made", at(EMPTY_NEW), then=press("Make the token", name="Bus", password=PASSWORD)),
    Look("api-reference", at("/api/"), None),
)
