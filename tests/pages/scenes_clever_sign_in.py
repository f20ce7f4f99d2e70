"""What the pages of Sign in with Clever show: connected accounts, and one without a password."""

from django.utils import timezone

from accounts.models import CleverLink, Membership
from clever_sync.models import Connection
from core.vocabulary import MemberRole
from tests.pages import scenes
from tests.pages.scenes import ALICE, Scene

# Comes in by Clever alone.
CASEY = "casey@maple.example"


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Alice is connected in Maple Ridge and could be in Harbor Point; Casey has no password."""
    Connection.objects.filter(district__in=[full.district, trouble.district]).update(enabled=True)
    casey = scenes.user(CASEY)
    casey.set_unusable_password()
    casey.save()
    Membership.objects.create(district=full.district, user=casey, role=MemberRole.VIEWER)
    for n, email in enumerate((ALICE, CASEY)):
        member = Membership.objects.get(district=full.district, user__email=email)
        CleverLink.objects.create(
            membership=member, clever_district_id=f"{1:024x}", clever_user_id=f"{n:024x}",
            used_at=timezone.now() if n == 0 else None,
        )  # fmt: skip
