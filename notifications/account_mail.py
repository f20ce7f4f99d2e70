"""Mail about an account (a forgotten password) leaves by the one door, too."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from accounts.adapter import ClosedSignup
from notifications import mail
from notifications.account_changes import tell_change


class AccountMail(ClosedSignup):
    """What django-allauth writes to people.

    A mail that cannot leave is noted in the log and changes no page: a page that differed would
    tell a stranger which addresses have an account.
    """

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Renders the templates of this prefix and hands the message to the door."""
        days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
        more = {"console": settings.CONSOLE_URL, "email": email, "days": days}
        mail.deliver(self.render_mail(template_prefix, email, {**more, **context}))

    def send_notification_mail(
        self, template_prefix: str, user: Any, *args: Any, **more: Any
    ) -> None:
        """Tells the owner of an account, beside the audit, that it is entered otherwise now."""
        super().send_notification_mail(template_prefix, user, *args, **more)
        tell_change(user, template_prefix.rpartition("/")[2])

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link as the console is known outside, whatever host the request named."""
        address: str = super().get_reset_password_from_key_url(key)
        return f"{settings.CONSOLE_URL}{urlsplit(address).path}"
