"""Tokens as the page shows them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.models import ApiToken
from imports.words import Word
from integration_console.tokens.forms import SCOPES
from schools.models import District

GOOD = Word("Works", "good", "circle-check")
SOON = Word("Ends soon", "wait", "clock-alert")
EXPIRED = Word("Expired", "bad", "clock-alert")
ENDED = Word("Revoked", "quiet", "circle-slash")
SOON_ENDS = timedelta(days=30)
ENDED_SHOWN = 20
NAMES = dict(SCOPES)


@dataclass(frozen=True)
class Row:
    """A token in the list."""

    token: ApiToken
    state: Word

    @property
    def scope(self) -> str:
        return NAMES[self.token.scope]


def state_of(token: ApiToken, now: datetime) -> Word:
    """Whether the token works, and for how long."""
    if token.ended_at:
        return ENDED
    if token.expires_at <= now:
        return EXPIRED
    return SOON if token.expires_at <= now + SOON_ENDS else GOOD


def rows(found: QuerySet[ApiToken], now: datetime) -> list[Row]:
    return [Row(token, state_of(token, now)) for token in found.select_related("made_by")]


def lasting(district: District, now: datetime) -> list[Row]:
    """The tokens that nobody has revoked, by their names (accounts.tokens.MOST at most)."""
    return rows(ApiToken.objects.filter(district=district, ended_at=None).order_by("name"), now)


def ended(district: District, now: datetime) -> list[Row]:
    """The last ones that were revoked."""
    gone = ApiToken.objects.filter(district=district, ended_at__isnull=False)
    return rows(gone.order_by("-ended_at", "-pk")[:ENDED_SHOWN], now)
