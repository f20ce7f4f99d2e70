"""How django-allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import clever_links
from accounts.audit import record, record_look
from accounts.models import Membership

LOCKED_OUT = (
    "Too many failed attempts. Wait 5 minutes, then try again; until then even the right"
    " password is refused. If you have forgotten it, ask for a new one below."
)


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by invitation or command, never by a stranger's form."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": LOCKED_OUT,
        "rate_limited": "Too many attempts. Wait 5 minutes, then try again.",
    }

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts it, and notes it in the audit of every district that the address belongs to.

        Once an hour for each, so that nobody can fill the audit by guessing.
        """
        super().authentication_failed(request, **credentials)
        email = str(credentials.get("email") or "")
        known = Membership.objects.filter(user__email__iexact=email) if email else ()
        for membership in known:
            record_look(membership.district, email.lower(), "login.failed", "")

    def post_login(
        self, request: HttpRequest, user: Any, *, signal_kwargs: Any, **more: Any
    ) -> HttpResponse:
        """Tells who came in by Clever, once the second factor has been given, too (C29)."""
        response: HttpResponse = super().post_login(
            request, user, signal_kwargs=signal_kwargs, **more
        )
        if number := (signal_kwargs or {}).get("clever_link"):
            clever_links.signed_in(user=user, number=number)
        return response

    def send_notification_mail(
        self, template_prefix: str, user: Any, *args: Any, **more: Any
    ) -> None:
        """Notes what somebody did to their own account: another password, the second factor.

        allauth calls this after each of these; `template_prefix` ends with what it was.
        """
        what = template_prefix.rpartition("/")[2]
        record(None, user.email, f"account.{what}", str(user.pk))
        super().send_notification_mail(template_prefix, user, *args, **more)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor, which an installation may require of everybody."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not right, or it is too old. Write the one shown now.",
        "cannot_delete_authenticator": (
            "This installation requires a second factor, so it cannot be switched off."
        ),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not where everybody must have one."""
        return not settings.REQUIRE_SECOND_FACTOR
