"""Asking for the people of whom events told: Clever's present answer about each, by their id.

Who is not there any more is only noted as missing: whether somebody is gone is concluded as in a
full pull (clever_sync.absences).
"""

from collections.abc import Mapping, Sequence

from django.db import transaction

from clever_sync import mirror
from clever_sync.events import NotEnough
from clever_sync.fence import hold_fence
from clever_sync.findings import note_findings, note_once
from clever_sync.models import MirrorObject, Pull, PullAbsence, PullTouch
from clever_sync.reasons import UNUSABLE
from clever_sync.schema import unknown_names
from clever_sync.walks import Tour
from core.fault_points import fault_point

GROUP = 20


def ask(tour: Tour) -> bool:
    """Asks for everybody not asked for so far; False when the deadline came first.

    Raises NotEnough for a record that cannot be used.
    """
    waiting = PullTouch.objects.filter(pull=tour.pull, asked=False).order_by("clever_id")
    while group := list(waiting.values_list("clever_id", flat=True)[:GROUP]):
        answers = {clever_id: tour.client.user(clever_id) for clever_id in group}
        with transaction.atomic():
            hold_fence(tour.pull, tour.new_requests())
            _take(tour, answers)
            PullTouch.objects.filter(pull=tour.pull, clever_id__in=group).update(asked=True)
        fault_point("events.people_asked")
        if tour.deadline():
            break
    return not waiting.exists()


def _take(tour: Tour, answers: Mapping[str, bytes | None]) -> None:
    pull = tour.pull
    raws = {
        clever_id: raw
        for clever_id, raw in answers.items()
        if raw is not None and tour.gate.lets_in(clever_id)
    }
    records = {clever_id: tour.reader.read(raw, clever_id) for clever_id, raw in raws.items()}
    if any(record.broken for record in records.values()):
        # Where such a record stands, only the lists can tell.
        raise NotEnough(UNUSABLE)
    ours = set(pull.roles)
    there = {each: record for each, record in records.items() if ours & set(record.roles)}
    if there:
        span = mirror.Span(pull.connection_id, mirror.USER, "", "", None, pull.pk)
        mirror.take_answers(span, there, raws, tour.reader.salt)
        found = [(each, f) for each, record in there.items() for f in record.findings]
        note_findings(pull, found)
        note_once(pull, unknown_names(raws[each] for each in there))
    _note_missing(pull, [each for each in answers if each not in there])


def _note_missing(pull: Pull, clever_ids: Sequence[str]) -> None:
    """Whoever the mirror holds is missing in all the lists where they stood."""
    living = MirrorObject.objects.filter(
        connection_id=pull.connection_id,
        type=mirror.USER,
        clever_id__in=clever_ids,
        gone_in=None,
    )
    PullAbsence.objects.bulk_create(
        PullAbsence(pull=pull, clever_id=clever_id, role=role)
        for clever_id, roles in living.values_list("clever_id", "roles")
        for role in pull.roles
        if role in roles
    )
