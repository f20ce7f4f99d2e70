"""Following Clever's events: they say whom to ask for, and Clever's answer is what counts.

Of an event only its type and the id of its object are used, and none of it is kept. So neither
the order of events matters, nor whether one comes twice, after its time, or about somebody
unknown; and what is read of a person is minimised as in a full pull (engine.md 2, point 6, F53).
"""

from collections.abc import Iterable

import msgspec
from django.db import connection, transaction

from clever_sync import mirror
from clever_sync.client import CleverClient
from clever_sync.faults import BadRequest, DistrictGone, UnexpectedAnswer
from clever_sync.fence import hold_fence
from clever_sync.models import MirrorObject, Pull, PullTouch, PullWalk
from clever_sync.reasons import MANY, NO_EVENTS, UNUSABLE, WAITING, most_told
from clever_sync.walks import SCHOOLS, Tour, move, remember, restart, walk_on
from clever_sync.wire import Page, is_clever_id
from core.fault_points import fault_point

EVENTS = "events"


# Nobody walked a list, but how many stand in it is known all the same.
_COUNT = """
    UPDATE clever_sync_pullwalk w SET seen = found.people
    FROM (
        SELECT role, count(*) AS people
        FROM clever_sync_mirrorobject m, unnest(m.roles) AS role
        WHERE m.connection_id = %(connection)s AND m.type = 'user'
            AND m.gone_in_id IS NULL AND m.absent_in_id IS NULL
        GROUP BY role
    ) found
    WHERE w.pull_id = %(pull)s AND w.what = found.role
"""


class NotEnough(Exception):
    """Events do not tell enough this time; `why` is a code of clever_sync.reasons."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Object(msgspec.Struct):
    id: str
    roles: dict[str, msgspec.Raw] | None = None


class _Data(msgspec.Struct):
    object: _Object


class _Event(msgspec.Struct):
    type: str
    data: _Data


_event = msgspec.json.Decoder(_Event)


def begin(tour: Tour) -> list[PullWalk]:
    """The walks of a pull by events: through the feed, and each list as proved as it was.

    A list is walked only where an event tells that it must be.
    """
    pull = tour.pull
    lists = [
        PullWalk(pull=pull, what=w, finished=True, proved=True) for w in (SCHOOLS, *pull.roles)
    ]
    feed = PullWalk(pull=pull, what=EVENTS, cursor=pull.connection.event_cursor)
    feed.finished = feed.cursor == pull.event_cursor
    feed.proved = True if feed.finished else None
    return [feed, *lists]


def read_feed(tour: Tour) -> bool:
    """Reads on in the feed, and schools where an event is about one; False at the deadline.

    Raises NotEnough when a full pull is needed instead.
    """
    feed = tour.pull.walks.get(what=EVENTS)
    while not feed.finished:
        _take(tour, feed, _next_page(tour.client, feed.cursor))
        fault_point("events.page_committed")
        if PullTouch.objects.filter(pull=tour.pull).count() > _most(tour.pull):
            raise NotEnough(MANY)
        if not feed.finished and tour.deadline():
            return False
    schools = tour.pull.walks.get(what=SCHOOLS)
    if not schools.finished and not walk_on(tour, schools):
        return False
    if not schools.proved:
        raise NotEnough(WAITING)
    return True


def _most(pull: Pull) -> int:
    full = pull.connection.last_full_pull
    return most_told(full.requests if full else 0)


def _next_page(client: CleverClient, cursor: str) -> Page:
    try:
        page = client.page(EVENTS, cursor).page
    except (BadRequest, DistrictGone) as refused:
        # Switched off at Clever. If it is the district that has gone, the full pull will say so.
        raise NotEnough(NO_EVENTS) from refused
    except UnexpectedAnswer as odd:
        raise NotEnough(UNUSABLE) from odd
    assert page is not None
    return page


def _take(tour: Tour, feed: PullWalk, page: Page) -> None:
    """A page of the feed: whom to ask for, and the cursor, in one transaction."""
    if page.without_id or (page.ids and max(page.ids) <= feed.cursor):
        raise NotEnough(UNUSABLE)
    about_schools, people = _told(tour, page)
    # The feed is read as far as the event that was the newest when the pull began.
    last = max([feed.cursor, *page.ids])
    ended = not page.ids or last >= tour.pull.event_cursor
    with transaction.atomic():
        hold_fence(tour.pull, tour.new_requests())
        PullTouch.objects.bulk_create(
            (PullTouch(pull=tour.pull, clever_id=each) for each in people), ignore_conflicts=True
        )
        if about_schools:
            schools = tour.pull.walks.get(what=SCHOOLS)
            if schools.finished:
                restart(tour, schools, "")
        moved = move(
            feed, cursor=last, pages=feed.pages + 1, seen=feed.seen + len(page.ids),
            finished=ended, proved=True if ended else None,
        )  # fmt: skip
    remember(feed, moved)


def _told(tour: Tour, page: Page) -> tuple[bool, list[str]]:
    """Whether schools are told of, and the people who may be of ours, in the order of their ids.

    Contacts are never asked for, nor anybody else without a role that is read and not known here.
    """
    about_schools, ours, others = False, set[str](), set[str]()
    for raw in page.raws:
        try:
            event = _event.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
            raise NotEnough(UNUSABLE) from wrong
        about, clever_id = event.data.object, event.data.object.id
        if not is_clever_id(clever_id):
            raise NotEnough(UNUSABLE)
        kind = event.type.partition(".")[0]
        if kind == "schools":
            about_schools = True
        elif kind == "users" and (about.roles is None or set(tour.pull.roles) & set(about.roles)):
            ours.add(clever_id)
        elif kind == "users":
            others.add(clever_id)
    return about_schools, sorted(ours | _known(tour, others - ours))


def _known(tour: Tour, clever_ids: Iterable[str]) -> set[str]:
    known = MirrorObject.objects.filter(
        connection_id=tour.pull.connection_id, type=mirror.USER, clever_id__in=list(clever_ids)
    )
    return set(known.values_list("clever_id", flat=True))


def end(pull: Pull) -> str:
    """The event as far as which everything is taken in; the lists get their present numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"connection": pull.connection_id, "pull": pull.pk})
    feed = pull.walks.get(what=EVENTS)
    return max(feed.cursor, pull.event_cursor)
