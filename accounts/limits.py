"""How often a user may do what costs others something. The limits are in the settings."""

from allauth.core import ratelimit
from django.http import HttpRequest


def allows(request: HttpRequest, action: str) -> bool:
    """Whether this user may do it once more now; each look counts."""
    return bool(ratelimit.consume(request, action=action, user=request.user))
