"""Why a pull reads everything and not only what events tell (engine.md 2, point 6). Pure.

Events are an accelerator: whenever it is not certain that they tell everything since the last
pull, everything is read. Plain values in, a code out; "" says that events will do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# Clever keeps events for 30 days; five are left for whatever comes between (clever-api.md 6.3).
CURSOR_IS_GOOD_FOR = timedelta(days=25)
# Once a week. A night that begins some minutes earlier than the last time is a week later, too.
FULL_PULL_EVERY = timedelta(days=7) - timedelta(hours=2)
# A feed that is switched off looks like one that has nothing to tell.
SILENCE = timedelta(hours=36)
# More people than this are read quicker page by page than one by one: in a large district, and in
# one whose pages are few. A page of some thousand people takes about as long as five people do.
MOST_TOLD = 200
PEOPLE_PER_PAGE = 5

ASKED, HELD = "asked", "held"
UPGRADED = "upgraded"
FIRST, PAUSED, WAITING, NO_EVENTS, NO_CURSOR = (
    "first",
    "paused",
    "waiting",
    "no_events",
    "no_cursor",
)
GAP, WEEKLY, SILENT, UNUSABLE, MANY = "gap", "weekly", "silent", "unusable", "many"
# What a pull is made by, in the order in which a difference is told.
BASIS = ("token", "api", "people", "fields", "settings", "schools")

WHY: Mapping[str, str] = {
    ASKED: "it was asked for",
    HELD: "changes that were held are looked at again",
    FIRST: "it is the first one",
    UPGRADED: "this console was upgraded",
    "token": "the district authorized this console anew in Clever",
    "api": "the version of Clever's API was changed",
    "people": "other kinds of people are read than last time",
    "fields": "other fields are read than last time",
    "settings": "the settings were changed",
    "schools": "the matching of schools was changed",
    PAUSED: "Clever's own sync was paused or in trouble",
    WAITING: "the last one left something to be confirmed",
    NO_EVENTS: "Clever tells no events for this district",
    NO_CURSOR: "Clever told no events until now",
    GAP: "events since the last sync may be missing",
    WEEKLY: "everything is read again once a week",
    SILENT: "Clever told nothing new for more than a day",
    UNUSABLE: "an event could not be used",
    MANY: "so many people changed that to read everything is quicker",
}


@dataclass(frozen=True)
class Before:
    """What is known of the pulls before: the newest one, and the newest that read everything.

    `proved`: nothing was left to be confirmed. `cursor` is the newest event that was taken in, at
    the moment `cursor_at`.
    """

    basis: Mapping[str, str]
    was_paused: bool
    proved: bool
    full_at: datetime
    full_last_sync: datetime | None
    cursor: str
    cursor_at: datetime | None


@dataclass(frozen=True)
class Present:
    """How things stand as a pull begins. `newest` is the newest event that Clever has, or ""."""

    now: datetime
    basis: Mapping[str, str]
    is_paused: bool
    last_sync: datetime | None
    newest: str


def why_full(before: Before | None, present: Present) -> str:
    """The code of why everything is read, a key of WHY; "" when events are enough."""
    if before is None:
        return FIRST
    if not before.basis:
        return UPGRADED
    for part in BASIS:
        if before.basis.get(part) != present.basis.get(part):
            return part
    if present.is_paused or before.was_paused:
        return PAUSED
    if not before.proved:
        return WAITING
    return _feed(before, present)


def _feed(before: Before, present: Present) -> str:
    """Whether the feed can be trusted to tell everything since the last pull."""
    now = present.now
    if not present.newest:
        return NO_EVENTS
    if not before.cursor or before.cursor_at is None:
        return NO_CURSOR
    if present.newest < before.cursor or now - before.cursor_at > CURSOR_IS_GOOD_FOR:
        return GAP
    if now - before.full_at >= FULL_PULL_EVERY:
        return WEEKLY
    if present.newest == before.cursor and present.last_sync != before.full_last_sync:
        heard = max(before.full_at, min(told_at(before.cursor), now))
        return SILENT if now - heard > SILENCE else ""
    return ""


def most_told(pages: int) -> int:
    """How many people are asked for one by one where a full pull took so many requests."""
    return min(MOST_TOLD, PEOPLE_PER_PAGE * pages)


def told_at(event_id: str) -> datetime:
    """The moment at which an event was made: the first four bytes of its id are seconds."""
    return datetime.fromtimestamp(int(event_id[:8], 16), UTC)
