"""The new-school-year assistant, in every state."""

from tests.pages.looks import Look, at
from tests.pages.scenes import BOB

LOOKS = (
    Look("new-year-empty", at("/d/juniper/setup/new-school-year/")),
    Look("new-year-full", at("/d/maple/setup/new-school-year/")),
    Look("new-year-viewer", at("/d/maple/setup/new-school-year/"), BOB),
)
