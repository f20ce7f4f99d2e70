"""What pages and commands ask about destructions, the district always first (C34)."""

from django.db import connection as database
from django.db.models import QuerySet

from core.vocabulary import DestructionKind, DestructionState
from imports.destroying.pieces import COUNTED, ONLY_CLEVERS
from imports.models import Destruction
from schools.models import District


def preview(district: District, *, records: bool) -> dict[str, int]:
    """How many rows an order would destroy now, by kind of data."""
    counts: dict[str, int] = {}
    with database.cursor() as cursor:
        statements = {"records": (f"SELECT count(*) {ONLY_CLEVERS}",)} if records else {}
        for kind, asked in {**statements, **COUNTED}.items():
            for statement in asked:
                cursor.execute(statement, {"district": district.pk})
                counts[kind] = counts.get(kind, 0) + int(cursor.fetchone()[0])
    return counts


def open_order(district: District) -> Destruction | None:
    """The order that waits or is being carried out."""
    return Destruction.objects.filter(
        district=district,
        kind=DestructionKind.DISTRICT,
        state__in=(DestructionState.WAITING, DestructionState.RUNNING),
    ).first()


def certificates(district: District) -> QuerySet[Destruction]:
    """What was destroyed, the newest first; orders that were called off stand among it."""
    done = (DestructionState.DONE, DestructionState.CANCELLED)
    return Destruction.objects.filter(district=district, state__in=done).order_by("-pk")
