"""Members of a district: their roles and schools, and who goes. One owner stays always (H20)."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now

from accounts import audit
from accounts.access import ABILITIES, Ability
from accounts.clever_links import has_way_in
from accounts.invitation import invite, set_password_link
from accounts.models import Membership, User
from accounts.tokens import LOST_ROLE, end_tokens
from core.problems import ConsoleError
from core.vocabulary import MemberRole
from schools.models import District, School

OWN = (
    "This is your own role. Nobody takes their own rights away by accident:"
    " ask another owner to do it."
)
LAST_OWNER = "{} is the last owner of {}. Make somebody else an owner first."
GONE = "This user is not a member of {} any more. Reload the page."


@transaction.atomic
def invite_member(
    *, district: District, email: str, role: MemberRole, schools: Sequence[int] = (), by: str
) -> tuple[User, str]:
    """A new member; the link is "" for somebody who can sign in already.

    Raises ConsoleError for an address that is none, for a member, and for a Librarian without a
    school or with one of another district.
    """
    chosen = _schools(district, role, schools)
    _locked(district)
    user, link = invite(district=district, email=email, role=role, by=by)
    Membership.objects.get(district=district, user=user).schools.set(chosen)
    return user, link


@transaction.atomic
def change_member(
    *, district: District, number: int, role: MemberRole, schools: Sequence[int] = (), by: str
) -> Membership:
    """Another role, other schools. Raises ConsoleError for the last owner and for oneself.

    The API tokens of whoever is an owner no more end with the role (C28).
    """
    chosen = _schools(district, role, schools)
    membership = _member(district, number)
    if membership.role != role:
        _not_oneself(membership, by)
        _not_the_last_owner(membership)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    membership.schools.set(chosen)
    audit.record(
        district, by, "member.change", str(membership.user_id),
        role=str(role), role_before=before, schools=[school.pk for school in chosen],
    )  # fmt: skip
    if Ability.MANAGE not in ABILITIES[role]:
        end_tokens(maker=membership.user, district=district, by=by, why=LOST_ROLE)
    return membership


@transaction.atomic
def remove_member(*, district: District, number: int, by: str) -> User:
    """Takes the membership away; the user and what they did stay, their API tokens end (C28).

    Raises ConsoleError for the last owner and for oneself.
    """
    membership = _member(district, number)
    _not_oneself(membership, by)
    _not_the_last_owner(membership)
    membership.delete()
    audit.record(district, by, "member.remove", str(membership.user_id), role=membership.role)
    end_tokens(maker=membership.user, district=district, by=by, why=LOST_ROLE)
    return membership.user


@transaction.atomic
def renew_invitation(*, district: District, number: int, by: str) -> tuple[Membership, str]:
    """A fresh link for somebody who cannot sign in yet, and "" for who can.

    An older link works as well until it is used, or until it is too old.
    """
    membership = _member(district, number)
    Membership.objects.filter(pk=membership.pk).update(invited_at=Now(), invited_by=by)
    audit.record(district, by, "member.invite_again", str(membership.user_id))
    user = membership.user
    return membership, "" if has_way_in(user) else set_password_link(user)


def _locked(district: District) -> None:
    """One change of members at a time: two owners must not remove each other."""
    District.objects.select_for_update(no_key=True).get(pk=district.pk)


def _member(district: District, number: int) -> Membership:
    _locked(district)
    found = Membership.objects.filter(district=district, pk=number).select_related("user").first()
    if found is None:
        raise ConsoleError(GONE.format(district.name))
    return found


def _not_oneself(membership: Membership, by: str) -> None:
    if membership.user.email == by:
        raise ConsoleError(OWN)


def _not_the_last_owner(membership: Membership) -> None:
    district = membership.district
    owners = Membership.objects.filter(
        district=district, role=MemberRole.OWNER, user__is_active=True
    )
    if membership.role == MemberRole.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise ConsoleError(LAST_OWNER.format(membership.user.email, district.name))


def _schools(district: District, role: MemberRole, wanted: Sequence[int]) -> list[School]:
    """The Librarian's schools; other roles have all of them and name none."""
    if role != MemberRole.LIBRARIAN:
        return []
    found = list(School.objects.filter(district=district, pk__in=wanted))
    if len(found) != len(set(wanted)):
        raise ConsoleError(f"One of these schools does not belong to {district.name}.")
    if not found:
        raise ConsoleError("A Librarian works at chosen schools: choose one school at least.")
    return found
