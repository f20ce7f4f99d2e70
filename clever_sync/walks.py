"""Walking through a list of Clever, page by page, and whether the walk proves anything (2.3, 2.4).

A page is one transaction: the fence, the mirror, who is missing, what was found, the seal, and
the cursor. Proof is a matter of transport alone; an emptied list proves as much as a full one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db import connection, transaction

from clever_sync import copying, mirror
from clever_sync.ahead import Ahead
from clever_sync.client import CleverClient, PageReply
from clever_sync.contents import EXTENSION_FIELD
from clever_sync.fence import LostFence, hold_fence
from clever_sync.findings import note_findings, note_names, note_once
from clever_sync.keeping_out import Gate
from clever_sync.models import Pull, PullAbsence, PullWalk
from clever_sync.reader import Reader, SchoolReader
from clever_sync.schema import extension_names, unknown_names
from clever_sync.seals import Seal, find_seal, replace_seals
from clever_sync.wire import Page, moves_on
from core.fault_points import fault_point
from core.problems import Finding

SCHOOLS = "schools"
NOT_ASCENDING = "not_ascending"
CURSOR_LOOP = "cursor_loop"
WITHOUT_ID = "record_without_id"
NEXT_IGNORED = "next_ignored"
SAMPLE = 5


@dataclass
class Tour:
    """One slice of work on a pull: who speaks, how records are read, and until when."""

    pull: Pull
    client: CleverClient
    deadline: Callable[[], bool]
    now: datetime
    reader: Reader
    schools: SchoolReader = field(default_factory=SchoolReader)
    requests_noted: int = 0

    @cached_property
    def gate(self) -> Gate:
        """Who may come in (C34)."""
        return Gate(self.pull.connection.district_id)

    def reader_of(self, what: str) -> Reader | SchoolReader:
        """The reader for the records of a list."""
        return self.schools if what == SCHOOLS else self.reader

    def new_requests(self) -> int:
        """How many requests were sent since this was last asked."""
        sent = self.client.requests - self.requests_noted
        self.requests_noted += sent
        return sent


@dataclass(frozen=True)
class _Asked:
    """A page that was asked for, and the seal that was known of it."""

    seal: Seal | None
    ahead: Ahead[PageReply]


def walk_on(tour: Tour, walk: PullWalk) -> bool:
    """Goes on with a walk until its end or the deadline; True when it is finished."""
    asked: _Asked | None = None
    while not walk.finished:
        if asked is None:
            tour.client.reserve()
            asked = _ask(tour, walk, walk.cursor)
        reply, seal = asked.ahead.result(), asked.seal
        asked = None
        fault_point("pull.page_fetched")
        if reply.page is None:
            assert seal is not None
            asked = _ask_ahead(tour, walk, seal.last_id)
            _take_sealed(tour, walk, seal)
        else:
            if _is_in_order(reply.page, walk):
                asked = _ask_ahead(tour, walk, reply.page.ids[-1])
            _take(tour, walk, reply.page, reply.digest)
        fault_point("pull.page_committed")
        if tour.deadline():
            break
    return walk.finished


def _is_in_order(page: Page, walk: PullWalk) -> bool:
    return bool(page.ids) and page.is_ascending(walk.cursor)


def _ask_ahead(tour: Tour, walk: PullWalk, after: str) -> _Asked | None:
    """Sends for the next page while this one is worked on, if there may be one at once."""
    if tour.deadline() or not tour.client.may_send():
        return None
    return _ask(tour, walk, after)


def _ask(tour: Tour, walk: PullWalk, after: str) -> _Asked:
    seal = find_seal(tour.pull.connection_id, walk.what, after)
    salt, known = tour.reader_of(walk.what).salt, seal.digest if seal else None
    client, what = tour.client, walk.what

    def ask() -> PageReply:
        return client.page(what, after, salt=salt, known=known, reserved=True)

    return _Asked(seal, Ahead(ask))


def _take_sealed(tour: Tour, walk: PullWalk, seal: Seal) -> None:
    """The same bytes as when the seal was set: nothing but the cursor is written."""
    with transaction.atomic():
        _without_waiting_for_the_disk()
        hold_fence(tour.pull, tour.new_requests())
        moved = move(walk, cursor=seal.last_id, pages=walk.pages + 1, seen=walk.seen + seal.count)
    remember(walk, moved)


def _without_waiting_for_the_disk() -> None:
    """For the transaction of a page: to lose it in a crash of the server, cursor and all, costs one
    page that is asked for again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _take(tour: Tour, walk: PullWalk, page: Page, digest: bytes) -> None:
    if not page.ids:
        _end(tour, walk, WITHOUT_ID if page.without_id else "")
    elif max(page.ids) <= walk.cursor:
        _end(tour, walk, CURSOR_LOOP)
    elif not page.is_ascending(walk.cursor) and walk.doubt != NOT_ASCENDING:
        restart(tour, walk, NOT_ASCENDING)
    else:
        _take_page(tour, walk, page, digest)


def _take_page(tour: Tour, walk: PullWalk, page: Page, digest: bytes) -> None:
    last = max(page.ids)
    in_order = page.is_ascending(walk.cursor)
    span = _span(tour, walk, last)
    let_in = page if walk.what == SCHOOLS else tour.gate.page(page)
    with transaction.atomic():
        _without_waiting_for_the_disk()
        hold_fence(tour.pull, tour.new_requests())
        taken = mirror.take_page(span, let_in, tour.reader_of(walk.what))
        seal = Seal(digest, last, len(page.ids)) if taken.exact and in_order else None
        replace_seals(span.connection_id, walk.what, walk.cursor, last, seal)
        if in_order:
            _note_missing(tour, walk, taken.missing)
        note_findings(tour.pull, taken.findings)
        _note_oddities(tour, walk, page)
        if page.without_id:
            note_findings(tour.pull, [("", Finding("id_missing"))] * page.without_id)
        doubt = _doubt(walk, page, in_order)
        moved = move(
            walk,
            cursor=last,
            pages=walk.pages + 1,
            seen=walk.seen + len(page.ids),
            changed=walk.changed + taken.created + taken.changed,
            **({"proved": False, "doubt": doubt} if doubt else {}),
        )
    remember(walk, moved)


def _doubt(walk: PullWalk, page: Page, in_order: bool) -> str:
    if not in_order:
        return NOT_ASCENDING
    return WITHOUT_ID if page.without_id and walk.proved is None else ""


def _note_oddities(tour: Tour, walk: PullWalk, page: Page) -> None:
    if not moves_on(page):
        note_once(tour.pull, [Finding(NEXT_IGNORED, walk.what)])
    if walk.what != SCHOOLS:
        sample = [*page.raws[:SAMPLE], *page.raws[-SAMPLE:]]
        note_once(tour.pull, unknown_names(sample))
        note_names(tour.pull, EXTENSION_FIELD, extension_names(sample))


def _end(tour: Tour, walk: PullWalk, doubt: str) -> None:
    """The list is over: by the empty answer past its last id, or because it goes in circles."""
    if walk.proved is False:
        doubt = walk.doubt
    with transaction.atomic():
        hold_fence(tour.pull, tour.new_requests())
        if doubt:
            note_once(tour.pull, [Finding(doubt, walk.what)])
        else:
            _note_missing(tour, walk, mirror.missing_after(_span(tour, walk, None)))
        moved = move(walk, finished=True, proved=not doubt, doubt=doubt)
    remember(walk, moved)


def restart(tour: Tour, walk: PullWalk, doubt: str) -> None:
    """Begins a walk once more; `doubt` says why, so that it is not done for ever."""
    with transaction.atomic():
        hold_fence(tour.pull, tour.new_requests())
        PullAbsence.objects.filter(pull=tour.pull, role=walk.what).delete()
        moved = move(
            walk,
            cursor="",
            pages=0,
            seen=0,
            finished=False,
            proved=None,
            doubt=doubt,
            rounds=walk.rounds + 1,
        )
    remember(walk, moved)


def _span(tour: Tour, walk: PullWalk, last: str | None) -> mirror.Span:
    is_school = walk.what == SCHOOLS
    return mirror.Span(
        connection_id=tour.pull.connection_id,
        type=mirror.SCHOOL if is_school else mirror.USER,
        role="" if is_school else walk.what,
        after=walk.cursor,
        last=last,
        pull_id=tour.pull.pk,
    )


def _note_missing(tour: Tour, walk: PullWalk, missing: list[str]) -> None:
    if missing:
        copying.copy(
            PullAbsence._meta.db_table,
            "pull_id, clever_id, role, verdict",
            (f"{tour.pull.pk}\t{clever_id}\t{walk.what}\t\n" for clever_id in missing),
            len(missing),
        )


def move(walk: PullWalk, **changes: object) -> dict[str, object]:
    """Writes the walk if it stands where we left it; LostFence if somebody else moved it."""
    where = PullWalk.objects.filter(pk=walk.pk, cursor=walk.cursor, rounds=walk.rounds)
    if where.update(**changes) != 1:
        raise LostFence
    return changes


def remember(walk: PullWalk, moved: dict[str, object]) -> None:
    """Keeps in the object what `move` has written."""
    # Only after the commit: a transaction that failed has moved nothing.
    for name, value in moved.items():
        setattr(walk, name, value)
