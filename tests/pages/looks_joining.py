"""Unlinking, merging and taking back, in every state."""

from imports.models import IdentityChange
from schools.models import Person
from tests.pages.conftest import Site
from tests.pages.looks import Look
from tests.pages.scenes import BOB


def pair(site: Site) -> tuple[int, int]:
    found = Person.objects.filter(district=site.full.district, first_name="Wilhelmina")
    one, other = found.order_by("pk").values_list("pk", flat=True)
    return one, other


def find(site: Site, asked: str = "") -> str:
    return f"/d/maple/people/{pair(site)[0]}/merge/{asked}"


def merge(site: Site) -> str:
    one, other = pair(site)
    return f"/d/maple/people/{one}/merge/{other}/?keep={other}&f-grade={one}"


def change(kind: str) -> IdentityChange:
    return IdentityChange.objects.filter(district__slug="harbor", kind=kind)[0]


def person(kind: str) -> str:
    return f"/d/harbor/people/{change(kind).person_id}/"


LOOKS = (
    Look("unlink-full", lambda site: f"/d/maple/people/{site.full.person.pk}/unlink/"),
    Look("unlink-empty", lambda site: f"/d/maple/people/{pair(site)[0]}/unlink/"),
    Look("unlink-viewer", lambda site: f"/d/maple/people/{pair(site)[0]}/unlink/", BOB, 403),
    Look("merge-find-full", find),
    Look("merge-find-none", lambda site: find(site, "?q=nobody")),
    Look("merge-full", merge),
    Look("take-back-full", lambda _: f"{person('merge')}take-back/{change('merge').pk}/"),
    Look("take-back-unlink", lambda _: f"{person('unlink')}take-back/{change('unlink').pk}/"),
    Look("person-merged", lambda _: person("merge")),
    Look("person-unlinked", lambda _: person("unlink")),
)
