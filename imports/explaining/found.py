"""Whom a text means: a Clever ID, a link to Clever, an ID, an e-mail address or a name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db import connection as database
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from clever_sync.models import MirrorObject
from core.text import clean, key
from schools import pages
from schools.models import District, Person

MOST = 20
_LINK = re.compile(r"(?i)^https?://([a-z0-9-]+\.)*clever\.com/\S*?([0-9a-f]{24})(?![0-9a-f])")
_ID = re.compile(r"(?i)^[0-9a-f]{24}$")
# An identifier or an address that nobody has; so what is most often typed wrong reads nobody.
_NO_NAME = re.compile(r"[\d@]")
# No index knows the people of Clever by name, for it would cost every reading of Clever more than
# it is worth (docs/speed.md). So all are read, but each name is taken out of its document once,
# whatever the number of patterns. The CTE lets PostgreSQL use all cores, instead of walking an
# index in the order of the Clever IDs in the hope of meeting enough people early.
_NAMED = """
    WITH named AS MATERIALIZED (
        SELECT m.id, m.clever_id FROM clever_sync_mirrorobject m
        WHERE m.connection_id IN
                (SELECT id FROM clever_sync_connection WHERE district_id = %(district)s)
            AND m.type = 'user'
            AND upper(coalesce(m.payload->>'name.last', '') || E'\\n'
                || coalesce(m.payload->>'name.first', '')) LIKE ANY
                (ARRAY(SELECT upper(pattern) FROM unnest(%(patterns)s::text[]) AS pattern))
    )
    SELECT id FROM named ORDER BY clever_id LIMIT %(most)s
"""
KEYS = ("key_sis_id", "key_number", "key_staff_id", "key_state_id", "key_email")
PLACES = (
    "the records here, by Clever ID, SIS ID, numbers, barcode, e-mail and name",
    "the people of Clever as they were read last, by the same",
    "deleted records, by the Clever ID that they had",
)


@dataclass(frozen=True)
class Hit:
    """One person: the record here, the person of Clever, or both."""

    person: Person | None
    mirror: MirrorObject | None

    @property
    def clever_id(self) -> str:
        """The Clever ID, "" for a record that has none."""
        if self.mirror is not None:
            return self.mirror.clever_id
        return (self.person.clever_id or "") if self.person else ""

    @property
    def subject(self) -> str:
        """What the audit calls this person."""
        return f"person:{self.person.pk}" if self.person else f"clever:{self.clever_id}"


@dataclass(frozen=True)
class Found:
    """The hits of a text, the first `MOST`; `more` says that there are others."""

    text: str
    hits: list[Hit] = field(default_factory=list)
    more: bool = False


def meant(text: str) -> str:
    """What is looked for: the id of a link to Clever, else the text itself, cleaned."""
    text = clean(text)
    link = _LINK.match(text)
    return link.group(2).lower() if link else text


def find(district: District, text: str) -> Found:
    """Everybody whom the text may mean, in a number of queries that does not grow."""
    wanted = meant(text)
    if not wanted:
        return Found("")
    people = _people(district, wanted)
    mirror = _by_key(district, wanted)
    if not people and not mirror:
        mirror = _by_name(district, wanted)
    hits = _together(district, people, mirror)
    return Found(wanted, hits[:MOST], len(hits) > MOST)


def one(district: District, *, person: int | None = None, clever_id: str = "") -> Hit | None:
    """The person with this number, or this Clever ID; None if there is none."""
    if person is not None:
        people = list(Person.objects.filter(district=district, pk=person))
        hits = _together(district, people, [])
    else:
        wanted = clever_id.lower()
        hits = _together(district, _linked(district, [wanted]), _mirror(district, [wanted]))
    return hits[0] if hits else None


def _people(district: District, text: str) -> list[Person]:
    everybody = pages.everybody(district, None)
    first, *others = (
        everybody.filter(way).order_by().values_list("pk")[: MOST + 1]
        for way in pages.ways_to_name(everybody, text)
    )
    numbers = {pk for (pk,) in (first.union(*others) if others else first)}
    deleted = Q(archived_at__isnull=False, former_clever_id=text.lower())
    state = Q(lower_state=key(text), archived_at__isnull=True)
    found = Person.objects.filter(district=district).annotate(lower_state=Lower("state_id"))
    wanted = Q(pk__in=numbers) | (deleted if _ID.match(text) else Q(pk__in=()))
    if not numbers:
        wanted |= state
    return list(found.filter(wanted).order_by("last_name", "first_name", "pk")[: MOST + 1])


def _by_key(district: District, text: str) -> list[MirrorObject]:
    ways = [Q(**{name: key(text)}) for name in KEYS]
    people = _everybody(district)
    found = people.filter(reduce(or_, [Q(clever_id=text.lower()), *ways]))
    return list(found.order_by("clever_id")[: MOST + 1])


def _by_name(district: District, text: str) -> list[MirrorObject]:
    """People of Clever who have no record here yet; nobody by what can be no name."""
    if _NO_NAME.search(text):
        return []
    last, comma, first = text.partition(",")
    words = text.split()
    pairs = [(last.strip(), first.strip())] if comma else [(text, ""), ("", text)]
    if not comma and len(words) > 1:
        pairs += [(words[-1], " ".join(words[:-1])), (words[0], " ".join(words[1:]))]
    with database.cursor() as cursor:
        patterns = [_begins(*pair) for pair in pairs]
        cursor.execute(_NAMED, {"district": district.pk, "patterns": patterns, "most": MOST + 1})
        found = [pk for (pk,) in cursor.fetchall()]
    return list(_everybody(district).filter(pk__in=found).order_by("clever_id")) if found else []


def _begins(last: str, first: str) -> str:
    """The pattern of a last and a first name that begin so, as _NAMED has them in one text."""
    last, first = (re.sub(r"([\\%_])", r"\\\1", name) for name in (last, first))
    return f"{last}%\n{first}%" if first else f"{last}%"


def _everybody(district: District) -> QuerySet[MirrorObject]:
    return MirrorObject.objects.filter(connection__district=district, type="user").select_related(
        "gone_in", "absent_in", "changed_in"
    )


def _mirror(district: District, ids: Iterable[str]) -> list[MirrorObject]:
    return list(_everybody(district).filter(clever_id__in=list(ids)).order_by("clever_id"))


def _linked(district: District, ids: Iterable[str]) -> list[Person]:
    wanted = list(ids)
    here = Q(clever_id__in=wanted)
    deleted = Q(former_clever_id__in=wanted, archived_at__isnull=False)
    return list(Person.objects.filter(here | deleted, district=district).order_by("pk"))


def _together(district: District, people: list[Person], mirror: list[MirrorObject]) -> list[Hit]:
    """Each person once: records beside the people of Clever whom they are linked to."""
    seen = {one.clever_id: one for one in mirror}
    missing = {_id_of(one) for one in people} - seen.keys() - {""}
    seen |= {one.clever_id: one for one in _mirror(district, missing)} if missing else {}
    known = {_id_of(one) for one in people}
    linked = {_id_of(p): p for p in _linked(district, seen.keys() - known)}
    hits = [Hit(one, seen.get(_id_of(one))) for one in people]
    alone = sorted(seen.keys() - known)
    return hits + [Hit(linked.get(clever_id), seen[clever_id]) for clever_id in alone]


def _id_of(person: Person) -> str:
    """The Clever ID of a record; of a deleted one the one that it had."""
    return person.clever_id or (person.former_clever_id if person.archived_at else "") or ""
