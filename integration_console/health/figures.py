"""What there is to count, as text for Prometheus (its exposition format 0.0.4).

Every figure is read from the rows when it is asked for, so that it is the same whichever process
answers; nothing is counted in the processes. No figure names a district or a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError
from django.db import connection as database

from core.vocabulary import ACTIVE_RUN_STATES, RunState
from imports import heartbeat
from integration_console.health import broker

# However many runs there were: a day has fewer, and the newest are found by their number.
NEWEST_RUNS = 20_000
_ON = "SELECT state, count(*) FROM imports_run WHERE state = ANY(%s) GROUP BY state"
_ENDED = """
    SELECT state, count(*) FROM (
        SELECT state, finished_at FROM imports_run ORDER BY id DESC LIMIT %s
    ) AS newest
    WHERE state <> ALL(%s) AND finished_at > now() - interval '1 day' GROUP BY state
"""
_WAITING = """
    SELECT (SELECT count(*) FROM imports_hold WHERE state = 'open'),
        (SELECT count(*) FROM imports_alert WHERE state IN ('open', 'staged')),
        (SELECT count(*) FROM notifications_letter WHERE state = 'waiting'),
        (SELECT count(*) FROM imports_runevent WHERE delivered_at IS NULL),
        (SELECT count(*) FROM notifications_webhookdelivery d
            JOIN notifications_webhook w ON w.id = d.webhook_id
            WHERE d.state = 'waiting' AND w.state = 'on'),
        (SELECT count(*) FROM notifications_webhook
            WHERE state = 'disabled' OR state = 'on' AND failing_since IS NOT NULL),
        (SELECT count(*) FROM schools_district WHERE clever_enabled)
"""


@dataclass(frozen=True)
class Figure:
    """One gauge: its name, what it means, and its values by {label: value}, or by {"": value}."""

    name: str
    means: str
    values: Mapping[str, float]
    label: str = ""


@dataclass
class Figures:
    """What was counted."""

    all: list[Figure] = field(default_factory=list)

    def add(self, name: str, means: str, value: float | None) -> None:
        """Adds a figure without a label; one that is not known is left out."""
        if value is not None:
            self.all.append(Figure(f"console_{name}", means, {"": value}))

    def add_each(self, name: str, means: str, label: str, values: Mapping[str, float]) -> None:
        self.all.append(Figure(f"console_{name}", means, values, label))


def count() -> list[Figure]:
    """Counts everything. Raises nothing: without a database there is its absence to tell."""
    found = Figures()
    try:
        _from_rows(found)
        found.add("database_up", "1 if PostgreSQL answers.", 1)
    except (DatabaseError, InterfaceError):
        found = Figures()
        found.add("database_up", "1 if PostgreSQL answers.", 0)
    found.add("broker_up", "1 if Redis answers, or none is used.", not broker.trouble())
    found.add("broker_messages", "Messages that no worker has taken yet.", broker.waiting())
    return found.all


def _from_rows(found: Figures) -> None:
    active = [str(state) for state in ACTIVE_RUN_STATES]
    ended = [str(state) for state in RunState if state not in ACTIVE_RUN_STATES]
    found.add_each("runs", "Runs that are on.", "state", _by_state(active, _ON, active))
    found.add_each(
        *("runs_ended", "Runs that ended in the last 24 hours.", "state"),
        _by_state(ended, _ENDED, NEWEST_RUNS, active),
    )
    signs = heartbeat.signs()
    found.add("due_seconds", "How long the oldest due run has waited.", signs.due)
    found.add("tick_seconds", "Since somebody looked for what is due.", signs.tick)
    with database.cursor() as cursor:
        cursor.execute(_WAITING)
        holds, alerts, mails, events, messages, failing, districts = cursor.fetchone()
    found.add("holds", "Holds that wait for a person.", holds)
    found.add("alerts", "Identity alerts that wait for a person.", alerts)
    found.add("mails", "Mails that wait to be sent.", mails)
    found.add("events", "Events that nobody was told of yet.", events)
    found.add("webhook_messages", "Messages to webhooks that wait to be sent.", messages)
    found.add("webhooks_failing", "Webhooks that nothing reaches.", failing)
    found.add("districts", "Districts for which Clever is enabled.", districts)


def _by_state(
    states: Iterable[str], statement: str, *values: int | list[str]
) -> Mapping[str, float]:
    with database.cursor() as cursor:
        cursor.execute(statement, list(values))
        return dict.fromkeys(states, 0) | dict(cursor.fetchall())


def as_text(figures: Iterable[Figure]) -> str:
    """The figures as Prometheus reads them."""
    lines: list[str] = []
    for figure in figures:
        lines.append(f"# HELP {figure.name} {figure.means}")
        lines.append(f"# TYPE {figure.name} gauge")
        for value, number in figure.values.items():
            of = f'{{{figure.label}="{value}"}}' if figure.label else ""
            lines.append(f"{figure.name}{of} {float(number):g}")
    return "\n".join(lines) + "\n"
