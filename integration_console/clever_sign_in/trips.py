"""What a session remembers of somebody's way to Clever and back (C29).

A trip is known by its `state`: bound to the session, good once and for ten minutes. Whom Clever
named is remembered until they have agreed to be connected, as long.
"""

import secrets
import time
from dataclasses import asdict, dataclass

from django.http import HttpRequest

LIFE = 10 * 60
MOST = 5
# A browser that comes back without a state twice within a minute goes in circles.
CIRCLE = 60
TRIPS, MET, BEGUN_AGAIN = "clever_trips", "clever_met", "clever_begun_again"
# Stands in the state itself, too: a browser that keeps no cookie brings nothing else back.
AGAIN = "again-"


@dataclass(frozen=True)
class Trip:
    """Why somebody is sent to Clever. `whose` is the account: its number, or an invitation's."""

    purpose: str
    whose: str = ""
    next: str = ""


@dataclass(frozen=True)
class Met:
    """Whom Clever has named, and for which account they would be connected."""

    purpose: str
    whose: str
    district: int
    clever_district: str
    clever_id: str
    name: str
    at: float


def begin(request: HttpRequest, trip: Trip, *, again: bool = False) -> str:
    """The state of a new trip; the oldest is forgotten when there are too many."""
    now = time.time()
    state = f"{AGAIN if again else ''}{secrets.token_urlsafe(24)}"
    trips = {**_fresh(request), state: {**asdict(trip), "at": now}}
    newest = sorted(trips, key=lambda name: float(trips[name]["at"]))[-MOST:]
    request.session[TRIPS] = {name: trips[name] for name in newest}
    if again:
        request.session[BEGUN_AGAIN] = now
    return state


def take(request: HttpRequest, state: str) -> Trip | None:
    """The trip of a state, once; None for one that is another's, used, or too old."""
    trips = _fresh(request)
    found = trips.pop(state, None)
    if found is None:
        return None
    request.session[TRIPS] = trips
    request.session.pop(BEGUN_AGAIN, None)
    return Trip(found["purpose"], found["whose"], found["next"])


def goes_in_circles(request: HttpRequest, state: str) -> bool:
    """Whether this browser was sent off anew just now, and came back as before."""
    begun = request.session.get(BEGUN_AGAIN, 0.0)
    return state.startswith(AGAIN) or time.time() - begun < CIRCLE


def remember(request: HttpRequest, met: Met) -> None:
    """Whom Clever has named, until they have agreed."""
    request.session[MET] = asdict(met)


def remembered(request: HttpRequest, purpose: str, whose: str) -> Met | None:
    """Whom Clever has named for this account within the last ten minutes."""
    found = request.session.get(MET)
    if not found or time.time() - found["at"] > LIFE:
        return None
    met = Met(**found)
    return met if (met.purpose, met.whose) == (purpose, whose) else None


def forget(request: HttpRequest) -> None:
    """Nobody is waited for any more."""
    request.session.pop(MET, None)


def _fresh(request: HttpRequest) -> dict[str, dict[str, str]]:
    trips = request.session.get(TRIPS) or {}
    since = time.time() - LIFE
    return {state: trip for state, trip in trips.items() if float(trip["at"]) > since}
