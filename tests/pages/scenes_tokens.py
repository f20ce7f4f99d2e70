"""What the page of API tokens shows: one that works, one that ends soon, an expired, a revoked."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.tokens import LOST_ROLE, digest_of
from core.vocabulary import TokenScope
from schools.models import District
from tests.pages import scenes
from tests.pages.scenes import ALICE, OLIVE, Scene


def token(district: District, name: str, number: int, days: int, **more: object) -> ApiToken:
    """A token of Alice's with this many days to live."""
    now = timezone.now()
    wanted: dict[str, object] = {
        "district": district, "made_by": User.objects.get(email=ALICE), "name": name,
        "scope": TokenScope.READ, "prefix": f"cic_{district.pk % 16:x}{number:07x}",
        "digest": digest_of(f"{district.pk} {number}"), "made_at": now - timedelta(days=40),
        "expires_at": now + timedelta(days=days), **more,
    }  # fmt: skip
    return ApiToken.objects.create(**wanted)


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Maple Ridge has tokens in every state; the others have none."""
    now = timezone.now()
    scenes.user(OLIVE)
    minute = now.replace(second=0, microsecond=0)
    token(full.district, "Library catalogue", 1, 325, last_used=minute, calls=12)
    token(full.district, "Night runner of the data office", 2, 12, scope=TokenScope.ACT)
    token(full.district, "Buses", 3, -3, last_used=now - timedelta(days=3))
    token(
        full.district, "Old dashboard", 4, 200, ended_at=now - timedelta(days=2),
        ended_by=ALICE, last_used=now - timedelta(days=2, hours=1),
    )  # fmt: skip
    token(
        full.district, "Lunch cards", 5, 200, ended_at=now - timedelta(days=9), ended_by=ALICE,
        ended_why=LOST_ROLE, scope=TokenScope.ACT,
    )  # fmt: skip
