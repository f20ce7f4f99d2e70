"""What pages about signing in ask of Sign in with Clever (C29)."""

from django import template

from accounts import clever_links
from accounts.models import CleverLink, User
from clever_sync.sign_in import is_offered
from integration_console.clever_sign_in.invitations import districts_of
from schools.models import District

register = template.Library()


@register.simple_tag
def clever_is_offered() -> bool:
    """Whether one can sign in with Clever here."""
    return is_offered()


@register.simple_tag
def clever_links_of(user: User) -> list[CleverLink]:
    """By which log-ins of Clever this user signs in."""
    return list(clever_links.links_of(user))


@register.simple_tag
def clever_districts_of(user: User) -> list[District]:
    """The districts for which this user could be connected."""
    return districts_of(user)


@register.simple_tag
def clever_may_accept(user: User) -> list[District]:
    """The districts for which an invitation may be accepted with Clever."""
    return [] if clever_links.has_way_in(user) else districts_of(user)
