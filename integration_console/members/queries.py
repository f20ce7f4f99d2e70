"""What the pages of members read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.http import Http404

from accounts.access import ROLE_NAMES
from accounts.models import CleverLink, Membership, SupportGrant
from core.vocabulary import MemberRole
from imports.words import Word
from schools.models import District

PAGE = 50
INVITED = Word("Invited", "info", "mail")
TOO_OLD = Word("Invitation too old", "wait", "clock-alert")
NEVER_IN = Word("Not signed in yet", "quiet", "user-round")
ACTIVE = Word("Active", "good", "circle-check")
CLOSED = Word("Account closed", "bad", "user-x")


@dataclass(frozen=True)
class Row:
    """A member in the list. `schools` is how many a Librarian has, `school` the first of them."""

    membership: Membership
    state: Word
    good_until: datetime
    school: str
    schools: int

    @property
    def email(self) -> str:
        return self.membership.user.email

    @property
    def role(self) -> str:
        return ROLE_NAMES[self.membership.role]

    @property
    def ways_in(self) -> str:
        """By what this user signs in."""
        read, has_password = self.membership.__dict__, self.membership.user.has_usable_password()
        ways = [
            *(["password"] if has_password else []),
            *(["Clever"] if read["by_clever"] else []),
        ]
        first = " or ".join(ways)
        return f"{first}, with a second factor" if first and read["second_factor"] else first

    @property
    def others(self) -> int:
        return self.schools - 1

    @property
    def fresh(self) -> bool:
        """Whether the link of the invitation still works."""
        return self.state == INVITED

    @property
    def invited(self) -> bool:
        """Whether the invitation has not been taken up."""
        return self.state in (INVITED, TOO_OLD)


def members(district: District, q: str = "", role: str = "") -> QuerySet[Membership]:
    """The district's members by their addresses, with what a row shows."""
    found = Membership.objects.filter(district=district).select_related("user")
    if q:
        name = Q(user__first_name__icontains=q) | Q(user__last_name__icontains=q)
        found = found.filter(Q(user__email__icontains=q) | name)
    if role:
        found = found.filter(role=role)
    return found.annotate(
        school_count=Count("schools"),
        first_school=Min("schools__name"),
        by_clever=Exists(CleverLink.objects.filter(membership__user=OuterRef("user"))),
        second_factor=Exists(
            Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.TOTP)
        ),
    ).order_by("user__email")


def rows(found: QuerySet[Membership], after: str, now: datetime) -> list[Row]:
    """A page of rows behind this address, and one more if there is another page."""
    behind = found.filter(user__email__gt=after) if after else found
    return [row(membership, now) for membership in behind[: PAGE + 1]]


def grants(district: District, now: datetime) -> QuerySet[SupportGrant]:
    """Leave for Support to see people here that has not ended (C33)."""
    open_now = SupportGrant.objects.filter(district=district, until__gt=now)
    return open_now.select_related("user").order_by("until", "pk")


def row_of(district: District, number: int, now: datetime) -> Row:
    """One member. Raises Http404 for whoever is none of this district."""
    found = members(district).filter(pk=number).first()
    if found is None:
        raise Http404
    return row(found, now)


def row(membership: Membership, now: datetime) -> Row:
    read = membership.__dict__
    good_until = membership.invited_at + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return Row(
        membership=membership,
        state=state_of(membership, good_until > now, read["by_clever"]),
        good_until=good_until,
        school=read["first_school"] or "",
        schools=read["school_count"],
    )


def state_of(membership: Membership, fresh: bool, by_clever: bool) -> Word:
    """Whether somebody has taken up the invitation, and has signed in."""
    user = membership.user
    if not user.is_active:
        return CLOSED
    if not user.has_usable_password() and not by_clever:
        return INVITED if fresh else TOO_OLD
    return ACTIVE if user.last_login else NEVER_IN


def owners_of(district: District) -> list[str]:
    """The addresses of those who invite users and give roles."""
    owners = Membership.objects.filter(district=district, role=MemberRole.OWNER)
    return list(owners.order_by("user__email").values_list("user__email", flat=True))
