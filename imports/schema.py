"""Whether the database has exactly the tables that this code was written for (F24).

While migrations run, before they were run, and for old code after they were run: no. Runs wait
then; nobody has to remember a switch (docs/decisions/0009).
"""

from pathlib import Path

from django.apps import apps
from django.db import connection as database


def _migrations_of(folder: Path) -> list[str]:
    return [file.stem for file in folder.glob("migrations/[0-9]*.py")]


OURS = "accounts clever_sync imports mappings notifications schools".split()
# Read once: what counts is the code that runs here, not what lies on the disk since.
WRITTEN_FOR = frozenset(
    (app, name) for app in OURS for name in _migrations_of(Path(apps.get_app_config(app).path))
)


def is_ours() -> bool:
    """One small question; asked before each claim and between two steps of a run."""
    with database.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations WHERE app = ANY(%s)", [OURS])
        return frozenset(cursor.fetchall()) == WRITTEN_FOR
