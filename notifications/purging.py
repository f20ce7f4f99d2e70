"""Old letters are not kept for ever: addresses are of people, too (C34).

They go as the values of imports do (imports.purging): after CHANGES_KEPT_DAYS, every night, in
small pieces. A letter that is still to be sent stays, and so does what it tells. What was sent to
webhooks goes with them.
"""

from datetime import datetime

from imports.destroying.tally import NIGHTLY, close_nights
from imports.purging import Ages, Purged, Until, once_a_day, piece

NAME = "purge letters"
# A notice without its letter would be told again, so both go at once.
_LETTERS = """
    WITH old AS (
        SELECT id FROM notifications_letter
        WHERE created_at < %(long)s AND state <> 'waiting' ORDER BY id LIMIT %(piece)s
    ), notices AS (
        DELETE FROM notifications_notice WHERE letter_id IN (SELECT id FROM old)
    ), gone AS (
        DELETE FROM notifications_letter WHERE id IN (SELECT id FROM old)
        RETURNING district_id AS district
    )
    SELECT district, count(*) FROM gone GROUP BY district
"""
# What was no news, and was never followed by any.
_NOTICES = """
    WITH gone AS (
        DELETE FROM notifications_notice WHERE id IN (
            SELECT n.id FROM notifications_notice n JOIN imports_runevent e ON e.id = n.event_id
            WHERE n.letter_id IS NULL AND e.at < %(long)s LIMIT %(piece)s)
        RETURNING (SELECT e.district_id FROM imports_runevent e WHERE e.id = event_id) AS district
    )
    SELECT district, count(*) FROM gone GROUP BY district
"""
# Of messages to webhooks those that are not sent any more.
_DELIVERIES = """
    WITH gone AS (
        DELETE FROM notifications_webhookdelivery WHERE id IN (
            SELECT id FROM notifications_webhookdelivery
            WHERE created_at < %(long)s AND state <> 'waiting' ORDER BY id LIMIT %(piece)s)
        RETURNING (
            SELECT w.district_id FROM notifications_webhook w WHERE w.id = webhook_id) AS district
    )
    SELECT district, count(*) FROM gone GROUP BY district
"""
_PIECES = (("letters", _LETTERS), ("notices", _NOTICES), ("deliveries", _DELIVERIES))


def nightly(now: datetime) -> bool:
    """Once a day, as far as a round of the post has time; whether it was our turn."""
    return once_a_day(NAME, lambda until: purge(now, until=until))


def purge(now: datetime, *, until: Until = lambda: False, by: str = NIGHTLY) -> Purged:
    """Removes letters, notices and deliveries that are too old, until `until` says so."""
    done = dict.fromkeys((name for name, _ in _PIECES), 0)
    for name, statement in _PIECES:
        while gone := piece(name, statement, by=by, long=Ages.at(now).long):
            done[name] += gone
            if until():
                return done, False
    close_nights(now)
    return done, True
