"""Looks of Support's list of districts and of its leave."""

from tests.pages.looks import Look, at
from tests.pages.scenes import SAM

LOOKS = (
    Look("board-full", at("/"), SAM),
    Look("board-empty", at("/?q=nowhere"), SAM),
    Look("support-access-full", at("/d/maple/setup/support/")),
    Look("support-access-empty", at("/d/juniper/setup/support/")),
    Look("support-access-support", at("/d/juniper/setup/support/"), SAM),
    Look("overview-support-none", at("/d/juniper/"), SAM),
)
