"""Values of the mirror that no rule needs any more, and their end (C34).

What a rule mapped until it was taken back goes with the next reading of Clever, which writes
everybody anew. Whom no reading meets (people who are gone, a type that is switched off, a
district that is not synced) loses it at night.
"""

from typing import Any

from django.db import connection as database
from django.db import transaction

from clever_sync.models import Connection, PageSeal
from clever_sync.sources import OF_ROLE, SHARED, UNREADABLE, roles_for_shared
from imports.destroying.tally import note_night
from imports.pulls import kept_sources
from imports.queries import active_run

# The hash that no record has: what is mapped again later is read again, too.
_FORGET = """
    UPDATE clever_sync_mirrorobject m SET raw_hash = %(nothing)s, payload = (
        SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(m.payload) e
        WHERE e.key = ANY({kept}))
    WHERE m.id IN (SELECT m.id FROM clever_sync_mirrorobject m
        WHERE m.connection_id = %(connection)s AND m.type = 'user'
            AND m.payload - {kept} <> '{}' LIMIT %(piece)s)
""".replace(
    "{kept}",
    "(%(kept)s::text[] || CASE WHEN m.roles && %(sharing)s::varchar[] THEN %(shared)s END::text[])",
)


def connections() -> list[int]:
    """The districts' ties to Clever, each of which has a mirror of its own."""
    return list(Connection.objects.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def forget(pk: int, piece: int, by: str) -> int:
    """Takes from at most `piece` people of a mirror what no published rule maps; how many.

    Nothing while a run is on: it reads by the rules that it began with. A run that begins now
    waits for the connection's lock before it reads.
    """
    connection = (
        Connection.objects.select_for_update(of=("self",))
        .select_related("district")
        .filter(pk=pk)
        .first()
    )
    if connection is None or active_run(connection.district) is not None:
        return 0
    sources = kept_sources(connection.district)
    values: dict[str, Any] = {
        "nothing": bytes(16), "connection": pk, "piece": piece,
        "kept": [UNREADABLE, *sorted(key for key in sources if OF_ROLE not in key)],
        "shared": [SHARED], "sharing": sorted(roles_for_shared(sources)),
    }  # fmt: skip
    with database.cursor() as cursor:
        cursor.execute(_FORGET, values)
        gone = int(cursor.rowcount)
    if gone:
        # A page that is sealed would not be read again.
        PageSeal.objects.filter(connection=connection).delete()
        note_night("fields", [(connection.district_id, gone)], by)
    return gone
