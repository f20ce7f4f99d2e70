"""Brakes, in every state."""

from imports.models import Run
from tests.pages.conftest import Site
from tests.pages.looks import Look, at, press
from tests.pages.scenes import BOB

BRAKES = "/d/maple/setup/brakes/"


def raised(site: Site) -> str:
    run = Run.objects.exclude(raised_because="").get(district=site.full.district)
    return f"/d/maple/operations/{run.pk}/"


LOOKS = (
    Look("brakes-empty", at("/d/juniper/setup/brakes/")),
    Look("brakes-full", at(BRAKES)),
    Look("brakes-viewer", at(BRAKES), BOB),
    Look("brake-own", at(f"{BRAKES}student/many_transfers/")),
    Look("brake-of-schools", at(f"{BRAKES}student/school_transfers/")),
    Look(
        "brake-tried",
        at(f"{BRAKES}student/many_transfers/"),
        then=press("See what it would hold", percent="4"),
    ),
    Look("brake-error", at(f"{BRAKES}student/many_transfers/"), then=press("Save", percent="400")),
    Look("brake-off-error", at(f"{BRAKES}student/many_transfers/"), then=press("Switch off")),
    Look("brake-off", at(f"{BRAKES}student/many_identity_changes/")),
    Look("brake-empty", at("/d/juniper/setup/brakes/staff/many_updates/")),
    Look("brake-viewer", at(f"{BRAKES}student/many_transfers/"), BOB),
    Look("raise-brakes-full", at(f"{BRAKES}for-one-run/")),
    Look("raise-brakes-empty", at("/d/juniper/setup/brakes/for-one-run/")),
    Look("raise-brakes-error", at(f"{BRAKES}for-one-run/"), then=press("Sync Now with these")),
    Look("raise-brakes-viewer", at(f"{BRAKES}for-one-run/"), BOB, status=403),
    Look("run-with-raised-brakes", raised),
    Look("brake-not-found", at(f"{BRAKES}student/wings/"), status=404),
)
