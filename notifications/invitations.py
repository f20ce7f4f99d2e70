"""Letters to people of a district: invited, invited again, told that Support has enabled Clever.

What is done is kept whether or not the mail leaves; the answer says if it did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.conf import settings

from accounts import members
from accounts.access import ROLE_NAMES
from accounts.models import User
from accounts.roles import MEANINGS
from core.vocabulary import MemberRole
from notifications import mail
from schools.models import District

DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Invited:
    """Who was invited, and whether the mail about it left."""

    user: User
    sent: bool


def invite_by_mail(
    *, district: District, email: str, role: MemberRole, schools: Sequence[int] = (), by: str
) -> Invited:
    """A new member, and a letter with what to do. Raises ConsoleError as invite_member does."""
    user, link = members.invite_member(
        district=district, email=email, role=role, schools=schools, by=by
    )
    return Invited(user, _letter(district, user, role, link, by))


def invite_again_by_mail(*, district: District, number: int, by: str) -> Invited:
    """The letter once more, with a fresh link. Raises ConsoleError if nobody is there."""
    membership, link = members.renew_invitation(district=district, number=number, by=by)
    role = MemberRole(membership.role)
    return Invited(membership.user, _letter(district, membership.user, role, link, by))


def tell_enabled(district: District) -> bool:
    """Tells whoever asked for the integration that Support has enabled it; whether that left."""
    if not district.clever_requested_by:
        return False
    context = cast("dict[str, object]", {"district": district})
    return mail.send(to=district.clever_requested_by, template="enabled", context=context)


def _letter(district: District, user: User, role: MemberRole, link: str, by: str) -> bool:
    context: dict[str, object] = {
        "district": district,
        "by": by,
        "email": user.email,
        "role": ROLE_NAMES[role],
        "meaning": MEANINGS[role],
        "link": link,
        "days": settings.PASSWORD_RESET_TIMEOUT // DAY,
        "support": settings.SUPPORT_EMAIL,
    }
    return mail.send(to=user.email, template="invitation", context=context)
