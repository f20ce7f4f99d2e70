"""How django-allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by invitation or command, never by a stranger's form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
