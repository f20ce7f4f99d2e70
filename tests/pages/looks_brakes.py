"""Brakes, in every state."""

from tests.pages.looks import Look, at
from tests.pages.scenes import BOB

BRAKES = "/d/maple/setup/brakes/"

LOOKS = (
    Look("brakes-empty", at("/d/juniper/setup/brakes/")),
    Look("brakes-full", at(BRAKES)),
    Look("brakes-viewer", at(BRAKES), BOB),
    Look("brake-own", at(f"{BRAKES}student/many_transfers/")),
    Look("brake-of-schools", at(f"{BRAKES}student/school_transfers/")),
    Look("brake-off", at(f"{BRAKES}student/many_identity_changes/")),
    Look("brake-empty", at("/d/juniper/setup/brakes/staff/many_updates/")),
    Look("brake-viewer", at(f"{BRAKES}student/many_transfers/"), BOB),
    Look("brake-not-found", at(f"{BRAKES}student/wings/"), status=404),
)
