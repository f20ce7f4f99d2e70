"""Whether the engine is alive, by what it leaves in the database (F17).

A tick needs beat, the broker and a worker, or `run_due`; so one row tells of all of them.
"""

from dataclasses import dataclass

from django.db import connection as database

from imports.states import ACTIVE

NAME = "tick"
_NOTE = """
    INSERT INTO imports_heartbeat (name, at) VALUES (%s, now())
    ON CONFLICT (name) DO UPDATE SET at = now()
    WHERE imports_heartbeat.at NOT BETWEEN now() - interval '15 seconds' AND now()
"""
_SIGNS = """
    SELECT (SELECT extract(epoch FROM now() - at) FROM imports_heartbeat WHERE name = %s),
        (SELECT coalesce(extract(epoch FROM now() - min(greatest(next_attempt_at, lease_until))), 0)
         FROM imports_run WHERE state = ANY(%s) AND next_attempt_at <= now()
             AND (lease_until IS NULL OR lease_until < now()))
"""


@dataclass(frozen=True)
class Signs:
    """Seconds since the last tick (None: never), and how long the oldest due run has waited."""

    tick: float | None
    due: float


def note() -> None:
    """A tick was made. Written at most every 15 seconds, so that a loop may call it each time."""
    with database.cursor() as cursor:
        cursor.execute(_NOTE, [NAME])


def signs() -> Signs:
    """The signs of life, by the database's clock; one query, however many runs there were."""
    with database.cursor() as cursor:
        cursor.execute(_SIGNS, [NAME, ACTIVE])
        tick, due = cursor.fetchone()
    return Signs(None if tick is None else float(tick), float(due))
