"""Whether somebody works: what beat, workers or run_due leave in the database."""

from django.db import Error

from imports import heartbeat, schema
from integration_console.doctor.told import Examined
from integration_console.health import parts

UNKNOWN = "Not known before the tables are there."


def clock() -> Examined:
    """Whether somebody looks for what is due. Before the first start nobody can have."""
    signs = _signs()
    if signs is None:
        return Examined("clock", advice=UNKNOWN)
    told = parts.clock(signs)
    if signs.tick is None:
        return Examined("clock", advice=told.says)
    cure = " Start what is missing." if told.says else ""
    return Examined("clock", told.says + cure, note=f"{told.seconds} seconds ago")


def due() -> Examined:
    """Whether what is due is begun."""
    signs = _signs()
    if signs is None:
        return Examined("due runs", advice=UNKNOWN)
    told = parts.due(signs)
    cure = " Start more workers." if told.says else ""
    note = f"the oldest has waited {told.seconds} seconds" if told.seconds else "none waits"
    return Examined("due runs", told.says + cure, note=note)


def _signs() -> heartbeat.Signs | None:
    try:
        return heartbeat.signs() if schema.is_ours() else None
    except Error:
        return None
