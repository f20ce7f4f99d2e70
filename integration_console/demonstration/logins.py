"""Who can log in to the demonstration, and with which passwords."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from accounts import clever_links
from accounts.models import Membership, User
from clever_sync.models import Connection
from core.problems import ConsoleError
from core.vocabulary import MemberRole
from schools.models import District, School

WORDS = (
    "acorn amber badger basil birch cedar clover comet copper coral daisy ember falcon fern "
    "garnet ginger hazel heron indigo iris ivory jasper juniper kestrel lantern laurel lemon "
    "lilac linden lotus maple marble meadow mint nutmeg olive onyx opal orchid otter pebble "
    "pepper pine plum poppy quartz quill raven reed robin saffron sage sparrow spruce tansy "
    "thistle topaz tulip violet walnut willow wren yarrow"
).split()


@dataclass(frozen=True)
class Login:
    """Somebody who can log in."""

    email: str
    what: str

    @property
    def password(self) -> str:
        """Always the same in one installation, and another in every other."""
        secret, purpose = settings.SECRET_KEY.encode(), f"demonstration/{self.email}"
        digest = hmac.digest(secret, purpose.encode(), "sha256")
        words = [WORDS[byte % len(WORDS)] for byte in digest[:4]]
        return "-".join([*words, f"{int.from_bytes(digest[4:8], 'big') % 10_000:04}"])


IMPORT_ADMIN = Login("dana.whitfield@maple.example", "Import admin")
LIBRARIAN = Login("lee.marsh@maple.example", "Librarian")
SUPPORT = Login("support@console.example", "Support")
OWNER = Login("olive.grant@maple.example", "Owner, who invites users")
LOGINS = (IMPORT_ADMIN, LIBRARIAN, SUPPORT, OWNER)


def ensure(districts: Iterable[District], libraries: Iterable[School]) -> None:
    """Makes the log-ins work as they are printed."""
    admin, owner = _user(IMPORT_ADMIN), _user(OWNER)
    for district in districts:
        _member(admin, district, MemberRole.IMPORT_ADMIN)
        _member(owner, district, MemberRole.OWNER)
    librarian = _user(LIBRARIAN)
    for school in libraries:
        _member(librarian, school.district, MemberRole.LIBRARIAN).schools.add(school)
    _user(SUPPORT, is_staff=True, is_superuser=True)


def connect_with_clever(district: District, clever_id: str) -> bool:
    """Lets the import admin sign in with Clever as this person (C29); whether that is so now.

    Whatever somebody has connected otherwise since stays as it is.
    """
    try:
        clever_links.link(
            user=_user(IMPORT_ADMIN), district=district, clever_id=clever_id,
            clever_district=Connection.objects.get(district=district).clever_district_id,
        )  # fmt: skip
    except ConsoleError:
        return False
    return True


def _user(login: Login, **rights: bool) -> User:
    user = User.objects.filter(email=login.email).first()
    if user is None:
        return User.objects.create_user(login.email, login.password, **rights)
    if not user.check_password(login.password):
        user.set_password(login.password)
        user.save(update_fields=["password"])
    return user


def _member(user: User, district: District, role: MemberRole) -> Membership:
    membership, _ = Membership.objects.get_or_create(
        user=user, district=district, defaults={"role": role}
    )
    return membership
