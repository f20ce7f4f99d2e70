"""What becomes of somebody who comes back from Clever (C29).

Every refusal ends on the sign-in page, or for whoever is signed in on their own account's, with a
sentence. The address that Clever called holds a code, so no page is ever shown at it.
"""

import time
from collections.abc import Callable, Mapping

import structlog
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts import clever_links, limits
from accounts.access import ABILITIES, Ability
from accounts.models import CleverLink, Membership, User
from clever_sync.sign_in import Admin, Refused, address_of_clever, admin_of
from core.problems import ConsoleError
from integration_console.clever_sign_in import invitations, trips
from integration_console.clever_sign_in.trips import Met, Trip

log = structlog.get_logger("console.sign_in")
SIGN_IN, CONNECT, ACCEPT = "sign_in", "connect", "accept"
# Clever's or ours, and nothing that guessing would bring about.
NOT_THEIRS = ("clever_unavailable", "clever_rate_limited", "clever_credentials_refused")
TOO_MANY = "Too many attempts. Wait 5 minutes, then try again."
NOT_TIED = (
    "No account here is connected with this log-in of Clever; the same e-mail address alone does"
    " not connect them. Sign in with your password, open Sign-in security, and press Connect with"
    " Clever. No account yet? An owner of {} invites you under Users and roles."
)
CLOSED = "This account is closed. Support can open it again."
SIGNED_OUT = "You are not signed in as before any more. Sign in, and begin again."
STAYS = "Your invitation is still good: open its link again."


def redirect_uri() -> str:
    """Where Clever sends people back to, whatever host the request named. Registered at Clever."""
    return f"{settings.CONSOLE_URL}{reverse('clever_back')}"


def to_clever(
    request: HttpRequest, trip: Trip, *, district_id: str = "", again: bool = False
) -> HttpResponse:
    """Sends somebody to Clever."""
    state = trips.begin(request, trip, again=again)
    return redirect(
        address_of_clever(redirect_uri=redirect_uri(), state=state, district_id=district_id)
    )


def arrived(request: HttpRequest, trip: Trip, code: str) -> HttpResponse:
    """Asks Clever who it is, and does what they were sent for."""
    take_back = limits.failed_log_in(request)
    if take_back is None:
        return turned_away(request, trip, TOO_MANY)
    try:
        admin = admin_of(code=code, redirect_uri=redirect_uri())
        answer = PURPOSES[trip.purpose](request, trip, admin)
    except ConsoleError as refusal:
        if refusal.code in NOT_THEIRS:
            take_back()
        note(refusal)
        return turned_away(request, trip, refusal.sentence)
    take_back()
    return answer


def turned_away(request: HttpRequest, trip: Trip, sentence: str) -> HttpResponse:
    """Why nobody comes in, where they can read it and go on."""
    messages.error(request, f"{sentence} {STAYS}" if trip.purpose == ACCEPT else sentence)
    return redirect("mfa_index" if request.user.is_authenticated else "account_login")


def note(refusal: ConsoleError) -> None:
    """In the log, and in the audit of the district where it is known; who it was stays unsaid."""
    log.info("clever_sign_in_refused", reason=refusal.code)
    if isinstance(refusal, Refused) and refusal.district is not None:
        clever_links.refused(district=refusal.district, code=refusal.code)


def sign_in(request: HttpRequest, trip: Trip, admin: Admin) -> HttpResponse:
    """Whoever has been connected on purpose comes in; the second factor is asked for, too."""
    district = admin.district
    link = clever_links.link_of(
        district=district, clever_district=admin.clever_district, clever_id=admin.clever_id
    )
    if link is None:
        raise Refused(NOT_TIED.format(district.name), "not_tied", district)
    user = link.membership.user
    if not user.is_active:
        raise Refused(CLOSED, "closed", district)
    goal = trip.next or landing(link.membership)
    return redirect(goal) if request.user == user else let_in(request, user, link, goal)


def let_in(request: HttpRequest, user: User, link: CleverLink, goal: str) -> HttpResponse:
    """As after a right password; the session ends with the browser, as if not to be remembered."""
    if request.user.is_authenticated:
        logout(request)
    request.session.set_expiry(0)
    answer: HttpResponse = perform_login(
        request, user, redirect_url=goal, signal_kwargs={"clever_link": link.pk}
    )
    return answer


def landing(membership: Membership) -> str:
    """The district's overview; people, for whom the integration is not there."""
    sees = Ability.SEE_INTEGRATION in ABILITIES[membership.role]
    return reverse("overview" if sees else "people", args=[membership.district.slug])


def connect(request: HttpRequest, trip: Trip, admin: Admin) -> HttpResponse:
    """Somebody signed in would be connected: they are asked first, for their password, too."""
    if not isinstance(request.user, User) or str(request.user.pk) != trip.whose:
        raise ConsoleError(SIGNED_OUT, code="signed_out")
    meet(request, trip, admin, request.user)
    return redirect("clever_connect")


def accept(request: HttpRequest, trip: Trip, admin: Admin) -> HttpResponse:
    """Somebody invited would be connected, instead of choosing a password."""
    meet(request, trip, admin, invitations.invited(request, trip.whose))
    return redirect("clever_accept", trip.whose)


def meet(request: HttpRequest, trip: Trip, admin: Admin, user: User) -> None:
    try:
        clever_links.check_link(
            user=user, district=admin.district, clever_district=admin.clever_district,
            clever_id=admin.clever_id,
        )  # fmt: skip
    except ConsoleError as refusal:
        raise Refused(refusal.sentence, refusal.code, admin.district) from refusal
    met = Met(
        trip.purpose, trip.whose, admin.district.pk, admin.clever_district, admin.clever_id,
        admin.name, time.time(),
    )  # fmt: skip
    trips.remember(request, met)


PURPOSES: Mapping[str, Callable[[HttpRequest, Trip, Admin], HttpResponse]] = {
    SIGN_IN: sign_in,
    CONNECT: connect,
    ACCEPT: accept,
}
