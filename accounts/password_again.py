"""The password once more, before something is done that cannot simply be taken back (C09)."""

from allauth.core import ratelimit
from django.http import HttpRequest

from accounts.models import User

TOO_MANY = "Too many attempts. Wait a minute, then try again."
WRONG = "That is not your password."
# To sign in at Clever once more would prove nothing: a browser that is still logged in there is
# let through without a word.
WITHOUT_ONE = (
    "This asks for your password, and you have none: you sign in with Clever. Choose one under"
    " Sign-in security, then come back."
)


def refusal(request: HttpRequest, password: str) -> str:
    """Why this password does not prove that it is still the user, in a sentence; "" if it does.

    Each look counts for the limit that the "confirm access" page has, too.
    """
    if not isinstance(request.user, User):
        return WRONG
    if not request.user.has_usable_password():
        return WITHOUT_ONE
    if not ratelimit.consume(request, action="reauthenticate"):
        return TOO_MANY
    return "" if request.user.check_password(password) else WRONG
