"""The gate: who may see and do what in a district. The only room that decides it.

The first line of every view of a district is

    access = member(request, slug, Ability.SEE_PEOPLE)

Whatever a person may not see is not there (404): a stranger's district, the integration for a
Librarian (A02), people for Support without a grant (C33). Whatever a person may see but not do
is refused with a reason (403).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject, Now
from django.http import Http404, HttpRequest

from accounts.models import ApiToken, Membership, SupportGrant, User
from core.vocabulary import MemberRole, TokenScope
from schools.models import District


class Ability(StrEnum):
    SEE_INTEGRATION = "see_integration"
    SEE_PEOPLE = "see_people"
    SEE_PERSONAL_DATA = "see_personal_data"
    SEE_GPA = "see_gpa"
    EXPORT = "export"
    EDIT_PEOPLE = "edit_people"
    LOCK = "lock"
    SYNC = "sync"
    RESOLVE_ALERTS = "resolve_alerts"
    IMPORT = "import"
    MANAGE = "manage"


SUPPORT = "support"
HIDDEN = {Ability.SEE_INTEGRATION, Ability.SEE_PEOPLE}
OF_INTEGRATION = {Ability.LOCK, Ability.SYNC, Ability.RESOLVE_ALERTS, Ability.IMPORT}
GPA = {"weighted_gpa", "unweighted_gpa"}
# What says nothing about a single child or employee.
IMPERSONAL = {"site", "additional_sites", "status", "status_before", "grade", "class_year", "roles"}
READ = frozenset({Ability.SEE_INTEGRATION, Ability.SEE_PEOPLE})
OPERATE = READ | {
    Ability.SEE_PERSONAL_DATA,
    Ability.EXPORT,
    Ability.EDIT_PEOPLE,
    Ability.LOCK,
    Ability.SYNC,
    Ability.RESOLVE_ALERTS,
}
ABILITIES: Mapping[str, frozenset[Ability]] = {
    MemberRole.OWNER: OPERATE | {Ability.IMPORT, Ability.SEE_GPA, Ability.MANAGE},
    MemberRole.IMPORT_ADMIN: OPERATE | {Ability.IMPORT, Ability.SEE_GPA},
    MemberRole.OPERATOR: OPERATE,
    MemberRole.VIEWER: READ,
    MemberRole.LIBRARIAN: frozenset(
        {Ability.SEE_PEOPLE, Ability.SEE_PERSONAL_DATA, Ability.EXPORT, Ability.EDIT_PEOPLE}
    ),
    SUPPORT: frozenset({Ability.SEE_INTEGRATION}),
}
WITH_GRANT = frozenset({Ability.SEE_PEOPLE, Ability.SEE_PERSONAL_DATA})
# A program decides nothing that a person has to look at, and changes no setting (C28).
READ_BY_TOKEN = READ | {Ability.SEE_PERSONAL_DATA, Ability.SEE_GPA, Ability.EXPORT}
SCOPES: Mapping[str, frozenset[Ability]] = {
    TokenScope.READ: READ_BY_TOKEN,
    TokenScope.ACT: READ_BY_TOKEN | {Ability.SYNC, Ability.IMPORT},
}
ROLE_NAMES: Mapping[str, str] = {
    MemberRole.OWNER: "Owner",
    MemberRole.IMPORT_ADMIN: "Import admin",
    MemberRole.OPERATOR: "Operator",
    MemberRole.VIEWER: "Viewer",
    MemberRole.LIBRARIAN: "Librarian",
    SUPPORT: "Support",
}


@dataclass(frozen=True)
class Looking:
    """Support sees this district's people: who, until when, and why (H15)."""

    who: str
    until: datetime
    reason: str


@dataclass(frozen=True)
class Access:
    """What a user may do in a district. `schools` is None for all of them, else a Librarian's.

    `looking` is the grant that lasts longest: for Support their own, for members anybody's.
    """

    district: District
    user: User
    role: str
    abilities: frozenset[Ability]
    schools: frozenset[int] | None = None
    several: bool = False
    looking: Looking | None = None

    @property
    def role_name(self) -> str:
        return ROLE_NAMES[self.role]

    @property
    def can(self) -> dict[str, bool]:
        """For templates: {"export": True, ...}."""
        return {ability.value: ability in self.abilities for ability in Ability}

    def may(self, ability: Ability) -> bool:
        return ability in self.abilities

    def sees(self, field: str) -> bool:
        """Whether the values of a field (a key of schools.targets) are shown or masked."""
        if field in GPA:
            return Ability.SEE_GPA in self.abilities
        return field in IMPERSONAL or Ability.SEE_PERSONAL_DATA in self.abilities

    def must(self, ability: Ability) -> None:
        """Raises Http404 for what the user may not see, PermissionDenied for what not to do."""
        if ability in self.abilities:
            return
        blind = ability in OF_INTEGRATION and Ability.SEE_INTEGRATION not in self.abilities
        if ability in HIDDEN or blind:
            raise Http404
        raise PermissionDenied(
            f"Your role here is {self.role_name}, which does not allow this."
            " An owner of the district can give you another role."
        )


def member(request: HttpRequest, slug: str, ability: Ability) -> Access:
    """The signed-in user's access to the district, proved to have the ability."""
    access = find(request.user, slug) if isinstance(request.user, User) else None
    if access is None:
        raise Http404
    access.must(ability)
    return access


def find(user: User, slug: str) -> Access | None:
    """The user's access to the district, or None for a stranger and for a district not there."""
    others = Membership.objects.filter(user=user).exclude(district__slug=slug)
    membership = (
        Membership.objects.filter(user=user, district__slug=slug)
        .select_related("district")
        .annotate(several=Exists(others), looking=looking(OuterRef("district")))
        .first()
    )
    if membership is None:
        return support(user, slug) if user.is_staff else None
    librarian = membership.role == MemberRole.LIBRARIAN
    return Access(
        district=membership.district,
        user=user,
        role=membership.role,
        abilities=ABILITIES[membership.role],
        schools=frozenset(membership.schools.values_list("pk", flat=True)) if librarian else None,
        several=membership.several or user.is_staff,
        looking=looking_of(membership.looking),
    )


def of_token(token: ApiToken) -> Access | None:
    """What a program may do with a token: never more than whoever made it may do here now.

    None where the maker may not manage the district any more, or has a closed account (C28).
    """
    maker = Membership.objects.filter(user=token.made_by, district=token.district)
    role = maker.filter(user__is_active=True).values_list("role", flat=True).first()
    if role is None or Ability.MANAGE not in ABILITIES[role]:
        return None
    return Access(token.district, token.made_by, role, SCOPES[token.scope] & ABILITIES[role])


def support(user: User, slug: str) -> Access | None:
    """Support sees the state of every district, and people only while a grant lasts."""
    own = looking(OuterRef("pk"), user=user)
    district = District.objects.filter(slug=slug).annotate(looking=own).first()
    if district is None:
        return None
    granted = looking_of(district.looking)
    more = WITH_GRANT if granted else frozenset[Ability]()
    return Access(district, user, SUPPORT, ABILITIES[SUPPORT] | more, several=True, looking=granted)


def looking(district: OuterRef, **whose: User) -> Subquery:
    """The grant of a district that lasts longest, as a value of the query around it."""
    grants = SupportGrant.objects.filter(district=district, until__gt=Now(), **whose)
    told = JSONObject(who="user__email", until="until", reason="reason")
    return Subquery(grants.order_by("-until").values(told=told)[:1])


def looking_of(told: dict[str, str] | None) -> Looking | None:
    if told is None:
        return None
    return Looking(told["who"], datetime.fromisoformat(told["until"]), told["reason"])
