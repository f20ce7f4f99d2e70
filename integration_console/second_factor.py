"""REQUIRE_SECOND_FACTOR: whoever has none sets one up before anything else."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse

Answer = Callable[[HttpRequest], HttpResponse]
# Setting it up asks for the password again; signing out is always allowed.
ALLOWED = {"mfa_activate_totp", "account_reauthenticate", "account_logout"}


def second_factor(answer: Answer) -> Answer:
    """Middleware: leads a signed-in user without a second factor to setting it up.

    Recovery codes alone are none. It stands behind the middleware that knows the user.
    """

    def guarded(request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_SECOND_FACTOR and not allowed(request):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return answer(request)

    return guarded


def allowed(request: HttpRequest) -> bool:
    """Whether nobody is signed in, a second factor is there, or the page is one of the few."""
    if not request.user.is_authenticated or name_of(request.path_info) in ALLOWED:
        return True
    factors = Authenticator.objects.filter(user_id=request.user.pk)
    return bool(factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def name_of(path: str) -> str:
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""
