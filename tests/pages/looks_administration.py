"""District Administration, Get ready for Clever and Configure, in every state."""

from tests.pages.looks import Look, at
from tests.pages.scenes import BOB

LOOKS = (
    Look("administration-empty", at("/d/juniper/setup/")),
    Look("administration-full", at("/d/maple/setup/")),
    Look("administration-viewer", at("/d/maple/setup/"), BOB),
    Look("terminology-full", at("/d/maple/setup/terminology/")),
    Look("terminology-viewer", at("/d/maple/setup/terminology/"), BOB),
    Look("school-year-full", at("/d/maple/setup/school-year/")),
    Look("school-year-empty", at("/d/juniper/setup/school-year/")),
    Look("get-ready-empty", at("/d/yarrow/clever/get-ready/")),
    Look("get-ready-asked", at("/d/aspen/clever/get-ready/")),
    Look("get-ready-waiting", at("/d/laurel/clever/get-ready/")),
    Look("get-ready-nothing-shared", at("/d/nettle/clever/get-ready/")),
    Look("get-ready-full", at("/d/maple/clever/get-ready/")),
    Look("get-ready-trouble", at("/d/harbor/clever/get-ready/")),
    Look("get-ready-viewer", at("/d/maple/clever/get-ready/"), BOB, status=403),
    Look("arrival-empty", at("/d/juniper/clever/arrival/")),
    Look("arrival-old", at("/d/harbor/clever/arrival/")),
    Look("configure-begun", at("/d/nettle/clever/configure/")),
    Look("configure-full", at("/d/maple/clever/configure/")),
    Look("configure-trouble", at("/d/harbor/clever/configure/")),
)
