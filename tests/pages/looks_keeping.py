"""Locks, protected people and explanations, in every state."""

from collections.abc import Callable
from urllib.parse import urlencode

from schools.models import FieldLock, Person
from tests.pages.conftest import Site
from tests.pages.looks import Look, at, press
from tests.pages.scenes import BOB, LEE


def of_person(path: str) -> Callable[[Site], str]:
    return lambda site: f"/d/maple/people/{site.full.person.pk}/{path}"


def many(site: Site, act: str) -> str:
    people = Person.objects.filter(district=site.full.district, archived_at=None)
    picks = list(people.order_by("pk").values_list("pk", flat=True)[:3])
    return f"/d/maple/people/act/{act}/?{urlencode({'pick': picks}, doseq=True)}"


def protected(site: Site) -> str:
    people = Person.objects.filter(district=site.full.district, protected=True, archived_at=None)
    one = people.order_by("pk").first()
    assert one
    return f"/d/maple/people/{one.pk}/"


def gone(site: Site) -> str:
    return f"/d/maple/explain/?person={protected(site).rstrip('/').rpartition('/')[2]}"


def locked(site: Site) -> str:
    lock = FieldLock.objects.filter(district=site.full.district, kept_from__isnull=False).first()
    assert lock
    return f"/d/maple/people/{lock.person_id}/unlock/{lock.field}/"


LOOKS = (
    Look("locks-empty", at("/d/juniper/people/locks/")),
    Look("locks-full", at("/d/maple/people/locks/?sort=ending")),
    Look("locks-none", at("/d/maple/people/locks/?q=nobody")),
    Look("locks-error", at("/d/maple/people/locks/?school=x&state=x")),
    Look("locks-viewer", at("/d/maple/people/locks/"), BOB),
    Look("locks-librarian", at("/d/maple/people/locks/"), LEE, status=404),
    Look("locks-unlock", at("/d/maple/people/locks/unlock/?scope=all&state=differs")),
    Look("locks-extend", at("/d/maple/people/locks/extend/?scope=all")),
    Look(
        "locks-extend-error",
        at("/d/maple/people/locks/extend/?scope=all"),
        then=press("Set the end of", until="2001-01-01"),
    ),
    Look("lock", of_person("lock/?field=city")),
    Look("lock-error", of_person("lock/"), then=press("Lock")),
    Look("unlock", locked),
    Look("protect", of_person("protect/")),
    Look("protect-error", of_person("protect/"), then=press("Protect")),
    Look("people-lock", lambda site: many(site, "lock")),
    Look("people-lock-error", lambda site: many(site, "lock"), then=press("Lock for 3 people")),
    Look("people-protect", lambda site: many(site, "protect")),
    Look("protected-empty", at("/d/juniper/people/protected/")),
    Look("protected-full", at("/d/maple/people/protected/")),
    Look("protected-viewer", at("/d/maple/people/protected/"), BOB),
    Look("person-protected", protected),
    Look("explain-empty", at("/d/juniper/explain/")),
    Look("explain-full", lambda site: f"/d/maple/explain/?person={site.full.person.pk}"),
    Look("explain-several", at("/d/maple/explain/?q=Garza")),
    Look("explain-nobody", at("/d/maple/explain/?q=nobody at all")),
    Look("explain-alert", at(f"/d/maple/explain/?clever_id=beef{0:020x}")),
    Look("explain-gone", gone),
    Look("explain-viewer", at("/d/maple/explain/"), BOB, status=403),
)
