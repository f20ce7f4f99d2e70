"""People: lists with search, and one person with the whole story.

Here and not in schools, because these pages join the ground floor with the gate (accounts) and
with what imports have done (imports).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import Ability, Access, member
from core.vocabulary import DataType
from imports.changes import Reader
from imports.download import as_csv, of_one_moment
from imports.history import NEWEST, Place, history
from schools import pages
from schools.forms import TYPES, BehindForm, HistoryForm, PeopleForm
from schools.models import FieldLock, Person, PersonSite
from schools.targets import STATUSES, TARGETS, Target


@login_required
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Students, teachers or staff: search, filter, a page at a time."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    form, place = form_of(request, access), BehindForm(request.GET)
    wanted = wanted_of(form, access)
    after = place.cleaned_data["after"] if place.is_valid() else None
    found = pages.behind(access.district, wanted, after)
    shown = found[: pages.PAGE]
    reader = Reader(access.district, access.sees)
    context = {
        "access": access,
        "form": form,
        "wanted": wanted,
        "tabs": TYPES,
        "rows": [row_of(person, reader) for person in shown],
        "next": shown[-1].pk if len(found) > pages.PAGE else None,
        "after": after,
        "filtered": any((wanted.q, wanted.school, wanted.status)),
    }
    return render(request, "people/listing.html", context)


@login_required
@require_safe
def listing_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same list as a file, with every field that the reader may see."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.EXPORT)
    wanted = wanted_of(form_of(request, access), access)
    targets = [t for t in TARGETS.values() if wanted.data_type in t.types and t.column]
    audit.record(
        district=access.district, actor=access.user.email, verb="people.exported",
        subject=wanted.data_type,
    )  # fmt: skip
    header = ("id", *(target.key for target in targets if access.sees(target.key)))
    return as_csv(f"{slug}-{wanted.data_type}", header, csv_rows(access, wanted, targets))


@login_required
@require_safe
def person(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One person: every field, the link to Clever, and every change with its run and rule."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    found = pages.everybody(access.district, access.schools).filter(pk=number)
    one = found.select_related("school").first()
    if one is None:
        raise Http404
    audit.record(
        district=access.district,
        actor=access.user.email,
        verb="person.seen",
        subject=f"person:{one.pk}",
    )
    reader, place = Reader(access.district, access.sees), HistoryForm(request.GET)
    reader.know_schools()
    begin = Place(**place.cleaned_data) if place.is_valid() else NEWEST
    context = {
        "access": access,
        "person": one,
        "row": row_of(one, reader),
        "groups": groups(one, reader),
        "history": history(one, reader, begin),
        "first": begin == NEWEST,
        "masked": not access.may(Ability.SEE_PERSONAL_DATA),
    }
    return render(request, "people/person.html", context)


@dataclass(frozen=True)
class Row:
    """A person in a list, masked where the reader may not see more."""

    person: Person
    name: str
    number: str
    email: str
    status: str
    tone: str


TONES = {1: "good", 2: "info", 3: "wait", 4: "wait", 5: "quiet", 6: "quiet"}


def row_of(person: Person, reader: Reader) -> Row:
    number = person.sis_id or person.student_number or person.teacher_number or person.staff_id
    return Row(
        person=person,
        name=reader.full_name(person.first_name, person.last_name),
        number=reader.text("sis_id", number),
        email=reader.text("email", person.email),
        status=STATUSES[person.status],
        tone=TONES[person.status],
    )


@dataclass(frozen=True)
class Fact:
    """One field of a person. `locked` says since when and why, "" where it is not locked."""

    label: str
    value: str
    locked: FieldLock | None


GROUPS = (
    ("Person", ("last_name", "first_name", "middle_name", "preferred_first_name", "birth_date",
                "sex", "home_language", "email", "address", "city", "state", "postal_code")),
    ("Identifiers", ("clever_id", "sis_id", "student_number", "teacher_number", "staff_id",
                     "state_id", "barcode", "community_id", "username")),
    ("School", ("site", "additional_sites", "status", "grade", "class_year", "weighted_gpa",
                "unweighted_gpa", "title", "department")),
)  # fmt: skip


def groups(person: Person, reader: Reader) -> list[tuple[str, list[Fact]]]:
    """Every field that belongs to the person's types, with its label, in three groups."""
    locks = {lock.field: lock for lock in FieldLock.objects.filter(person=person)}
    sites = list(PersonSite.objects.filter(person=person).values_list("school_id", flat=True))
    types = [DataType(role) for role in person.roles]
    return [
        (
            title,
            [
                Fact(
                    reader.label(key),
                    reader.text(key, value_of(person, key, sites)),
                    locks.get(key),
                )
                for key in keys
                if set(TARGETS[key].types) & set(types)
            ],
        )
        for title, keys in GROUPS
    ]


def value_of(person: Person, key: str, sites: list[int]) -> object:
    """The value of a field of the table; the site as the id of the local school."""
    return sites if key == "additional_sites" else getattr(person, TARGETS[key].column)


def form_of(request: HttpRequest, access: Access) -> PeopleForm:
    return PeopleForm(
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


def csv_rows(
    access: Access, wanted: pages.Wanted, targets: Sequence[Target]
) -> Iterator[Sequence[object]]:
    """One line per person; the site as its code, the status as its number."""
    shown = [target for target in targets if access.sees(target.key)]
    for person in of_one_moment(pages.people(access.district, wanted)):
        site = person.school.site_code if person.school else ""
        values = (site if t.key == "site" else getattr(person, t.column) for t in shown)
        yield (person.pk, *values)
