"""What the pages of District Administration and Configure show beside the common scenes."""

from datetime import timedelta

from django.utils import timezone

from clever_sync.models import Connection
from core.vocabulary import EXCLUSIVE_SOURCES, ConnectionState, SourceSystem
from schools.models import RosterSource, School
from tests.pages import scenes
from tests.pages.scenes import Scene

# A small picture: a chessboard in two greys.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000f00000005a0800000000a3b984c6000000814944415478daed"
    "d9a11100300c03b1ec3f6887282a2df80972323611b5e7464e644b6f808181818181818181818181810bbc19"
    "573d606060606060606060606060e0041b0080818181818181818181818181bd87c0c0c0c0c0c0c0c0c0c0c0"
    "c0c0de4360606060606060606060606060ef21303030303030303030303030f097072b451ea2ac7992ea0000"
    "000049454e44ae426082"
)


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Districts on their way: before the first step, waiting for Support, waiting for approval."""
    known(full, SourceSystem.NONE)
    known(trouble, SourceSystem.POWERSCHOOL, old_mapping="Student ID: SIS ID", picture=PNG)
    asking = scenes.empty("aspen", "Aspen Falls Community Schools")
    asking.district.clever_requested_at = timezone.now() - timedelta(days=2)
    asking.district.clever_requested_by = scenes.ALICE
    asking.district.save()
    scenes.empty("yarrow", "Yarrow Flats School District")
    begun("laurel", "Laurel Lake Schools", ConnectionState.WAITING)
    shared = begun("nettle", "Nettle Creek Schools", ConnectionState.READY)
    known(shared, SourceSystem.NONE)


def known(
    scene: Scene, system: SourceSystem, *, old_mapping: str = "", picture: bytes = b""
) -> None:
    """How records arrive in the district; another area may have said so before."""
    RosterSource.objects.update_or_create(
        district=scene.district,
        system=system,
        defaults={
            "state": "off" if system == SourceSystem.NONE else "on",
            "student_id_field": "sis_id" if system in EXCLUSIVE_SOURCES else "",
            "old_mapping": old_mapping,
            "old_picture": picture or None,
            "old_picture_type": "image/png" if picture else "",
        },
    )


def begun(slug: str, name: str, state: ConnectionState) -> Scene:
    """An enabled district with a District ID; Clever shares nothing with it yet."""
    made = scenes.empty(slug, name)
    made.district.clever_enabled = True
    made.district.save()
    School.objects.create(district=made.district, site_code="101", name="Laurel Elementary")
    Connection.objects.create(
        district=made.district,
        clever_district_id=f"{made.district.pk:023x}f",
        state=state,
        waiting_since=timezone.now() - timedelta(days=3),
        checked_at=timezone.now() - timedelta(hours=1),
    )
    return made
