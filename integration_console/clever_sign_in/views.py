"""Sign in with Clever: the way there, the way back, and what is connected on purpose (C29)."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clever_links, limits
from accounts.models import CleverLink, User
from accounts.password_again import WITHOUT_ONE, refusal
from clever_sync.models import Connection
from clever_sync.sign_in import is_offered
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.clever_sign_in import arriving, invitations, trips
from integration_console.clever_sign_in.arriving import ACCEPT, CONNECT, SIGN_IN, to_clever
from integration_console.clever_sign_in.forms import ConnectForm
from integration_console.clever_sign_in.trips import Met, Trip
from notifications.account_changes import tell_change
from schools.models import District

LONGEST_CODE = 500
LONGEST_NEXT = 500
NO_STATE = (
    "Clever brought you back without what this console had given it: your browser keeps no cookies,"
    " or it took longer than ten minutes. Press Sign in with Clever again."
)
STOPPED = "Clever has not signed you in. Press Sign in with Clever again, or use your password."
TOO_LATE = "It took longer than ten minutes. Press Connect with Clever again."


def offered() -> None:
    """Raises Http404 where the console has no application at Clever."""
    if not is_offered():
        raise Http404


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Sign in with Clever."""
    offered()
    if request.user.is_authenticated:
        return redirect("home")
    wanted = request.GET.get("next", "")[: LONGEST_NEXT + 1]
    local = len(wanted) <= LONGEST_NEXT and url_has_allowed_host_and_scheme(wanted, None)
    return to_clever(request, Trip(SIGN_IN, next=wanted if local else ""))


@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Clever sends people back to here, with a code. A code without a state is thrown away."""
    offered()
    state = request.GET.get("state", "")
    trip = trips.take(request, state)
    if not limits.may_come_from_clever(request):
        return arriving.turned_away(request, trip or Trip(SIGN_IN), arriving.TOO_MANY)
    if trip is None:
        return begin_again(request, state)
    code = request.GET.get("code", "")
    if not code or len(code) > LONGEST_CODE:
        return arriving.turned_away(request, trip, STOPPED)
    return arriving.arrived(request, trip, code)


def begin_again(request: HttpRequest, state: str) -> HttpResponse:
    """Whoever begins in Clever's portal brings no state: our own way begins anew, once (7.3)."""
    lost = bool(state) and request.user.is_authenticated
    if lost or trips.goes_in_circles(request, state):
        return arriving.turned_away(request, Trip(SIGN_IN), NO_STATE)
    return to_clever(request, Trip(SIGN_IN), again=True)


@login_required
@require_GET
def connect_start(request: HttpRequest) -> HttpResponse:
    """Connect with Clever, from one's own account."""
    offered()
    assert isinstance(request.user, User)
    if not request.user.has_usable_password():
        messages.error(request, WITHOUT_ONE)
        return redirect("mfa_index")
    trip = Trip(CONNECT, whose=str(request.user.pk))
    return to_clever(request, trip, district_id=only_one(request.user))


def only_one(user: User) -> str:
    """Clever's id of the user's district, where there is one to choose from."""
    found = Connection.objects.filter(district__in=invitations.districts_of(user))
    ids = list(found.values_list("clever_district_id", flat=True)[:2])
    return ids[0] if len(ids) == 1 else ""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """Whom Clever has named, and the password again; then they are connected."""
    user = request.user
    assert isinstance(user, User)
    met = trips.remembered(request, CONNECT, str(user.pk))
    if met is None:
        messages.error(request, TOO_LATE)
        return SeeOther(reverse("mfa_index"))
    given = request.POST if request.method == "POST" else None
    form = ConnectForm(given, prove=partial(refusal, request))
    if not form.is_valid():
        return asked(request, met, user, form)
    try:
        link = tie(request, met, user)
    except ConsoleError as no:
        messages.error(request, no.sentence)
    else:
        name = link.membership.district.name
        messages.success(
            request, f"Connected: from now on you sign in for {name} with Clever, too."
        )
    return SeeOther(reverse("mfa_index"))


@require_GET
def invited_start(request: HttpRequest, uid: str) -> HttpResponse:
    """Accept an invitation with Clever; its link was opened in this session."""
    offered()
    try:
        user = invitations.invited(request, uid)
    except ConsoleError as no:
        messages.error(request, no.sentence)
        return redirect("account_login")
    return to_clever(request, Trip(ACCEPT, whose=uid), district_id=only_one(user))


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, uid: str) -> HttpResponse:
    """Whom Clever has named; when they agree they are connected, and signed in."""
    met = trips.remembered(request, ACCEPT, uid)
    try:
        user = invitations.invited(request, uid)
        if met is None:
            raise ConsoleError(f"It took longer than ten minutes. {arriving.STAYS}")
        if request.method != "POST":
            return asked(request, met, user)
        link = tie(request, met, user)
    except ConsoleError as no:
        messages.error(request, no.sentence)
        return SeeOther(reverse("account_login"))
    invitations.used(request)
    return arriving.let_in(request, user, link, arriving.landing(link.membership))


def asked(
    request: HttpRequest, met: Met, user: User, form: ConnectForm | None = None
) -> HttpResponse:
    district = District.objects.get(pk=met.district)
    context = {"met": met, "account": user, "district": district, "form": form}
    return render(request, "clever_sign_in/connect.html", context)


def tie(request: HttpRequest, met: Met, user: User) -> CleverLink:
    trips.forget(request)
    district = District.objects.get(pk=met.district)
    link = clever_links.link(
        user=user, district=district, clever_district=met.clever_district, clever_id=met.clever_id
    )
    tell_change(user, "clever_connected")
    return link


@login_required
@require_POST
def disconnect(request: HttpRequest, number: int) -> HttpResponse:
    """One's own account is not entered by Clever any more."""
    assert isinstance(request.user, User)
    try:
        gone = clever_links.unlink(user=request.user, number=number)
    except ConsoleError as no:
        messages.error(request, no.sentence)
    else:
        tell_change(request.user, "clever_disconnected")
        name = gone.membership.district.name
        messages.success(request, f"Disconnected: Clever does not sign you in for {name} any more.")
    return SeeOther(reverse("mfa_index"))
