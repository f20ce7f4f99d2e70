"""What the pages of access show: an invitation, one that is too old, a request that waits."""

from datetime import timedelta

from django.utils import timezone

from accounts.invitation import set_password_link
from accounts.models import Membership, SupportGrant
from core.vocabulary import MemberRole
from schools.models import District
from tests.pages import scenes
from tests.pages.scenes import ALICE, Scene

# Signed in, and a member of nothing that counts; with the second factor half set up.
FRESH = "fern@maple.example"


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Members of Maple Ridge in every state; Juniper Valley asks for the integration."""
    scenes.user(FRESH)
    now = timezone.now()
    for email, role, days in (
        ("new.owner@maple.example", MemberRole.OWNER, 0),
        ("imports-and-much-more@maple.example", MemberRole.IMPORT_ADMIN, 12),
    ):
        user = scenes.user(email)
        user.set_unusable_password()
        user.save()
        Membership.objects.create(
            district=full.district, user=user, role=role, invited_by=ALICE,
            invited_at=now - timedelta(days=days),
        )  # fmt: skip
        set_password_link(user)
    librarian = Membership.objects.get(district=full.district, role=MemberRole.LIBRARIAN)
    librarian.schools.set(full.schools[:3])
    sam = scenes.user(scenes.SAM)
    SupportGrant.objects.create(
        district=full.district, user=sam, reason="You asked about a pair of twins",
        granted_by=sam.email, until=now + timedelta(hours=2),
    )  # fmt: skip
    District.objects.filter(pk=empty.district.pk).update(
        clever_requested_at=now, clever_requested_by=ALICE
    )
