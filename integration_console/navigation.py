"""The sidebar: which pages there are, in their order. A page that may not be seen is not there."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.access import Ability, Access
from imports.queries import Waiting, waiting


@dataclass(frozen=True)
class Place:
    """One entry. `badge` says how many things wait there; `sections` are addresses' names."""

    label: str
    icon: str
    url_name: str
    ability: Ability
    sections: tuple[str, ...] = ()
    badge: Callable[[Waiting], int] | None = None


PLACES = (
    Place("Overview", "layout-dashboard", "overview", Ability.SEE_INTEGRATION),
    Place("Operations", "refresh-cw", "operations", Ability.SEE_INTEGRATION, ("run",)),
    Place("People", "users", "people", Ability.SEE_PEOPLE, ("person",)),
)


@dataclass(frozen=True)
class Entry:
    place: Place
    current: bool
    count: int


def entries(access: Access, url_name: str) -> list[Entry]:
    """What the sidebar shows to this user on the page of this name."""
    places = [place for place in PLACES if access.may(place.ability)]
    counts = Waiting() if not any(place.badge for place in places) else waiting(access.district)
    return [
        Entry(
            place=place,
            current=url_name in (place.url_name, *place.sections),
            count=place.badge(counts) if place.badge else 0,
        )
        for place in places
    ]
