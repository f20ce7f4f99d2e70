"""Who is who, corrected by hand: a record unlinked from Clever, two records merged (C15).

Both are told to the engine as decisions of people, so that the next run does not link again what
somebody has just parted, and both can be taken back.
"""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.audit import record
from clever_sync.models import MirrorObject
from core.problems import ConsoleError
from core.vocabulary import Decision
from imports import joining
from imports.models import IdentityChange, MatchDecision
from schools.models import District, Person


@transaction.atomic
def unlink(*, district: District, person_id: int, revision: int, by: str) -> IdentityChange:
    """Parts a record from its Clever ID, and remembers the pair as Never.

    Raises ConsoleError as imports.joining.unlink does; nothing is written then.
    """
    change = joining.unlink(district=district, person_id=person_id, revision=revision, by=by)
    assert change.clever_id is not None
    _never(change, change.person, change.clever_id, by)
    record(
        district, by, "person.unlinked", f"person:{person_id}",
        clever_id=change.clever_id, change=change.pk,
    )  # fmt: skip
    return change


@transaction.atomic
def merge(
    *,
    district: District,
    survivor_id: int,
    other_id: int,
    chosen: Collection[str],
    revisions: Mapping[int, int],
    by: str,
) -> IdentityChange:
    """Makes two records one: `survivor_id` goes on, with the fields `chosen` from the other and
    with the link of whichever Clever still shares.

    Raises ConsoleError if Clever shares both as two people, or as imports.joining.merge does.
    """
    people = Person.objects.in_bulk([survivor_id, other_id])
    if len(people) != 2:
        raise ConsoleError(joining.GONE, code="not_here")
    clever_id = link_of(people[survivor_id], people[other_id])
    change = joining.merge(
        district=district, survivor_id=survivor_id, other_id=other_id, chosen=chosen,
        clever_id=clever_id, revisions=revisions, by=by,
    )  # fmt: skip
    if clever_id and _forget_never(district, clever_id, survivor_id):
        change.kept["never"] = [clever_id, survivor_id]
        change.save(update_fields=["kept"])
    record(
        district, by, "people.merged", f"person:{survivor_id}",
        other=other_id, change=change.pk, fields=sorted(chosen),
    )  # fmt: skip
    return change


@transaction.atomic
def take_back(*, district: District, change_id: int, by: str) -> joining.WayBack:
    """Takes an unlinking or a merge back: values that were not changed since are as before, and
    the pair is no longer ruled out. Raises ConsoleError with the reason if that cannot be.
    """
    change = IdentityChange.objects.filter(district=district, pk=change_id).first()
    if change is None:
        raise ConsoleError("There is nothing to be taken back.", code="no_change")
    way = joining.take_back(change=change, by=by)
    if change.kind == joining.UNLINK and change.clever_id:
        _forget_never(district, change.clever_id, change.person_id)
    if never := change.kept.get("never"):
        _never(change, Person.objects.get(pk=never[1]), never[0], by)
    record(
        district, by, f"{change.kind} taken back", f"person:{change.person_id}",
        change=change.pk, other=change.other_id or 0,
    )  # fmt: skip
    return way


def link_of(survivor: Person, other: Person) -> str | None:
    """The Clever ID that the merged record has. Raises ConsoleError where Clever shares both."""
    ids = [person.clever_id for person in (survivor, other) if person.clever_id]
    shared = shared_now(survivor.district, ids)
    if len(shared) == 2:
        raise ConsoleError(
            "Clever shares these two as two people, so they cannot be one record. If they are one "
            "person, correct it in your SIS first; then one of them is no longer shared.",
            code="both_shared",
        )
    return next((clever_id for clever_id in ids if clever_id in shared), next(iter(ids), None))


def shared_now(district_of: District, clever_ids: Collection[str]) -> set[str]:
    """Those of these Clever IDs whom Clever shares at present."""
    found = MirrorObject.objects.filter(
        connection__district=district_of, type="user", clever_id__in=list(clever_ids),
        gone_in=None, absent_in=None,
    )  # fmt: skip
    return set(found.values_list("clever_id", flat=True))


def parted() -> Exists:
    """Whether a person of a query must not have the former Clever ID again: somebody said so."""
    return Exists(
        MatchDecision.objects.filter(
            district=OuterRef("district"), person=OuterRef("pk"),
            clever_id=OuterRef("former_clever_id"), decision=Decision.NEVER,
        )
    )  # fmt: skip


def _never(change: IdentityChange, person: Person, clever_id: str, by: str) -> None:
    _forget_pair(change.district, clever_id, person.pk)
    MatchDecision.objects.create(
        district=change.district, clever_id=clever_id, person=person, decision=Decision.NEVER,
        decided_by=by, person_revision=person.revision, staged=False,
    )  # fmt: skip


def _forget_never(district: District, clever_id: str, person_id: int) -> bool:
    pair = MatchDecision.objects.filter(
        district=district, clever_id=clever_id, person=person_id, decision=Decision.NEVER
    )
    return pair.delete()[0] > 0


def _forget_pair(district: District, clever_id: str, person_id: int) -> None:
    MatchDecision.objects.filter(district=district, clever_id=clever_id, person=person_id).delete()
