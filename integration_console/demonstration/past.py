"""Lets what is done now have happened at another time. Only times are moved, and all of them.

Every time that was written since the beginning, in every table of the console, is moved by the
same stretch; so whatever lasted four seconds lasts four seconds, and nothing is out of order.

The audit is only ever added to, so its rows get their time as they are added, by a trigger of the
demonstration; it does nothing on connections that do not say how far back they are.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connection as database
from django.db import models, transaction
from django.utils import timezone

from imports.lease import database_now

# When the next sync is due is a matter of the future.
STAYS = {"imports_schedule.next_due", "accounts_auditevent.at"}
AS_ADDED = """
    CREATE OR REPLACE FUNCTION demonstration_past() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.at := NEW.at
            - coalesce(nullif(current_setting('demonstration.back', true), ''), '0')::interval;
        RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER demonstration_past BEFORE INSERT ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION demonstration_past()
"""
NO_MORE = "DROP FUNCTION IF EXISTS demonstration_past CASCADE"
BACK = "SELECT set_config('demonstration.back', %s, false)"


class Past:
    """Everything from now (or `since`) on happens `at`, once it is settled."""

    def __init__(self, at: datetime, since: datetime | None = None) -> None:
        _tell(AS_ADDED)
        self._begin(at, since or _now())

    def go_on(self, at: datetime) -> None:
        """From now on everything happens at another time."""
        self._begin(at, _now())

    def settle(self) -> None:
        """Moves every time that was written since the beginning. What comes next is of today."""
        move(self._since, _later(), self._since - self._at)
        _tell(BACK, "")

    def _begin(self, at: datetime, since: datetime) -> None:
        self._at, self._since = at, since
        _tell(BACK, f"{(since - at).total_seconds()} seconds")


def leave() -> None:
    """Takes away what lets the audit tell of the past."""
    _tell(NO_MORE)


def _tell(sql: str, *words: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(sql, words or None)


def _now() -> datetime:
    # The clocks of this process and of the database may differ a little.
    return min(database_now(), timezone.now())


def _later() -> datetime:
    """The present, also within a transaction, whose now() is its beginning."""
    with database.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        clock: datetime = cursor.fetchone()[0]
    return max(clock, timezone.now())


def move(since: datetime, until: datetime, back: timedelta) -> None:
    """Moves every time from `since` on back in time. A time that lies in the future goes along
    with a row that was written by `until`, unless the row, and so perhaps its future, is older."""
    with transaction.atomic(), database.cursor() as cursor:
        for table, columns in _stamps():
            written = " OR ".join(f'"{name}" BETWEEN %(since)s AND %(until)s' for name in columns)
            older = " OR ".join(f'coalesce("{name}" < %(since)s, false)' for name in columns)
            moved = ", ".join(
                f'"{name}" = CASE WHEN "{name}" >= %(since)s'
                f' AND ("{name}" <= %(until)s OR NOT ({older}))'
                f' THEN "{name}" - make_interval(secs => %(back)s) ELSE "{name}" END'
                for name in columns
            )
            cursor.execute(
                f'UPDATE "{table}" SET {moved} WHERE {written}',
                {"since": since, "until": until, "back": back.total_seconds()},
            )


def _stamps() -> Iterator[tuple[str, list[str]]]:
    """The tables of our own apps with their columns of times."""
    own = [config for config in apps.get_app_configs() if _is_ours(config)]
    for model in (model for config in own for model in config.get_models()):
        table = model._meta.db_table
        columns = [
            field.attname
            for field in model._meta.local_concrete_fields
            if isinstance(field, models.DateTimeField) and f"{table}.{field.attname}" not in STAYS
        ]
        if columns:
            yield table, columns


def _is_ours(app: AppConfig) -> bool:
    return Path(app.path).parent == settings.BASE_DIR
