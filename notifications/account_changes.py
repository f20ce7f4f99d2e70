"""Who can enter an account has changed: its owner hears of it, whoever did it (C29).

Whoever took an account over would first change how it is entered; the letter goes to the address
that the change has not touched.
"""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from notifications import mail

# By allauth's names; "clever_" are ours.
CHANGES = {
    "password_changed": "The password was changed",
    "password_reset": "A new password was chosen, by a link from a mail",
    "password_set": "A password was chosen",
    "totp_activated": "The second factor was switched on",
    "totp_deactivated": "The second factor was switched off",
    "recovery_codes_generated": "New recovery codes were made",
    "clever_connected": "The account was connected with a log-in of Clever",
    "clever_disconnected": "The account was disconnected from Clever",
}
# Setting up a second factor makes recovery codes as well, and one letter tells of both.
JUST_NOW = timedelta(minutes=1)


def tell_change(user: User, what: str) -> None:
    """Writes to the user that this of CHANGES was done; of anything else nobody is told.

    A letter that cannot leave is noted in the log.
    """
    if what not in CHANGES or (what == "recovery_codes_generated" and _is_new_here(user)):
        return
    context: dict[str, object] = {
        "what": CHANGES[what],
        "email": user.email,
        "at": timezone.now(),
        "support": settings.SUPPORT_EMAIL,
    }
    mail.send(to=user.email, template="account", context=context)


def _is_new_here(user: User) -> bool:
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    return bool(factor.filter(created_at__gt=timezone.now() - JUST_NOW).exists())
