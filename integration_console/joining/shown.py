"""What unlinking, merging and taking back would change, in words and figures, before it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.access import Access
from core.problems import ConsoleError
from core.vocabulary import AlertState, Policy
from imports import identity, joining
from imports.changes import Reader, Value
from imports.models import AlertCandidate, IdentityChange
from imports.ownership import policies
from integration_console.joining.forms import MergeForm
from schools.models import District, FieldLock, Person
from schools.targets import TARGETS


@dataclass(frozen=True)
class Line:
    """A field in which two records differ: both values, and whose is chosen. `clever`: the next
    sync sets it to what Clever says."""

    key: str
    label: str
    mine: str
    theirs: str
    chosen: int
    clever: bool


@dataclass(frozen=True)
class Merge:
    """What a merge would do. `survivor` goes on, `gone` is archived."""

    survivor: Person
    gone: Person
    lines: list[Line]
    taken: list[str]
    changes: list[Value]
    clever_id: str | None
    refused: str
    locks: int
    alerts: int

    @property
    def set_back(self) -> int:
        """How many of the fields Clever decides about."""
        return sum(line.clever for line in self.lines)


def differing(mine: joining.State, theirs: joining.State) -> list[str]:
    """The fields, by their keys, in which two records are not the same."""
    columns = {key: TARGETS[key].column for key in joining.CHOOSABLE}
    return [key for key, column in columns.items() if mine[column] != theirs[column]]


def first_choice(district: District, one: Person, other: Person) -> Person:
    """Which record goes on unless somebody chooses: the one that Clever shares, else the older."""
    ids = [person.clever_id for person in (one, other) if person.clever_id]
    shared = identity.shared_now(district, ids)
    linked = [person for person in (one, other) if person.clever_id in shared]
    return linked[0] if len(linked) == 1 else min(one, other, key=lambda person: person.pk)


def merge_of(access: Access, one: Person, other: Person, form: MergeForm) -> Merge:
    """The merge as chosen on a valid form; `one` stands at the left."""
    reader = Reader(access.district, access.sees)
    return merge_as(reader, one, other, form.cleaned_data["keep"], form.chosen)


def merge_as(
    reader: Reader,
    one: Person,
    other: Person,
    kept: int | None,
    choose: Callable[[str], int | None],
) -> Merge:
    """The merge into the record `kept`; `choose` says whose value a field has, if it matters."""
    keep = kept or first_choice(reader.district, one, other).pk
    survivor, gone = (one, other) if keep == one.pk else (other, one)
    before, theirs = joining.state_of(survivor), joining.state_of(gone)
    keys = differing(before, theirs)
    chosen = {key: choose(key) or usual(key, before, survivor, gone) for key in keys}
    taken = [key for key, pk in chosen.items() if pk == gone.pk]
    try:
        clever_id, refused = identity.link_of(survivor, gone), ""
    except ConsoleError as refusal:
        clever_id, refused = survivor.clever_id, refusal.sentence
    after = joining.merged(before, theirs, taken, clever_id)
    reader.know_schools()
    decided = set(policies(reader.district, after["roles"])) if clever_id else set()
    states = {survivor.pk: before, gone.pk: theirs}
    waiting = (AlertState.OPEN, AlertState.STAGED)
    return Merge(
        survivor=survivor,
        gone=gone,
        lines=[
            Line(
                key, reader.label(key), reader.text(key, states[one.pk][TARGETS[key].column]),
                reader.text(key, states[other.pk][TARGETS[key].column]), chosen[key],
                key in decided,
            )
            for key in keys
        ],
        taken=taken,
        changes=differences(reader, before, after),
        clever_id=clever_id,
        refused=refused,
        locks=FieldLock.objects.filter(person=gone).count(),
        alerts=AlertCandidate.objects.filter(person=gone, alert__state__in=waiting).count(),
    )  # fmt: skip


def usual(key: str, before: joining.State, survivor: Person, gone: Person) -> int:
    """Whose value a field has unless somebody chooses: the one that is not blank."""
    blank = before[TARGETS[key].column] is None
    return gone.pk if blank else survivor.pk


def differences(reader: Reader, before: joining.State, after: joining.State) -> list[Value]:
    """What changes of a record, in words."""
    told = joining.told(before, after)
    return list(reader.differences(joining.in_fields(before, told), joining.in_fields(after, told)))


def clever_decides(district: District, person: Person) -> int:
    """How many fields of a record with a value Clever decides about now."""
    found: Mapping[str, Any] = policies(district, person.roles)
    return sum(
        policy == Policy.CLEVER_DECIDES
        and bool(TARGETS[key].column)
        and getattr(person, TARGETS[key].column) is not None
        for key, policy in found.items()
    )


@dataclass(frozen=True)
class Back:
    """What taking something back would write to one record, and what stays since it was changed.

    `returns`: it is archived, and comes back with all that it had.
    """

    person: Person
    name: str
    values: list[Value]
    stays: list[str]
    returns: bool


def back_of(access: Access, change: IdentityChange, way: joining.WayBack) -> list[Back]:
    """The records of a change as they would be again."""
    reader = Reader(access.district, access.sees)
    reader.know_schools()
    people = Person.objects.in_bulk(list(way.columns))
    found = []
    for pk, columns in way.columns.items():
        person = people[pk]
        now = joining.state_of(person)
        stays = [name for name in way.stays[pk] if name not in joining.SILENT]
        found.append(
            Back(
                person=person,
                name=reader.full_name(person.first_name, person.last_name),
                values=[
                    value
                    for value in differences(reader, now, {**now, **columns})
                    if value.key not in ("deleted", "merged_into")
                ],
                stays=[reader.label(joining.TOLD.get(name, name)) for name in stays],
                returns="archived_at" in columns,
            )
        )
    return sorted(found, key=lambda one: one.person.pk != change.person_id)
