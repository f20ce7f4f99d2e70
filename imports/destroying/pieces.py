"""What goes of a district by an owner's order: statements that destroy a piece each (C34).

Each destroys at most `piece` rows. A kind is done when none of its statements finds any more.
"""

from collections.abc import Mapping, Sequence

_CONNECTION = "(SELECT id FROM clever_sync_connection WHERE district_id = %(district)s)"
_PULLS = f"(SELECT id FROM clever_sync_pull WHERE connection_id IN {_CONNECTION})"
_RUNS = "(SELECT id FROM imports_run WHERE district_id = %(district)s)"


def _gone(table: str, which: str) -> str:
    return (
        f"DELETE FROM {table} WHERE id IN"
        f" (SELECT id FROM {table} WHERE {which} LIMIT %(piece)s)"
    )  # fmt: skip


def _emptied(table: str, change: str, which: str) -> str:
    return (
        f"UPDATE {table} SET {change} WHERE id IN"
        f" (SELECT id FROM {table} WHERE {which} LIMIT %(piece)s)"
    )


_HERE = "district_id = %(district)s"
PIECES: Mapping[str, Sequence[str]] = {
    "mirror": (
        _gone("clever_sync_mirrorobject", f"connection_id IN {_CONNECTION} AND type = 'user'"),
        _gone("clever_sync_pageseal", f"connection_id IN {_CONNECTION}"),
        *(
            _gone(f"clever_sync_{table}", f"pull_id IN {_PULLS}")
            for table in ("pullfinding", "pullfill", "pullabsence", "pulltouch")
        ),
        _gone("imports_look", f"run_id IN {_RUNS}"),
        _gone("imports_settled", _HERE),
        # Nothing was ever read, as far as the next pull knows: it reads everything.
        _emptied(
            "clever_sync_connection",
            "last_full_pull_id = NULL, event_cursor = '', event_cursor_at = NULL",
            f"{_HERE} AND (last_full_pull_id IS NOT NULL OR event_cursor <> '')",
        ),
    ),
    "alerts": (
        _gone(
            "imports_alertcandidate",
            f"alert_id IN (SELECT id FROM imports_alert WHERE {_HERE})",
        ),
        _gone("imports_alert", _HERE),
        _gone("imports_matchdecision", _HERE),
        _gone("imports_identitychange", _HERE),
        _gone("imports_standingproblem", _HERE),
        _emptied(
            "imports_runproblem", "examples = '{}'", f"run_id IN {_RUNS} AND examples <> '{{}}'"
        ),
    ),
    "changes": (
        _gone("imports_plannedchange", f"run_id IN {_RUNS}"),
        _gone("imports_whatif", f"run_id IN {_RUNS}"),
        _emptied("imports_run", "purged_at = now()", f"{_HERE} AND purged_at IS NULL"),
    ),
    "edits": (
        _gone("schools_localedit", _HERE),
        _emptied("schools_fieldlock", "kept_from = NULL", f"{_HERE} AND kept_from IS NOT NULL"),
    ),
    "lines": (
        _gone("imports_fileline", f"file_id IN (SELECT id FROM imports_peoplefile WHERE {_HERE})"),
        _emptied("imports_peoplefile", "purged_at = now()", f"{_HERE} AND purged_at IS NULL"),
    ),
    "exports": (_gone("schools_sourceexport", _HERE),),
}
# What can be told before: the rows that hold values, by the same words.
COUNTED: Mapping[str, Sequence[str]] = {
    "mirror": (
        f"SELECT count(*) FROM clever_sync_mirrorobject WHERE connection_id IN {_CONNECTION}"
        " AND type = 'user'",
    ),
    "alerts": tuple(
        f"SELECT count(*) FROM {table} WHERE {_HERE}"
        for table in (
            *("imports_alert", "imports_matchdecision", "imports_identitychange"),
            "imports_standingproblem",
        )
    ),
    "changes": (f"SELECT count(*) FROM imports_plannedchange WHERE run_id IN {_RUNS}",),
    "edits": (f"SELECT count(*) FROM schools_localedit WHERE {_HERE}",),
    "lines": (
        "SELECT count(*) FROM imports_fileline"
        f" WHERE file_id IN (SELECT id FROM imports_peoplefile WHERE {_HERE})",
    ),
    "exports": (f"SELECT count(*) FROM schools_sourceexport WHERE {_HERE}",),
}
# Made by an import, and touched by nothing else: by the log of imports, as long as it is kept.
ONLY_CLEVERS = """
    FROM schools_person p WHERE p.district_id = %(district)s AND NOT p.protected
        AND p.legacy_id IS NULL AND p.merged_into_id IS NULL
        AND EXISTS (SELECT 1 FROM imports_plannedchange c JOIN imports_run r ON r.id = c.run_id
            WHERE c.person_id = p.id AND c.action = 'create' AND c.exception IS NULL
                AND r.mode = 'live' AND r.state IN ('completed', 'completed_with_errors'))
        AND NOT EXISTS (SELECT 1 FROM imports_plannedchange c JOIN imports_run r ON r.id = c.run_id
            WHERE c.person_id = p.id AND c.action = 'update' AND c.exception IS NULL
                AND r.trigger = 'file' AND r.mode = 'live'
                AND r.state IN ('completed', 'completed_with_errors'))
        AND NOT EXISTS (SELECT 1 FROM schools_localedit o WHERE o.person_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM schools_fieldlock o WHERE o.person_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM schools_protection o WHERE o.person_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM schools_externalidentity o WHERE o.person_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM schools_person o WHERE o.merged_into_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM imports_identitychange o
            WHERE o.person_id = p.id OR o.other_id = p.id)
"""
