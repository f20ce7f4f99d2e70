"""What the people pages read: whom a filter asks for, a page of them, the same as a file."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest

from accounts.access import Ability, Access
from core.vocabulary import DataType
from imports.changes import Reader
from imports.download import of_one_moment
from integration_console.people.rows import row_of
from schools import pages
from schools.forms import PeopleForm
from schools.models import Person
from schools.targets import Target


def form_of(
    request: HttpRequest, access: Access, form: type[PeopleForm] = PeopleForm
) -> PeopleForm:
    """The filter of the address, for what this user may see and search."""
    return form(
        request.GET,
        district=access.district,
        within=access.schools,
        searchable=access.may(Ability.SEE_PERSONAL_DATA),
    )


def wanted_of(form: PeopleForm, access: Access) -> pages.Wanted:
    """What a valid filter asks for; of a filter that is not valid, what of it is."""
    form.is_valid()
    read = form.cleaned_data
    school = read.get("school")
    return pages.Wanted(
        data_type=read.get("type") or DataType.STUDENT,
        q=read.get("q") or "",
        school=school.pk if school else None,
        status=read.get("status"),
        sort=read.get("sort") or "name",
        within=access.schools,
    )


def shown_people(access: Access, wanted: pages.Wanted, after: int | None) -> dict[str, Any]:
    """A page of people: their rows, and behind whom the next page begins."""
    found = pages.behind(access.district, wanted, after)
    shown = found[: pages.PAGE]
    reader = Reader(access.district, access.sees)
    return {
        "rows": [row_of(person, reader) for person in shown],
        "next": shown[-1].pk if len(found) > pages.PAGE else None,
    }


def csv_rows(
    access: Access, wanted: pages.Wanted, targets: Sequence[Target]
) -> Iterator[Sequence[object]]:
    """One line per person; the site as its code, the status as its number."""
    shown = [target for target in targets if access.sees(target.key)]
    for person in of_one_moment(pages.people(access.district, wanted)):
        yield record_of(person, shown)


def record_of(person: Person, targets: Sequence[Target]) -> Sequence[object]:
    """The number of a person and the value of each field, as a file has them."""
    site = person.school.site_code if person.school else ""
    return (person.pk, *(site if t.key == "site" else getattr(person, t.column) for t in targets))
