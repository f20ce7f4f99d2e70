"""Tokens for the API of a district: made by its owners, shown once, ended by anybody of them (C28).

Half of 256 bits would be too many to guess, so a plain hash of the token is kept: there is nothing
in it that a slow one would protect.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts import audit
from accounts.access import ABILITIES, Ability
from accounts.models import ApiToken, Membership, User
from core.problems import ConsoleError
from core.text import clean
from core.vocabulary import TokenScope
from schools.models import District

BEGINS = "cic_"
LIFETIME = timedelta(days=365)
LONGEST = timedelta(days=2 * 365)
MOST = 50
LONGEST_NAME = 60
NO_OWNER = "Only owners of a district make tokens, in their own name."
NAMELESS = "Name the program that will use the token, so that you know it again."
SAME_NAME = "There is a token named {} already. Choose another name, or revoke that one first."
TOO_MANY = f"A district has {MOST} tokens at most. Revoke one that nobody uses."
WRONG_END = "The token ends on a day after today, and two years from now at the latest."
GONE = "This token does not work any more already."
LOST_ROLE = "Whoever made it is not an owner any more"
CLOSED = "The account of whoever made it was closed"


@dataclass(frozen=True)
class Made:
    """A token and its text, which is nowhere else and cannot be shown again."""

    token: ApiToken
    secret: str


def digest_of(secret: str) -> str:
    """What is kept of a token."""
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_token(
    *, district: District, name: str, scope: TokenScope, until: datetime, now: datetime, by: User
) -> Made:
    """A new token; its maker is an owner of the district, or a ConsoleError says no.

    Raises ConsoleError for a name that is missing or taken, and for an end that is none, too.
    """
    name = clean(name)[:LONGEST_NAME]
    # One token at a time, and none while the maker is being removed.
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    _must_manage(district, by)
    if not name:
        raise ConsoleError(NAMELESS)
    if not now < until <= now + LONGEST:
        raise ConsoleError(WRONG_END)
    lasting = ApiToken.objects.filter(district=district, ended_at=None)
    if lasting.filter(name__iexact=name).exists():
        raise ConsoleError(SAME_NAME.format(name), code="same_name")
    if lasting.count() >= MOST:
        raise ConsoleError(TOO_MANY)
    prefix = BEGINS + secrets.token_hex(4)
    secret = f"{prefix}_{secrets.token_hex(32)}"
    token = ApiToken.objects.create(
        district=district, made_by=by, name=name, scope=scope, prefix=prefix,
        digest=digest_of(secret), expires_at=until,
    )  # fmt: skip
    audit.record(
        district, by.email, "token.make", prefix, scope=str(scope), until=until.date().isoformat()
    )
    return Made(token, secret)


def _must_manage(district: District, user: User) -> None:
    role = Membership.objects.filter(district=district, user=user, user__is_active=True)
    held = role.values_list("role", flat=True).first()
    if held is None or Ability.MANAGE not in ABILITIES[held]:
        raise ConsoleError(NO_OWNER)


@transaction.atomic
def revoke_token(*, district: District, number: int, by: str) -> ApiToken:
    """Ends a token at once. Raises ConsoleError for one that has ended, or is none of these."""
    token = ApiToken.objects.filter(district=district, pk=number).first()
    ended = ApiToken.objects.filter(district=district, pk=number, ended_at=None)
    if token is None or not ended.update(ended_at=Now(), ended_by=by):
        raise ConsoleError(GONE)
    audit.record(district, by, "token.revoke", token.prefix)
    return token


@transaction.atomic
def end_tokens(*, maker: User, district: District | None, by: str, why: str) -> int:
    """Ends what somebody has made, in a district or everywhere, and for good; how many they were.

    Also an expired one: its maker may get the role back, and the token must not.
    """
    theirs = Q(made_by=maker, ended_at=None)
    if district is not None:
        theirs &= Q(district=district)
    lasting = list(ApiToken.objects.select_for_update().filter(theirs).select_related("district"))
    for token in lasting:
        audit.record(token.district, by, "token.end", token.prefix)
    numbers = [token.pk for token in lasting]
    return ApiToken.objects.filter(pk__in=numbers).update(
        ended_at=Now(), ended_by=by, ended_why=why
    )
