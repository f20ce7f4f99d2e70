"""Who has signed in at Clever, and whether they may come in by it (C29, clever-api.md 7.3).

Only district admins of a district whose Clever is connected and switched on. The token is
forgotten as soon as it has said who it is.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings

from clever_sync import asking
from clever_sync.client import new_client
from clever_sync.faults import (
    CleverFault,
    CodeRefused,
    CredentialsRefused,
    LoginRefused,
    RateLimited,
    Unavailable,
    UserGone,
)
from clever_sync.models import Connection
from clever_sync.signed_in import Person
from core.problems import ConsoleError
from core.vocabulary import CleverRole
from schools.models import District

# Somebody waits before an empty page.
SECONDS = 15.0
PATIENCE = 3.0
AGAIN = "Press Sign in with Clever again."
OTHERWISE = "Sign in with your password instead, or try again in some minutes."
SAID: dict[type[CleverFault], str] = {
    CodeRefused: f"This log-in at Clever was used already, or it took too long. {AGAIN}",
    LoginRefused: f"Clever does not know this log-in any more. {AGAIN}",
    UserGone: (
        "Clever does not know this user any more. Ask whoever looks after Clever in your district,"
        " or sign in with your password."
    ),
    CredentialsRefused: (
        "Clever does not accept this console's own client ID and secret. Tell Support; until then"
        " sign in with your password."
    ),
    RateLimited: f"Clever asks us to wait. {OTHERWISE}",
    Unavailable: f"Clever does not answer at present. {OTHERWISE}",
}
ODD = f"Clever answered with something that we do not understand. {OTHERWISE}"
OTHER_DISTRICT = (
    "This log-in belongs to a district of Clever that is not connected here. If it is yours, check"
    " in Clever that you are in the right district, or sign in with your password."
)
SWITCHED_OFF = (
    "Clever is switched off for {} at present, so nobody comes in by it. Sign in with your"
    " password; if you have none, press “Forgot your password?” and choose one."
)
NOT_ADMIN = (
    "Only district admins of Clever sign in here with it, and in Clever you are {}. Ask whoever"
    " looks after Clever in your district to make you a district admin, or sign in with your"
    " password."
)
CAME_AS = (
    "You came from Clever as {}. You are a district admin there, too: log out of Clever, log in"
    " as district admin, and press Sign in with Clever again."
)
NOBODY = "somebody without a role"
WORDS: dict[str, str] = {
    CleverRole.STUDENT: "a student",
    CleverRole.TEACHER: "a teacher",
    CleverRole.STAFF: "a staff member",
    "contact": "a contact",
}


class Refused(ConsoleError):
    """Nobody comes in by this log-in; `district` is whose it was, where that is known."""

    def __init__(self, sentence: str, code: str, district: District | None = None) -> None:
        super().__init__(sentence, code=code)
        self.district = district


@dataclass(frozen=True)
class Admin:
    """A district admin who has just signed in at Clever, and the district of ours."""

    district: District
    clever_district: str
    clever_id: str
    name: str


def is_offered() -> bool:
    """Whether this console has an application at Clever by which people could sign in."""
    return bool(settings.CLEVER_CLIENT_ID and settings.CLEVER_CLIENT_SECRET)


def address_of_clever(*, redirect_uri: str, state: str, district_id: str = "") -> str:
    """Where Clever asks people to sign in; it sends them back with the state."""
    asked = {
        "response_type": "code",
        "client_id": settings.CLEVER_CLIENT_ID,
        "redirect_uri": redirect_uri,
        "state": state,
        **({"district_id": district_id} if district_id else {}),
    }
    return f"{settings.CLEVER_AUTH_URL}/oauth/authorize?{urlencode(asked)}"


def admin_of(*, code: str, redirect_uri: str) -> Admin:
    """The district admin who brought this code. Raises Refused with what to do."""
    person = _ask(code, redirect_uri)
    found = Connection.objects.filter(clever_district_id=person.district)
    connection = found.select_related("district").first()
    if connection is None:
        raise Refused(OTHER_DISTRICT, "other_district")
    district = connection.district
    if not connection.enabled or not district.clever_enabled:
        raise Refused(SWITCHED_OFF.format(district.name), "switched_off", district)
    _must_be_admin(person, district)
    return Admin(district, person.district, person.clever_id, person.name)


def _ask(code: str, redirect_uri: str) -> Person:
    """One log-in, one token, which ends with this call."""
    try:
        with new_client(seconds=SECONDS, patience=PATIENCE) as client:
            client.pauses = asking.SHORT_PAUSES
            return client.who_signed_in(client.token_of_code(code, redirect_uri))
    except CleverFault as fault:
        # Not the fault's own words: they may quote an answer, and so repeat what was sent.
        raise Refused(SAID.get(type(fault), ODD), fault.code) from None


def _must_be_admin(person: Person, district: District) -> None:
    admin = CleverRole.DISTRICT_ADMIN
    if admin not in person.roles:
        raise Refused(NOT_ADMIN.format(_words(person.roles)), "not_admin", district)
    if person.came_as != admin:
        came_as = WORDS.get(person.came_as, NOBODY)
        raise Refused(CAME_AS.format(came_as), "came_as_another", district)


def _words(roles: frozenset[str]) -> str:
    known = [words for role, words in WORDS.items() if role in roles]
    return " and ".join(known) or NOBODY
