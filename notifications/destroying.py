"""The last part of an order to destroy: what was sent; then it is certified (C34)."""

import time
from datetime import datetime

from django.db import connection as database

from imports.destroying import orders
from imports.destroying.work import OF_THE_POST, TICK_SECONDS, Until, due, next_piece
from imports.models import Destruction
from imports.purging import PIECE

# A letter that is still to be sent stays: it may be the one that tells of this.
_LETTERS = """
    WITH old AS (
        SELECT id FROM notifications_letter
        WHERE district_id = %(district)s AND state <> 'waiting' ORDER BY id LIMIT %(piece)s
    ), notices AS (
        DELETE FROM notifications_notice WHERE letter_id IN (SELECT id FROM old)
    )
    DELETE FROM notifications_letter WHERE id IN (SELECT id FROM old)
"""
_DELIVERIES = """
    DELETE FROM notifications_webhookdelivery WHERE id IN (
        SELECT d.id FROM notifications_webhookdelivery d
        JOIN notifications_webhook w ON w.id = d.webhook_id
        WHERE w.district_id = %(district)s AND d.state <> 'waiting' LIMIT %(piece)s)
"""
_STATEMENTS = {"letters": _LETTERS, "deliveries": _DELIVERIES}


def carry_out_due(now: datetime) -> None:
    """For some seconds: the letters and messages of every order of which all else is gone."""
    end = time.monotonic() + TICK_SECONDS
    for pk in due(now):
        if not carry_out(pk, now, until=lambda: time.monotonic() > end):
            return


def carry_out(pk: int, now: datetime, *, until: Until = lambda: False) -> bool:
    """Destroys what was sent until `until` says so, asked after each piece; then certifies."""
    while next_piece(pk, now, OF_THE_POST, _piece) is not None:
        if until():
            return False
    orders.finish(pk, now)
    return True


def _piece(row: Destruction, kind: str) -> int:
    with database.cursor() as cursor:
        cursor.execute(_STATEMENTS[kind], {"district": row.district_id, "piece": PIECE})
        return int(cursor.rowcount)
