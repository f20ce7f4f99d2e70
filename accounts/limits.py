"""How often somebody may do what costs others something. The limits are in the settings."""

from collections.abc import Callable

from allauth.account import app_settings
from allauth.core import ratelimit
from allauth.core.internal import ratelimit as counting
from django.http import HttpRequest

APP, FAILED = "allauth.account", "login_failed"


def allows(request: HttpRequest, action: str) -> bool:
    """Whether this user may do it once more now; each look counts."""
    return bool(ratelimit.consume(request, action=action, user=request.user))


def may_come_from_clever(request: HttpRequest) -> bool:
    """Whether somebody from this place may come back from Clever once more now; each counts."""
    # allauth's public function never counts a GET, and Clever sends people back with one.
    return bool(counting.consume(request, app=APP, action="from_clever", limit_get=True))


def failed_log_in(request: HttpRequest) -> Callable[[], None] | None:
    """Counts one more failed log-in of this place (F83), by password or by Clever.

    None when there were too many already; else what takes it back, for one that did not fail.
    """
    of_a_place = [rate for rate in app_settings.RATE_LIMITS[FAILED].split(",") if "/ip" in rate]
    config = {FAILED: ",".join(of_a_place)}
    usage = counting.consume(request, app=APP, action=FAILED, config=config, limit_get=True)
    return usage.rollback if usage else None


def allows_guess(request: HttpRequest) -> bool:
    """Counts a token that is none for the place it came from, as failed log-ins are counted.

    False where that place has had too many. They are counted apart from log-ins: a program whose
    token is old must not keep the people behind the same address from signing in.
    """
    return bool(counting.consume(request, app=APP, action="token_failed", limit_get=True))
