"""A pull, from the first question to who is gone (engine.md 2). Resumable at every page.

1. Ask who Clever says we are, and what its newest event is.
2. Where events are enough (clever_sync.reasons): read them, and ask for the people they tell of.
   Else walk: schools, then users by role; ask again when its data last moved, and if they moved
   meanwhile, walk once more.
3. Confirm who is missing, conclude, and move the connection on.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from clever_sync import absences, events, told
from clever_sync.answers import District
from clever_sync.client import CleverClient
from clever_sync.faults import DistrictGone, UnexpectedAnswer, WrongDistrict
from clever_sync.fence import LostFence, hold_fence
from clever_sync.history import before
from clever_sync.models import Connection, Pull, PullAbsence, PullTouch, PullWalk
from clever_sync.reader import Reader
from clever_sync.reasons import Present, why_full
from clever_sync.states import CONNECTION, PULL
from clever_sync.walks import SCHOOLS, Tour, restart, walk_on
from core.fault_points import fault_point
from core.states import one
from core.vocabulary import CleverRole, ConnectionState, PullKind, PullState

__all__ = ["LostFence", "Progress", "advance", "open_pull"]

NOBODY_REMOVED_IN = ("paused", "pending", "error")
MOST_ROUNDS = 2
DATA_MOVED = "data_moved"


@dataclass(frozen=True)
class Progress:
    """How far a pull is. `total` is a guess from the last one, never below `done`."""

    finished: bool
    done: int
    total: int
    note: str = ""


def open_pull(
    connection: Connection,
    *,
    roles: Iterable[str],
    sources: Iterable[str],
    fence: int,
    basis: Mapping[str, str] | None = None,
    why_full: str = "",
) -> Pull:
    """The connection's open pull, ours by the fence: the one that is on, if it reads the same.

    One that reads other roles or sources is abandoned, and a new one opened. `basis` is by what
    settings the pull is made; `why_full` a reason to read everything, if there is one already.
    """
    asked = set(roles)
    wanted_roles = [role.value for role in CleverRole if role in asked]
    wanted_sources = sorted(set(sources))
    wanted = {"people": " ".join(wanted_roles), **(basis or {})}
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        open_one = Pull.objects.filter(connection=connection, state=PullState.OPEN).first()
        if open_one is not None:
            same = open_one.roles == wanted_roles and open_one.sources == wanted_sources
            if same and not (why_full and open_one.kind == PullKind.EVENTS):
                open_one.fence = fence
                open_one.save(update_fields=["fence"])
                return open_one
            PULL.move(one(Pull, open_one.pk), PullState.ABANDONED)
        return Pull.objects.create(
            connection=connection,
            kind=PullKind.FULL,
            why_full=why_full,
            basis=wanted,
            roles=wanted_roles,
            sources=wanted_sources,
            fence=fence,
        )


def advance(
    pull: Pull, *, client: CleverClient, deadline: Callable[[], bool], now: datetime
) -> Progress:
    """Works on a pull until it is finished or `deadline` says so, which is asked after each page.

    Raises CleverFault when Clever is in the way, LostFence when somebody else has the pull. What
    was committed stays; the next call goes on from there.
    """
    tour = Tour(pull, client, deadline, now, Reader(pull.sources), requests_noted=client.requests)
    fault_point("pull.before_first_request")
    _begin(tour, _who_we_are(tour))
    if not _is_all_read(tour) or not absences.confirm(tour):
        return _progress(pull)
    _finish(tour)
    fault_point("pull.finished")
    return _progress(pull, finished=True)


def _is_all_read(tour: Tour) -> bool:
    """Reads on, by events or everything; False at the deadline."""
    if tour.pull.kind == PullKind.EVENTS:
        try:
            return events.read_feed(tour) and told.ask(tour)
        except events.NotEnough as short:
            _read_everything(tour, short.why)
    walks = _walks(tour.pull)
    while True:
        for walk in walks:
            if not walk.finished and not walk_on(tour, walk):
                return False
        fault_point("pull.walks_done")
        if not _is_to_be_walked_again(tour, walks):
            return True


def _who_we_are(tour: Tour) -> District:
    """Clever's record of the district, which must be ours, before anything is read (F51)."""
    district_id = tour.pull.connection.clever_district_id
    if tour.client.district_id != district_id and tour.client.authorise(district_id) is None:
        raise DistrictGone
    district = tour.client.district()
    if district.id != district_id:
        raise WrongDistrict
    return district


def _begin(tour: Tour, district: District) -> None:
    """Notes what Clever says of the district; the first time, also its newest event.

    The first time it is decided, too, whether events are enough.
    """
    pull = tour.pull
    is_new = not pull.walks.exists()
    newest_event = _newest_event(tour.client) if is_new else ""
    changes: dict[str, object] = {"clever_state": district.state}
    if district.state in NOBODY_REMOVED_IN:
        changes["adds_only"] = district.state
    if is_new:
        changes |= {"event_cursor": newest_event, "last_sync": district.last_sync}
        changes |= _kind(tour, district, newest_event)
    with transaction.atomic():
        hold_fence(pull, tour.new_requests())
        _write(pull, changes)
        if is_new:
            PullWalk.objects.bulk_create(_new_walks(tour))
        note_district(pull.connection, district, tour.now)


def _newest_event(client: CleverClient) -> str:
    """The newest event's id; "" where there is none, or Clever answers with something odd."""
    with suppress(UnexpectedAnswer):
        return client.newest_event_id()
    return ""


def _kind(tour: Tour, district: District, newest_event: str) -> dict[str, object]:
    """Whether the pull goes by events, or why it does not; and by what that was judged."""
    pull = tour.pull
    fields = tour.reader.salt.hex()
    basis = {**pull.basis, **tour.client.speaks, "fields": fields}
    is_paused = district.state in NOBODY_REMOVED_IN
    present = Present(tour.now, basis, is_paused, district.last_sync, newest_event)
    why = pull.why_full or why_full(before(pull.connection), present)
    return {"kind": PullKind.FULL if why else PullKind.EVENTS, "why_full": why, "basis": basis}


def _new_walks(tour: Tour) -> list[PullWalk]:
    pull = tour.pull
    if pull.kind == PullKind.EVENTS:
        return events.begin(tour)
    return [PullWalk(pull=pull, what=what) for what in (SCHOOLS, *pull.roles)]


def _read_everything(tour: Tour, why: str) -> None:
    """Goes on as a full pull where events were not enough; what they told is forgotten."""
    pull = tour.pull
    with transaction.atomic():
        hold_fence(pull, tour.new_requests())
        for rows in (pull.touches, pull.absences, pull.walks):
            rows.all().delete()
        _write(pull, {"kind": PullKind.FULL, "why_full": why})
        PullWalk.objects.bulk_create(_new_walks(tour))


def note_district(connection: Connection, district: District, now: datetime) -> None:
    """Keeps what Clever says of the district; whoever gets an answer is connected."""
    changes: dict[str, Any] = {
        "clever_name": district.name,
        "clever_state": district.state,
        "last_sync": district.last_sync,
        "pause_start": district.pause_start,
        "pause_end": district.pause_end,
        "checked_at": now,
        "attention": "",
        "waiting_since": None,
    }
    CONNECTION.move(one(Connection, connection.pk), ConnectionState.READY, **changes)
    for name, value in {**changes, "state": ConnectionState.READY}.items():
        setattr(connection, name, value)


def _walks(pull: Pull) -> list[PullWalk]:
    order = [SCHOOLS, *pull.roles]
    return sorted(pull.walks.all(), key=lambda walk: order.index(walk.what))


def _is_to_be_walked_again(tour: Tour, walks: list[PullWalk]) -> bool:
    """If Clever's data moved during the walks: walk once more, and at last do without proof."""
    district = _who_we_are(tour)
    pull = tour.pull
    changes: dict[str, object] = {}
    if district.state in NOBODY_REMOVED_IN:
        changes["adds_only"] = district.state
    moved = district.last_sync != pull.last_sync
    again = moved and max(walk.rounds for walk in walks) < MOST_ROUNDS
    if moved:
        changes["last_sync"] = district.last_sync
    with transaction.atomic():
        hold_fence(pull, tour.new_requests())
        _write(pull, changes)
        if again:
            for walk in walks:
                restart(tour, walk, walk.doubt)
        elif moved:
            pull.walks.filter(proved=True).update(proved=False, doubt=DATA_MOVED)
    return again


def _finish(tour: Tour) -> None:
    """Concludes, closes the pull and moves the connection on, all in one transaction."""
    pull = tour.pull
    moves: dict[str, Any] = {"event_cursor": pull.event_cursor, "event_cursor_at": tour.now}
    with transaction.atomic():
        hold_fence(pull, tour.new_requests())
        absences.conclude(pull)
        PullAbsence.objects.filter(pull__connection_id=pull.connection_id).exclude(
            pull=pull
        ).delete()
        PullTouch.objects.filter(pull__connection_id=pull.connection_id).exclude(pull=pull).delete()
        if pull.kind == PullKind.EVENTS:
            moves["event_cursor"] = events.end(pull)
        else:
            moves["last_full_pull"] = pull
        Connection.objects.filter(pk=pull.connection_id).update(**moves)
        if PULL.move(one(Pull, pull.pk), PullState.DONE, finished_at=tour.now) != 1:
            raise LostFence
    pull.state, pull.finished_at = PullState.DONE, tour.now


def _write(pull: Pull, changes: dict[str, object]) -> None:
    if changes:
        Pull.objects.filter(pk=pull.pk).update(**changes)
        for name, value in changes.items():
            setattr(pull, name, value)


def _progress(pull: Pull, *, finished: bool = False) -> Progress:
    if pull.kind == PullKind.EVENTS:
        asked = list(PullTouch.objects.filter(pull=pull).values_list("asked", flat=True))
        return Progress(finished, sum(asked), len(asked))
    done = sum(pull.walks.values_list("seen", flat=True))
    last = pull.connection.last_full_pull_id
    if last is None:
        return Progress(finished, done, done)
    seen_before = PullWalk.objects.filter(pull_id=last).values_list("seen", flat=True)
    return Progress(finished, done, max(done, sum(seen_before)))
