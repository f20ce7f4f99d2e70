"""Looks of the pages of access: users and roles, passwords, the second factor, the back office."""

from accounts.invitation import set_password_link
from accounts.models import Membership, User
from tests.pages.conftest import Site
from tests.pages.looks import Look, at
from tests.pages.scenes import BOB, LEE, SAM
from tests.pages.scenes_access import FRESH


def member(site: Site, email: str) -> str:
    found = Membership.objects.get(district=site.full.district, user__email=email)
    return f"/d/maple/setup/users/{found.pk}/"


def link(site: Site) -> str:
    """What an invitation's link opens."""
    invited = User.objects.get(email="new.owner@maple.example")
    return "/" + set_password_link(invited).partition("//")[2].partition("/")[2]


LOOKS = (
    Look("users-full", at("/d/maple/setup/users/")),
    Look("users-few", at("/d/juniper/setup/users/")),
    Look("users-none", at("/d/maple/setup/users/?q=nobody")),
    Look("users-error", at("/d/maple/setup/users/?role=emperor")),
    Look("users-librarian", at("/d/maple/setup/users/"), LEE, status=403),
    Look("overview-support", at("/d/maple/"), SAM),
    Look("user-invite", at("/d/maple/setup/users/invite/")),
    Look("user-librarian", lambda site: member(site, LEE)),
    Look("user-invited", lambda site: member(site, "new.owner@maple.example")),
    Look("user-oneself", lambda site: member(site, "alice@maple.example")),
    Look("password-reset-done", at("/accounts/password/reset/done/"), None),
    Look("password-choose", link, None),
    Look("password-chosen", at("/accounts/password/reset/key/done/"), None),
    Look("password-link-old", at("/accounts/password/reset/key/1-set-password/"), None),
    Look("password-change", at("/accounts/password/change/"), BOB),
    Look("sign-up-closed", at("/accounts/signup/"), None),
    Look("second-factor-again", at("/accounts/2fa/totp/activate/"), FRESH),
)
