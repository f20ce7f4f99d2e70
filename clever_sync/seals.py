"""Seals: pages whose same bytes need no second look, while their part of the mirror is untouched.

A seal says: when this page was read, the mirror's rows of its role from beyond `after` to
`last_id` were exactly the page's, none of them missing. Whatever else writes to those rows must
break the seals that cover them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from clever_sync.models import PageSeal


@dataclass(frozen=True)
class Seal:
    """What is known of a page before it is asked for."""

    digest: bytes
    last_id: str
    count: int


def find_seal(connection_id: int, what: str, after: str) -> Seal | None:
    """The seal of the page that begins after an id."""
    row = (
        PageSeal.objects.filter(connection_id=connection_id, what=what, after=after)
        .values_list("digest", "last_id", "count")
        .first()
    )
    return None if row is None else Seal(bytes(row[0]), row[1], row[2])


def replace_seals(
    connection_id: int, what: str, after: str, last_id: str, seal: Seal | None
) -> None:
    """Breaks every seal of a list that reaches into a page's range, and sets the page's own."""
    PageSeal.objects.filter(
        connection_id=connection_id, what=what, after__lt=last_id, last_id__gt=after
    ).delete()
    if seal is not None:
        PageSeal.objects.create(
            connection_id=connection_id,
            what=what,
            after=after,
            digest=seal.digest,
            last_id=seal.last_id,
            count=seal.count,
            has_next=True,
        )


def break_seals(connection_id: int, clever_ids: Sequence[str], *, but: str = "") -> None:
    """Breaks every seal that covers one of the ids, in all lists but one."""
    if not clever_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM clever_sync_pageseal s USING unnest(%s) AS touched (clever_id)"
            " WHERE s.connection_id = %s AND s.what <> %s"
            " AND s.after < touched.clever_id AND s.last_id >= touched.clever_id",
            [list(clever_ids), connection_id, but],
        )
