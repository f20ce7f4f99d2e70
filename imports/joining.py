"""Two records that are one person become one, a record is parted from its Clever ID; and each of
it can be taken back (C15). Nothing is deleted: the other record is archived and names the one
that goes on.

What a record is, is worked out here as plain values and written through schools.writer.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from core.problems import ConsoleError
from imports.models import IdentityChange
from schools import writer
from schools.models import District, ExternalIdentity, Person, Protection
from schools.targets import TARGETS

UNLINK, MERGE, TAKE_BACK = "unlink", "merge", "take back"
SITES = "sites"
BESIDE = (
    "roles", "status_before", "former_clever_id", "legacy_id", "protected", "extra", "archived_at",
    "merged_into_id",
)  # fmt: skip
COLUMNS = (*dict.fromkeys(t.column for t in TARGETS.values() if t.column), *BESIDE)
# What somebody chooses between two records: every field but the link and the further schools.
CHOOSABLE = tuple(t.key for t in TARGETS.values() if t.column and t.key != "clever_id")
SILENT = ("former_clever_id", "status_before", "extra", "legacy_id", "protected")
TOLD = {"school_id": "site", SITES: "additional_sites", "merged_into_id": "merged_into"}
State = dict[str, Any]
GONE = "One of these records is no longer here; look for it in the list again."


@dataclass(frozen=True)
class WayBack:
    """What taking a change back would write; `stays` are the columns that were changed since.

    `refused` says in a sentence why it cannot be taken back; "" if it can.
    """

    columns: Mapping[int, State]
    stays: Mapping[int, list[str]] = field(default_factory=dict)
    refused: str = ""


def state_of(person: Person) -> State:
    """A record as plain values: its columns, and the ids of its further schools."""
    state = {name: _plain(getattr(person, name)) for name in COLUMNS}
    state[SITES] = sorted(person.sites.values_list("school_id", flat=True))
    return state


def merged(survivor: State, other: State, chosen: Collection[str], clever_id: str | None) -> State:
    """The record that goes on: its own values, but those of `chosen` (keys of fields.md) from the
    other. It has the roles, further schools and extra values of both, and this Clever ID.
    """
    after = dict(survivor)
    for name in chosen:
        column = TARGETS[name].column
        after[column] = other[column]
    if "status" in chosen:
        after["status_before"] = other["status_before"]
    after["roles"] = sorted({*survivor["roles"], *other["roles"]})
    after["extra"] = {**other["extra"], **survivor["extra"]}
    after["protected"] = survivor["protected"] or other["protected"]
    after["legacy_id"] = survivor["legacy_id"] or other["legacy_id"]
    after[SITES] = sorted({*survivor[SITES], *other[SITES]} - {after["school_id"]})
    if clever_id != survivor["clever_id"]:
        after["former_clever_id"] = survivor["clever_id"] or survivor["former_clever_id"]
        after["clever_id"] = clever_id
    return after


@transaction.atomic
def unlink(*, district: District, person_id: int, revision: int, by: str) -> IdentityChange:
    """Parts a record from its Clever ID, which is kept as the former one. Values stay.

    Raises ConsoleError if it is not linked, not here, or not as it was shown (`revision`).
    """
    person = _locked(district, {person_id: revision})[person_id]
    if not person.clever_id:
        raise ConsoleError("This record is not linked to Clever.", code="not_linked")
    before = state_of(person)
    after = {**before, "clever_id": None, "former_clever_id": person.clever_id}
    return _write(district, UNLINK, [(person, before, after)], person.clever_id, by)


@transaction.atomic
def merge(
    *,
    district: District,
    survivor_id: int,
    other_id: int,
    chosen: Collection[str],
    clever_id: str | None,
    revisions: Mapping[int, int],
    by: str,
) -> IdentityChange:
    """Makes two records one: `survivor_id` goes on with this Clever ID, the other is archived.

    Raises ConsoleError if they are one record, not of one kind, not here, or not as shown.
    """
    if survivor_id == other_id:
        raise ConsoleError("This is the same record; choose another one.", code="same_record")
    people = _locked(district, revisions)
    survivor, other = people[survivor_id], people[other_id]
    if survivor.kind != other.kind:
        raise ConsoleError("A student and an employee never share one record.", code="other_kind")
    before, theirs = state_of(survivor), state_of(other)
    after = merged(before, theirs, chosen, clever_id)
    archived = {
        **theirs,
        "clever_id": None,
        "former_clever_id": theirs["clever_id"] or theirs["former_clever_id"],
        "archived_at": _plain(timezone.now()),
        "merged_into_id": survivor.pk,
    }
    written = [(survivor, before, after), (other, theirs, archived)]
    change = _write(district, MERGE, written, theirs["clever_id"], by)
    change.kept = {
        "identities": _hand_over(other, survivor),
        "protection": _hand_over_protection(other, survivor),
    }
    change.save(update_fields=["kept"])
    return change


def way_back(change: IdentityChange) -> WayBack:
    """What taking it back would write now. Of what was changed since, nothing."""
    people = {p.pk: p for p in _records(change)}
    if refused := _refusal(change, people.values()):
        return WayBack({}, {}, refused)
    columns: dict[int, State] = {}
    stays: dict[int, list[str]] = {}
    for pk, person in people.items():
        now, written = state_of(person), change.after[str(pk)]
        columns[pk] = {
            name: value for name, value in change.before[str(pk)].items()
            if now[name] == written[name]
        }  # fmt: skip
        stays[pk] = [name for name in written if name not in columns[pk]]
    _keep_links_single(change, columns)
    return WayBack(columns, stays)


@transaction.atomic
def take_back(*, change: IdentityChange, by: str) -> WayBack:
    """Makes the records what they were, but for what was changed since; returns what was done.

    Raises ConsoleError with the reason if that cannot be.
    """
    change = IdentityChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    people = {
        p.pk: p for p in Person.objects.select_for_update(no_key=True)
        .filter(pk__in=[int(pk) for pk in change.before]).order_by("pk")
    }  # fmt: skip
    way = way_back(change)
    if way.refused:
        raise ConsoleError(way.refused, code="cannot_take_back")
    for pk, columns in way.columns.items():
        _rewrite(people[pk], state_of(people[pk]), columns, TAKE_BACK, by)
    writer.check_links()
    identities = ExternalIdentity.objects.filter(pk__in=change.kept.get("identities", []))
    identities.update(person=change.other)
    Protection.objects.filter(pk__in=change.kept.get("protection", [])).update(person=change.other)
    IdentityChange.objects.filter(pk=change.pk).update(
        taken_back_by=by, taken_back_at=timezone.now()
    )
    return way


def not_taken_back(person: Person) -> list[IdentityChange]:
    """What was done to this record that can still be taken back, newest first."""
    found = IdentityChange.objects.filter(person=person, taken_back_at=None)
    return list(found.select_related("other").order_by("-pk"))


def joined_or_unlinked() -> Exists:
    """Whether anything was done to a person of a query that can still be taken back."""
    return Exists(IdentityChange.objects.filter(person=OuterRef("pk"), taken_back_at=None))


def _locked(district: District, revisions: Mapping[int, int]) -> dict[int, Person]:
    people = Person.objects.select_for_update(no_key=True).filter(
        district=district, pk__in=list(revisions), archived_at=None
    )
    found = {person.pk: person for person in people.order_by("pk")}
    if len(found) != len(revisions):
        raise ConsoleError(GONE, code="not_here")
    if any(found[pk].revision != revision for pk, revision in revisions.items()):
        raise ConsoleError(
            "The record was changed since it was shown. Nothing was done; look once more.",
            code="overtaken",
        )
    return found


def _write(
    district: District,
    kind: str,
    written: list[tuple[Person, State, State]],
    clever_id: str | None,
    by: str,
) -> IdentityChange:
    before: dict[str, State] = {}
    after: dict[str, State] = {}
    for person, was, becomes in written:
        changed = [name for name in was if was[name] != becomes[name]]
        before[str(person.pk)] = {name: was[name] for name in changed}
        after[str(person.pk)] = {name: becomes[name] for name in changed}
        _rewrite(person, was, after[str(person.pk)], kind, by)
    return IdentityChange.objects.create(
        district=district, kind=kind, person=written[0][0], clever_id=clever_id, done_by=by,
        other=written[1][0] if len(written) > 1 else None, before=before, after=after,
    )  # fmt: skip


def _rewrite(person: Person, was: State, columns: State, cause: str, by: str) -> None:
    names = told(was, columns)
    writer.rewrite(
        person=person,
        columns={name: value for name, value in columns.items() if name != SITES},
        sites=columns.get(SITES),
        cause=cause,
        by=by,
        told=(in_fields(was, names), in_fields(columns, names)),
    )


def told(was: State, becomes: State) -> list[str]:
    """The columns that change and that people are told of."""
    return [name for name in becomes if name not in SILENT and was[name] != becomes[name]]


def in_fields(state: State, names: Iterable[str]) -> State:
    """The columns `names` by the keys of fields.md, as the history of a person has them."""
    fields = {TOLD.get(name, name): state[name] for name in names}
    if "archived_at" in fields:
        deleted = fields.pop("archived_at")
        fields["deleted"] = deleted[:10] if deleted else None
    return fields


def _hand_over(other: Person, survivor: Person) -> list[int]:
    """The identifiers of other systems that only the other record has go along."""
    mine = ExternalIdentity.objects.filter(person=survivor).values("system")
    moved = ExternalIdentity.objects.filter(person=other).exclude(system__in=mine)
    found = list(moved.values_list("pk", flat=True))
    ExternalIdentity.objects.filter(pk__in=found).update(person=survivor)
    return found


def _hand_over_protection(other: Person, survivor: Person) -> list[int]:
    """Why the other one is protected goes along, unless there is a reason here already."""
    moved = Protection.objects.filter(person=other)
    if Protection.objects.filter(person=survivor).exists():
        moved = moved.none()
    found = list(moved.values_list("pk", flat=True))
    Protection.objects.filter(pk__in=found).update(person=survivor)
    return found


def _records(change: IdentityChange) -> list[Person]:
    return list(Person.objects.filter(pk__in=[int(pk) for pk in change.before]).order_by("pk"))


def _refusal(change: IdentityChange, people: Collection[Person]) -> str:
    if change.taken_back_at is not None:
        return f"{change.taken_back_by} has taken this back already."
    pks = [person.pk for person in people]
    later = IdentityChange.objects.filter(district=change.district_id, pk__gt=change.pk)
    later = later.filter(taken_back_at=None)
    if later.filter(person__in=pks).exists() or later.filter(other__in=pks).exists():
        return "One of these records was merged or unlinked again since. Take that back first."
    main = next(person for person in people if person.pk == change.person_id)
    if main.archived_at is not None:
        return "The record was deleted since. Restore it under Deleted people first."
    if change.kind == UNLINK:
        return _cannot_be_linked(change, main)
    return ""


def _cannot_be_linked(change: IdentityChange, person: Person) -> str:
    if person.clever_id is not None:
        return "The record is linked to Clever again already."
    owner = Person.objects.filter(district=change.district_id, clever_id=change.clever_id).first()
    if owner is None:
        return ""
    return (
        f"That person of Clever is record {owner.pk} ({owner}) by now. If both are one person, "
        "merge the two records."
    )


def _keep_links_single(change: IdentityChange, columns: Mapping[int, State]) -> None:
    """A Clever ID that somebody else has by now stays there; here it is the former one."""
    for pk, mine in columns.items():
        wanted = mine.get("clever_id")
        if not wanted:
            continue
        free = [pk, *(other for other, theirs in columns.items() if "clever_id" in theirs)]
        linked = Person.objects.filter(district=change.district_id, clever_id=wanted)
        if linked.exclude(pk__in=free).exists():
            mine["clever_id"], mine["former_clever_id"] = None, wanted


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
