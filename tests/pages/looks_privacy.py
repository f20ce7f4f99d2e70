"""Looks of data and privacy: kept, ordered, being carried out, certified."""

from imports.models import Destruction
from tests.pages.conftest import Site
from tests.pages.looks import Look, at, press
from tests.pages.scenes import BOB, SAM
from tests.pages.scenes_privacy import BROKEN


def certificate(site: Site, **which: object) -> str:
    row = Destruction.objects.filter(district=site.full.district, state="done", **which)
    return f"/d/maple/setup/privacy/{row.latest('pk').pk}/"


LOOKS = (
    Look("privacy-full", at("/d/maple/setup/privacy/")),
    Look("privacy-viewer", at("/d/maple/setup/privacy/"), BOB),
    Look("privacy-support", at("/d/juniper/setup/privacy/"), SAM),
    Look("privacy-empty", at("/d/juniper/setup/privacy/")),
    Look("privacy-being-destroyed", at("/d/harbor/setup/privacy/")),
    Look("destroy", at("/d/juniper/setup/privacy/destroy/")),
    Look("destroy-ordered", at("/d/maple/setup/privacy/destroy/")),
    Look("destroy-refused", at("/d/juniper/setup/privacy/destroy/"), BOB, status=403),
    Look(
        "destroy-errors",
        at("/d/juniper/setup/privacy/destroy/"),
        then=press("Order the destruction", name="Birch", password="guess"),
    ),
    Look("erase", lambda site: f"/d/maple/people/{site.full.person.pk}/erase/"),
    Look("erase-refused", lambda site: f"/d/maple/people/{site.full.person.pk}/erase/", BOB, 403),
    Look(
        "erase-errors",
        lambda site: f"/d/maple/people/{site.full.person.pk}/erase/",
        then=press("Erase for good", name="Nobody"),
    ),
    Look("certificate", lambda site: certificate(site, kind="district")),
    Look("certificate-broken", lambda site: certificate(site, digest=BROKEN)),
)
