"""The people pages that are made and changed by hand, in every state."""

from urllib.parse import urlencode

from schools.models import Person
from tests.pages.conftest import Site
from tests.pages.looks import Look, at
from tests.pages.scenes import BOB, LEE


def leaver(site: Site, act: str) -> str:
    """The page of an action on three leavers."""
    people = Person.objects.filter(district=site.full.district, status=4, archived_at=None)
    picks = list(people.order_by("pk").values_list("pk", flat=True)[:3])
    return f"/d/maple/people/transferred/{act}/?{urlencode({'pick': picks}, doseq=True)}"


def edit(site: Site) -> str:
    return f"/d/maple/people/{site.full.person.pk}/edit/"


LOOKS = (
    Look("person-new", at("/d/maple/people/new/")),
    Look("person-new-teacher", at("/d/juniper/people/new/?type=teacher")),
    Look("person-new-viewer", at("/d/maple/people/new/"), BOB, status=403),
    Look("person-new-librarian", at("/d/maple/people/new/"), LEE),
    Look("person-edit", edit),
    Look("person-viewer", lambda site: f"/d/maple/people/{site.full.person.pk}/", BOB),
    Look("transferred-empty", at("/d/juniper/people/transferred/")),
    Look("transferred-full", at("/d/maple/people/transferred/")),
    Look("transferred-error", at("/d/maple/people/transferred/?school=x&type=x")),
    Look("transferred-librarian", at("/d/maple/people/transferred/"), LEE),
    Look("transferred-viewer", at("/d/maple/people/transferred/"), BOB),
    Look("transferred-status", lambda site: leaver(site, "status")),
    Look("transferred-site", lambda site: leaver(site, "site")),
    Look("transferred-delete", lambda site: leaver(site, "delete")),
    Look("new-records", at("/d/maple/clever/settings/student/new-records/")),
    Look("new-records-empty", at("/d/juniper/clever/settings/staff/new-records/")),
    Look("new-records-viewer", at("/d/maple/clever/settings/teacher/new-records/"), BOB),
    Look("deleted-people-empty", at("/d/juniper/people/deleted/")),
    Look("deleted-people-full", at("/d/maple/people/deleted/")),
    Look("deleted-people-viewer", at("/d/maple/people/deleted/"), BOB),
)
