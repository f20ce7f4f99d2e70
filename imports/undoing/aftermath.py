"""What an undo leaves behind beside the records: whom the next sync must look at again.

Whoever was changed is unsettled already, and removed people are found by their former Clever ID.
But whoever was unlinked is known to nobody: their Clever ID is put among those to be looked at.
And what people decided under Resolve Alerts, and the undone run carried out, is open again.
"""

from typing import Any

from django.db import connection as database

from core.vocabulary import Decision
from imports.models import Run

_LOOK_AGAIN = """
    INSERT INTO imports_look (run_id, data_type, clever_id, pending)
    SELECT s.run_id, c.data_type, c.before->>'clever_id', true
    FROM imports_plannedchange c
    JOIN imports_settled s ON s.district_id = %(district)s AND s.data_type = c.data_type
        AND s.run_id IS NOT NULL
    WHERE c.run_id = %(run)s AND c.exception IS NULL AND NOT c.after ? 'deleted'
        AND c.before->>'clever_id' IS NOT NULL
"""
_OPEN_AGAIN = """
    DELETE FROM imports_matchdecision d USING imports_plannedchange c
    WHERE c.run_id = %(run)s AND c.exception IS NULL AND c.before ? 'clever_id'
        AND d.district_id = %(district)s AND d.clever_id = c.before->>'clever_id'
        AND d.done_in_id = %(undone)s AND d.decision = ANY(%(placing)s)
"""


def leave_for_the_next_sync(run: Run) -> None:
    """Within the transaction that writes the people of an undo."""
    names: dict[str, Any] = {"run": run.pk, "district": run.district_id}
    names |= {"undone": run.undoes_id, "placing": [str(Decision.MATCH), str(Decision.CREATE)]}
    with database.cursor() as cursor:
        cursor.execute(_LOOK_AGAIN, names)
        cursor.execute(_OPEN_AGAIN, names)
