"""Held changes and the page of one hold, in every state."""

from collections.abc import Callable

from imports.models import Hold
from tests.pages.conftest import Site
from tests.pages.looks import Look, at, press
from tests.pages.scenes import BOB, OLIVE


def of(state: str, more: str = "", cause: str = "") -> Callable[[Site], str]:
    """The page of the newest hold in this state."""

    def address(site: Site) -> str:
        found = Hold.objects.filter(district=site.full.district, state=state)
        hold = (found.filter(cause=cause) if cause else found).latest("pk")
        school = hold.schools[0]["school"] if hold.schools else 0
        return f"/d/maple/holds/{hold.pk}/{more.format(school=school)}"

    return address


LOOKS = (
    Look("holds-empty", at("/d/juniper/holds/")),
    Look("holds-full", at("/d/maple/holds/")),
    Look("holds-operator", at("/d/maple/holds/"), OLIVE),
    Look("holds-error", at("/d/maple/holds/?before=nonsense")),
    Look("holds-together", at("/d/maple/holds/approve/")),
    Look("holds-together-empty", at("/d/juniper/holds/approve/")),
    Look("holds-together-error", at("/d/maple/holds/approve/"), then=press("Approve all")),
    Look("hold-full", of("open")),
    Look("hold-of-one-school", of("open", cause="school_transfers")),
    Look("hold-rows-of-a-school", of("open", "?school={school}&after=1")),
    Look("hold-error", of("open", "?school=nonsense&after=-3")),
    Look("hold-wrong-password", of("open"), then=press("Approve all")),
    Look("hold-viewer", of("open"), BOB),
    Look("hold-approved", of("approved")),
    Look("hold-discarded", of("discarded")),
    Look("hold-replaced", of("replaced")),
    Look("hold-expired", of("expired")),
    Look("hold-not-found", at("/d/maple/holds/999999999/"), status=404),
)
