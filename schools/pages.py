"""Reading people for pages: filtered, sorted, a page at a time at a cost that does not grow.

A page begins behind a person (keyset), never at a row number. The district comes first.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from core.text import clean, key
from core.vocabulary import KIND_OF_TYPE, DataType
from schools.models import FIRST_NAME, LAST_NAME, District, Person, PersonSite

PAGE = 50
KEYS = (
    *("sis_id", "student_number", "teacher_number", "staff_id", "email", "barcode"),
    *("community_id", "username"),
)
# So many people with one identifier are shown; more are a mistake of the roster.
SAME_KEY = 1000
# Names stand in the order of the index person_by_name, whose expressions these are.
NAMES = {"by_last": LAST_NAME, "by_first": FIRST_NAME}
SORTS: dict[str, tuple[str, ...]] = {
    "name": ("by_last", "by_first", "pk"),
    "-name": ("-by_last", "-by_first", "-pk"),
    "newest": ("-pk",),
}
WORDS = 4


@dataclass(frozen=True)
class Wanted:
    """What a list of people is asked for; "" and None ask for all.

    A list of one data type is the quick one: its index sorts by name.

    `within` are the schools that a Librarian may see, None for all.
    """

    data_type: str = DataType.STUDENT
    q: str = ""
    school: int | None = None
    status: int | None = None
    sort: str = "name"
    within: frozenset[int] | None = None


class Place(NamedTuple):
    """Where a person stands in the order of names."""

    pk: int
    by_last: str
    by_first: str | None


def people(district: District, wanted: Wanted) -> QuerySet[Person]:
    """The district's living records that are asked for, in their order."""
    return in_order(district, wanted).filter(reduce(or_, ways(district, wanted)))


def in_order(district: District, wanted: Wanted) -> QuerySet[Person]:
    """As `people`, wherever they are and whatever their names."""
    found = everybody(district, None)
    if wanted.data_type:
        found = found.filter(kind=KIND_OF_TYPE[DataType(wanted.data_type)])
    if wanted.data_type not in ("", DataType.STUDENT):
        found = found.filter(roles__contains=[wanted.data_type])
    if wanted.status:
        found = found.filter(status=wanted.status)
    return found.select_related("school").order_by(*SORTS[wanted.sort])


def ways(district: District, wanted: Wanted) -> list[Q]:
    """The schools and names asked for, as conditions that one index answers; any of them will do.

    PostgreSQL answers "this or that" by reading everybody, but each of them alone at once.
    """
    names = ways_to_name(everybody(district, wanted.within), wanted.q)
    return [place & name for place in ways_to_school(wanted) for name in names]


def ways_to_school(wanted: Wanted) -> list[Q]:
    """At the school that is asked for, among those that may be seen."""
    schools = None if wanted.school is None else frozenset([wanted.school])
    if wanted.within is not None:
        schools = wanted.within if schools is None else schools & wanted.within
    if schools is None:
        return [Q()]
    return [Q(school__in=schools), Q(pk__in=further(schools).values("person"))]


def everybody(district: District, within: Collection[int] | None) -> QuerySet[Person]:
    """The living records that somebody may see; `within` None means every school."""
    found = Person.objects.filter(district=district, archived_at__isnull=True).alias(**NAMES)
    return found if within is None else found.filter(at_schools(within))


def at_schools(schools: Collection[int]) -> Q:
    """People whose school, or one of whose further schools, is among these."""
    return Q(school__in=schools) | Q(Exists(further(schools).filter(person=OuterRef("pk"))))


def further(schools: Collection[int]) -> QuerySet[PersonSite]:
    """Who has one of these beside the own school."""
    return PersonSite.objects.filter(school__in=schools)


def ways_to_name(found: QuerySet[Person], text: str) -> list[Q]:
    """Whom a text may mean: those with exactly this identifier; if there are none, names.

    No text means everybody.
    """
    text = clean(text)
    if not text:
        return [Q()]
    lowered = {f"lower_{name}": Lower(name) for name in KEYS}
    same = Q(clever_id=text.lower())
    for name in lowered:
        same |= Q(**{name: key(text)})
    # Asked for without an order, or PostgreSQL walks the whole index of names in search of them.
    keys = found.alias(**lowered).filter(same).order_by()
    numbers = list(keys.values_list("pk", flat=True)[:SAME_KEY])
    return [Q(pk__in=numbers)] if numbers else ways_to_begin(text.lower())


def ways_to_begin(text: str) -> list[Q]:
    """Names as people type them: "garza", "ada", "ada garza", "garza ada", "garza, ada"."""
    if "," in text:
        last, _, first = text.partition(",")
        return [begins(last.split(), first.split())]
    words = text.split()[:WORDS]
    ways = [begins(words, []), begins([], words)]
    for n in range(1, len(words)):
        ways += [begins(words[n:], words[:n]), begins(words[:n], words[n:])]
    return ways


def begins(last: list[str], first: list[str]) -> Q:
    """Last and first name begin with these words; no words, and any name will do."""
    wanted = Q(by_last__startswith=" ".join(last)) if last else Q()
    return wanted & Q(by_first__startswith=" ".join(first)) if first else wanted


def behind(district: District, wanted: Wanted, number: int | None) -> list[Person]:
    """A page of people behind the person of this number, and one more. No such person: the first.

    Only a number stands in the address of a page, never a name. Whoever may not see that person
    must not learn from the page where the name stands in the alphabet.
    """
    found, conditions = in_order(district, wanted), ways(district, wanted)
    last = place_of(everybody(district, wanted.within), number) if number else None
    if last is not None:
        found = found.filter(BEHIND[wanted.sort](last))
    first, *others = (found.filter(way) for way in conditions)
    if others:
        # One page of each way; the first of them all are among these.
        keys = [one.values_list("pk")[: PAGE + 1] for one in (first, *others)]
        first = found.filter(pk__in={pk for (pk,) in keys[0].union(*keys[1:])})
    return list(first[: PAGE + 1])


def place_of(found: QuerySet[Person], number: int) -> Place | None:
    """The place of the person of this number; None where there is no such person."""
    keys = found.filter(pk=number).annotate(**NAMES).values_list(*Place._fields)
    return next((Place(*key) for key in keys), None)


def behind_name(last: Place) -> Q:
    """Later by name. A missing first name stands last, as PostgreSQL sorts it."""
    if last.by_first is None:
        later = Q(by_first__isnull=True, pk__gt=last.pk)
    else:
        same_first = Q(by_first=last.by_first, pk__gt=last.pk)
        later = Q(by_first__gt=last.by_first) | Q(by_first__isnull=True) | same_first
    # The first condition lets the index begin at the right place.
    return Q(by_last__gte=last.by_last) & (
        Q(by_last__gt=last.by_last) | (Q(by_last=last.by_last) & later)
    )


def before_name(last: Place) -> Q:
    """Earlier by name: the mirror of `behind_name`."""
    if last.by_first is None:
        earlier = Q(by_first__isnull=False) | Q(by_first__isnull=True, pk__lt=last.pk)
    else:
        same_first = Q(by_first=last.by_first, pk__lt=last.pk)
        earlier = Q(by_first__lt=last.by_first) | same_first
    return Q(by_last__lte=last.by_last) & (
        Q(by_last__lt=last.by_last) | (Q(by_last=last.by_last) & earlier)
    )


BEHIND: dict[str, Callable[[Place], Q]] = {
    "name": behind_name,
    "-name": before_name,
    "newest": lambda last: Q(pk__lt=last.pk),
}
