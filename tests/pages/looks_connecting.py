"""The pages that connect Clever, in their states."""

from tests.pages.looks import Look, at
from tests.pages.scenes import BOB

LOOKS = (
    Look("setup-empty", at("/d/juniper/clever/setup/")),
    Look("setup-waiting", at("/d/ironwood/clever/setup/")),
    Look("setup-edit", at("/d/ironwood/clever/setup/?edit=1")),
    Look("setup-full", at("/d/maple/clever/setup/")),
    Look("setup-refused", at("/d/maple/clever/setup/?edit=1")),
    Look("setup-trouble", at("/d/harbor/clever/setup/")),
    Look("setup-viewer", at("/d/maple/clever/setup/"), BOB),
    Look("reset-empty", at("/d/juniper/clever/reset/")),
    Look("reset-full", at("/d/maple/clever/reset/")),
    Look("schools-empty", at("/d/juniper/clever/schools/")),
    Look("schools-full", at("/d/maple/clever/schools/")),
    Look("schools-viewer", at("/d/maple/clever/schools/"), BOB),
    Look("schools-error", at("/d/maple/clever/schools/?show=nonsense&q=nowhere")),
    Look("schools-lists", at("/d/maple/clever/schools/?view=lists")),
    Look("schools-thousand", at("/d/grand/clever/schools/?page=2")),
    Look("schools-thousand-lists", at("/d/grand/clever/schools/?view=lists&q=elm")),
    Look("schools-create-empty", at("/d/juniper/clever/schools/create/")),
    Look("schools-create-full", at("/d/grand/clever/schools/create/")),
    Look("enable-blocked", at("/d/juniper/clever/enable/")),
    Look("enable-on", at("/d/maple/clever/enable/")),
)
