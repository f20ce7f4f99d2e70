"""Log-ins of Clever by which members sign in: tied, untied, found (C29).

A tie is made on purpose by whoever owns the account. An e-mail address makes none: what Clever
says of it is not verified.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts import audit
from accounts.models import CleverLink, Membership, User
from core.problems import ConsoleError
from schools.models import District

REFUSALS: Mapping[str, str] = {
    "not_tied": "no account is connected with it",
    "closed": "the account here is closed",
    "switched_off": "Clever is switched off for the district",
    "not_admin": "it is not a district admin's",
    "came_as_another": "the district admin came in another role",
    "not_member": "the account is no member of the district",
    "taken": "another account is connected with it",
}
TAKEN = (
    "This log-in of Clever is connected with another account of {}. Sign in at Clever as"
    " yourself, or ask an owner of the district whose account it is."
)
ANOTHER = (
    "Your account is connected with another log-in of Clever at {}. Disconnect that one first,"
    " under Sign-in security."
)
NOT_MEMBER = (
    "{} is no member of {}, where this log-in of Clever belongs. Sign in at Clever as yourself,"
    " or ask an owner of that district to invite you."
)
LAST_WAY_IN = (
    "You have no password yet, so without Clever you could not sign in any more. Choose a"
    " password first."
)


def links_of(user: User) -> QuerySet[CleverLink]:
    """The log-ins of Clever by which this user signs in, with their districts."""
    found = CleverLink.objects.filter(membership__user=user)
    return found.select_related("membership__district").order_by("membership__district__name")


def link_of(*, district: District, clever_district: str, clever_id: str) -> CleverLink | None:
    """The tie of a log-in of Clever to a member of this district."""
    found = CleverLink.objects.filter(
        membership__district=district, clever_district_id=clever_district, clever_user_id=clever_id
    )
    return found.select_related("membership__user", "membership__district").first()


def check_link(
    *, user: User, district: District, clever_district: str, clever_id: str
) -> Membership:
    """The membership that may be tied. Raises ConsoleError for whom it belongs to already."""
    membership = Membership.objects.filter(user=user, district=district).first()
    if membership is None:
        raise ConsoleError(NOT_MEMBER.format(user.email, district.name), code="not_member")
    tied = link_of(district=district, clever_district=clever_district, clever_id=clever_id)
    if tied is not None and tied.membership_id != membership.pk:
        raise ConsoleError(TAKEN.format(district.name), code="taken")
    others = CleverLink.objects.filter(membership=membership)
    if others.exclude(clever_district_id=clever_district, clever_user_id=clever_id).exists():
        raise ConsoleError(ANOTHER.format(district.name), code="taken")
    return membership


@transaction.atomic
def link(*, user: User, district: District, clever_district: str, clever_id: str) -> CleverLink:
    """Ties a log-in of Clever to the user's membership of the district; once.

    Raises ConsoleError as check_link does.
    """
    # Two who press at the same moment: the second finds what the first has made.
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    membership = check_link(
        user=user, district=district, clever_district=clever_district, clever_id=clever_id
    )
    # Of a district that was connected with this one of Clever's before, and is no more.
    CleverLink.objects.filter(clever_district_id=clever_district, clever_user_id=clever_id).exclude(
        membership=membership
    ).delete()
    made, new = CleverLink.objects.get_or_create(
        membership=membership,
        defaults={"clever_district_id": clever_district, "clever_user_id": clever_id},
    )
    if new:
        audit.record(district, user.email, "login.clever_linked", str(user.pk))
    return made


@transaction.atomic
def unlink(*, user: User, number: int) -> CleverLink:
    """Unties one of the user's own log-ins of Clever.

    Raises ConsoleError for the last way in of somebody who has no password, and for one that is
    not there any more.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    own = links_of(user)
    found = own.filter(pk=number).first()
    if found is None:
        raise ConsoleError("This log-in of Clever is disconnected already.")
    if not user.has_usable_password() and own.count() == 1:
        raise ConsoleError(LAST_WAY_IN)
    CleverLink.objects.filter(pk=found.pk).delete()
    audit.record(found.membership.district, user.email, "login.clever_unlinked", str(user.pk))
    return found


@transaction.atomic
def signed_in(*, user: User, number: int) -> None:
    """Tells the audit that somebody has come in by Clever, the second factor included."""
    found = links_of(user).filter(pk=number).first()
    if found is not None:
        CleverLink.objects.filter(pk=number).update(used_at=Now())
        audit.record(found.membership.district, user.email, "login.clever", str(user.pk))


def refused(*, district: District, code: str) -> None:
    """Notes a refused sign-in, once an hour for each kind, so that nobody fills the audit.

    Not who: they are nobody here, or have not proved to be somebody.
    """
    audit.record_look(district, "", "login.clever_refused", code if code in REFUSALS else "")


def has_way_in(user: User) -> bool:
    """Whether somebody has taken up their invitation: by a password, or by Clever."""
    return user.has_usable_password() or links_of(user).exists()
