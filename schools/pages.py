"""Reading people for pages: filtered, sorted, a page at a time at a cost that does not grow.

A page begins behind a person (keyset), never at a row number. The district comes first.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from core.text import clean, key
from core.vocabulary import KIND_OF_TYPE, DataType
from schools.models import District, Person, PersonSite

PAGE = 50
KEYS = (
    *("sis_id", "student_number", "teacher_number", "staff_id", "email", "barcode"),
    *("community_id", "username"),
)
# So many people with one identifier are shown; more are a mistake of the roster.
SAME_KEY = 1000
SORTS: dict[str, tuple[str, ...]] = {
    "name": ("last_name", "first_name", "pk"),
    "-name": ("-last_name", "-first_name", "-pk"),
    "newest": ("-pk",),
}


@dataclass(frozen=True)
class Wanted:
    """What a list of people is asked for; "" and None ask for all.

    `within` are the schools that a Librarian may see, None for all.
    """

    data_type: str = DataType.STUDENT
    q: str = ""
    school: int | None = None
    status: int | None = None
    sort: str = "name"
    within: frozenset[int] | None = None


def people(district: District, wanted: Wanted) -> QuerySet[Person]:
    """The district's living records that are asked for, in their order."""
    found = everybody(district, wanted.within).filter(kind=KIND_OF_TYPE[DataType(wanted.data_type)])
    if wanted.data_type != DataType.STUDENT:
        found = found.filter(roles__contains=[wanted.data_type])
    if wanted.school:
        found = found.filter(at_schools([wanted.school]))
    if wanted.status:
        found = found.filter(status=wanted.status)
    if wanted.q:
        found = named(found, wanted.q)
    return found.select_related("school").order_by(*SORTS[wanted.sort])


def everybody(district: District, within: Collection[int] | None) -> QuerySet[Person]:
    """The living records that somebody may see; `within` None means every school."""
    found = Person.objects.filter(district=district, archived_at__isnull=True)
    return found if within is None else found.filter(at_schools(within))


def at_schools(schools: Collection[int]) -> Q:
    """People whose school, or one of whose further schools, is among these."""
    further = PersonSite.objects.filter(person=OuterRef("pk"), school__in=schools)
    return Q(school__in=schools) | Q(Exists(further))


def named(found: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Those with exactly this identifier; if there are none, those whose name begins so.

    Identifiers have indexes, names have none: so the one is not slowed down by the other.
    """
    text = clean(text)
    lowered = {f"lower_{name}": Lower(name) for name in KEYS}
    same = Q(clever_id=text.lower())
    for name in lowered:
        same |= Q(**{name: key(text)})
    # Asked for without an order, or PostgreSQL walks the whole index of names in search of them.
    numbers = list(found.alias(**lowered).filter(same).values_list("pk", flat=True)[:SAME_KEY])
    if numbers:
        return found.filter(pk__in=numbers)
    for word in text.replace(",", " ").split()[:4]:
        found = found.filter(Q(last_name__istartswith=word) | Q(first_name__istartswith=word))
    return found


def behind(district: District, wanted: Wanted, number: int | None) -> list[Person]:
    """A page of people behind the person of this number, and one more. No such person: the first.

    Only a number stands in the address of a page, never a name. Whoever may not see that person
    must not learn from the page where the name stands in the alphabet.
    """
    found = people(district, wanted)
    last = everybody(district, wanted.within).filter(pk=number).first() if number else None
    if last is not None:
        found = found.filter(BEHIND[wanted.sort](last))
    return list(found[: PAGE + 1])


def behind_name(last: Person) -> Q:
    """Later by name. A missing first name stands last, as PostgreSQL sorts it."""
    same_first = Q(first_name=last.first_name, pk__gt=last.pk)
    later = Q(first_name__gt=last.first_name) | Q(first_name__isnull=True) | same_first
    if last.first_name is None:
        later = Q(first_name__isnull=True, pk__gt=last.pk)
    # The first condition lets the index begin at the right place.
    return Q(last_name__gte=last.last_name) & (
        Q(last_name__gt=last.last_name) | (Q(last_name=last.last_name) & later)
    )


def before_name(last: Person) -> Q:
    """Earlier by name: the mirror of `behind_name`."""
    if last.first_name is None:
        earlier = Q(first_name__isnull=False) | Q(first_name__isnull=True, pk__lt=last.pk)
    else:
        same_first = Q(first_name=last.first_name, pk__lt=last.pk)
        earlier = Q(first_name__lt=last.first_name) | same_first
    return Q(last_name__lte=last.last_name) & (
        Q(last_name__lt=last.last_name) | (Q(last_name=last.last_name) & earlier)
    )


BEHIND: dict[str, Callable[[Person], Q]] = {
    "name": behind_name,
    "-name": before_name,
    "newest": lambda last: Q(pk__lt=last.pk),
}
