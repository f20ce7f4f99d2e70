"""Making the peers' tables, and looking into them."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from benchmarks.peers.models import PeerChange, PeerPerson
from benchmarks.peers.person import FIELDS, Values
from benchmarks.roster import Pages

COLUMNS = ("clever_id", *FIELDS)


def prepare(pages: Pages) -> None:
    """Makes the two tables."""
    with connection.schema_editor() as editor:
        editor.create_model(PeerPerson)
        editor.create_model(PeerChange)


def by_clever_id(clever_ids: Sequence[str]) -> dict[str, Values]:
    """The records of these people as plain values, with their primary keys."""
    rows = PeerPerson.objects.filter(clever_id__in=clever_ids).values("id", *COLUMNS)
    return {row["clever_id"]: dict(row) for row in rows}


def instance(values: Values) -> PeerPerson:
    return PeerPerson(**values)


def change(run: int, action: str, clever_id: str, before: Any, after: Any) -> PeerChange:
    return PeerChange(run=run, action=action, clever_id=clever_id, before=before, after=after)
