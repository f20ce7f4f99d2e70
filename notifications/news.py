"""What is news, and what is only more of the same (C20). Pure.

A failure is told once and once more when it is over, however many nights it lasts; so is a
connection that needs attention, and a sync that does not come. What is not news makes no letter
of its own: it goes with the next one.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime

from core.vocabulary import EventKind
from imports.destroying.kinds import TOLD

# Told when something is over. Nobody chooses it: who was told that it began is told that it ended.
WORKS_AGAIN = "works_again"
# Told to the owners of a district, whatever their lists say: somebody of Support sees people now.
SUPPORT_SEES = "support_sees"
# Told to those who get mail about trouble: a webhook was disabled, as nothing reached it (C28).
WEBHOOK_OFF = "webhook_disabled"
# What the owners of a district are told of, whatever their lists say.
DESTROYS = TOLD
TOLD_TO_OWNERS = (SUPPORT_SEES, DESTROYS)
OF_ALL_TYPES = ""
FINISHED = (EventKind.FINISHED, EventKind.FINISHED_WITH_ERRORS)
ENDED_BY_A_SYNC = (EventKind.FAILED, EventKind.OVERDUE)
Place = tuple[int, str, str]


@dataclass(frozen=True)
class Happened:
    """An event; `live` unless of a test or an undo, `known` if it tells what was told."""

    event: int
    district: int
    kind: str
    types: tuple[str, ...]
    at: datetime
    code: str = ""
    live: bool = True
    known: bool = False


@dataclass(frozen=True)
class Standing:
    """A condition that was told of: why, since when, and how often it was met."""

    since: datetime
    code: str = ""
    times: int = 1


@dataclass(frozen=True)
class Over:
    """Conditions that a finished run has ended: the kinds they began with, and since when."""

    event: int
    topics: tuple[str, ...]
    types: tuple[str, ...]
    since: datetime
    times: int


@dataclass
class Judgement:
    """Of each event the data types for which it is news, and those for which it is not."""

    news: dict[int, tuple[str, ...]] = field(default_factory=dict)
    old: dict[int, tuple[str, ...]] = field(default_factory=dict)
    over: list[Over] = field(default_factory=list)
    conditions: dict[Place, Standing] = field(default_factory=dict)


def judge(happened: Iterable[Happened], conditions: Mapping[Place, Standing]) -> Judgement:
    """Looks at events in their order. `conditions` are those told of; the new ones are returned.

    A place is (district, data type or "" for all of them, kind of event).
    """
    found = Judgement(conditions=dict(conditions))
    for one in happened:
        if one.kind == EventKind.FAILED:
            _sort(found, one, {t: _is_new(found.conditions, one, t) for t in one.types})
        elif one.kind == EventKind.NEEDS_ATTENTION:
            new = _is_new(found.conditions, one, OF_ALL_TYPES)
            _sort(found, one, dict.fromkeys(one.types, new))
        else:
            _sort(found, one, dict.fromkeys(one.types, not one.known))
        if one.live and one.kind in FINISHED:
            _end(found, one)
    return found


def _is_new(conditions: MutableMapping[Place, Standing], one: Happened, data_type: str) -> bool:
    """Whether nobody was told of this before; notes it. Another cause is another condition.

    A test that fails is told, and says nothing of the nights.
    """
    place = (one.district, data_type, one.kind)
    before = conditions.get(place)
    new = before is None or before.code != one.code
    if one.live:
        since = before.since if before else one.at
        times = 1 if before is None else before.times + 1
        conditions[place] = Standing(since, one.code, times)
    return new


def _sort(found: Judgement, one: Happened, is_new: Mapping[str, bool]) -> None:
    for where, wanted in ((found.news, True), (found.old, False)):
        types = tuple(t for t in one.types if is_new[t] is wanted)
        if types:
            where[one.event] = types


def _end(found: Judgement, one: Happened) -> None:
    places = [
        (one.district, data_type, str(topic))
        for topic in ENDED_BY_A_SYNC
        for data_type in one.types
    ]
    places.append((one.district, OF_ALL_TYPES, str(EventKind.NEEDS_ATTENTION)))
    ended = {place: found.conditions.pop(place) for place in places if place in found.conditions}
    if not ended:
        return
    of_types = {place[1] for place in ended}
    found.over.append(
        Over(
            event=one.event,
            topics=tuple(dict.fromkeys(place[2] for place in ended)),
            types=one.types
            if OF_ALL_TYPES in of_types
            else tuple(t for t in one.types if t in of_types),
            since=min(standing.since for standing in ended.values()),
            times=max(standing.times for standing in ended.values()),
        )
    )
