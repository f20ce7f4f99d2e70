"""What a message says: ids, counts, codes and a link, and nothing about any person (C28, I11)."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from core.vocabulary import EventKind
from imports import outbox
from imports.models import Run, RunEvent
from notifications.webhooks.kinds import TEST, name_of
from schools.models import District

# A message is small, however much is held.
MOST_IDS = 50
# Of what an event notes, these go out as they are: codes, counts and moments.
TOLD = ("code", "since", "until", "decision")


def of_event(event: RunEvent) -> str:
    """The message of an event; "" for one that no system is told of.

    The district and the run of the event are at hand.
    """
    name = name_of(event.kind, event.run.trigger if event.run else "")
    if not name:
        return ""
    details: Mapping[str, Any] = event.details
    data: dict[str, Any] = {
        "district": event.district.slug,
        "event": event.pk,
        "data_types": list(event.data_types),
        **{key: details[key] for key in TOLD if details.get(key)},
    }
    if event.run is not None:
        data["run"] = _ran(event.run)
    if name == "run.completed":
        data["with_errors"] = event.kind == EventKind.FINISHED_WITH_ERRORS
    if event.kind == EventKind.HELD:
        holds: list[int] = details.get("holds", [])
        data |= {"count": len(holds), "holds": holds[:MOST_IDS]}
    elif event.kind == outbox.HOLD_DECIDED:
        data |= {"hold": details["hold"], "run_id": details["of_run"], "count": details["count"]}
    elif event.kind == outbox.SWITCHED:
        data["on"] = details["on"]
    elif isinstance(count := details.get("rows") or details.get("count"), int):
        data["count"] = count
    data["link"] = _link(event)
    return written(name, event.at, data)


def of_test(district: District, at: datetime) -> str:
    """The message of a test."""
    link = f"{settings.CONSOLE_URL}{reverse('overview', args=[district.slug])}"
    return written(TEST, at, {"district": district.slug, "link": link})


def written(name: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The JSON as it is signed and sent."""
    said = {
        "type": name,
        "timestamp": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "data": data,
    }
    return json.dumps(said, ensure_ascii=True, separators=(",", ":"))


def _ran(run: Run) -> dict[str, Any]:
    return {
        "id": run.pk,
        "mode": run.mode,
        "trigger": run.trigger,
        "state": run.state,
        "counts": {kind: _figures(figures.items()) for kind, figures in run.counts.items()},
    }


def _figures(figures: Iterable[tuple[str, Any]]) -> dict[str, int]:
    return {action: number for action, number in figures if isinstance(number, int)}


def _link(event: RunEvent) -> str:
    slug, holds = event.district.slug, event.details.get("holds", [])
    name, more = "overview", list[int]()
    if event.kind == EventKind.ALERTS:
        name = "alerts"
    elif event.kind == outbox.HOLD_DECIDED:
        name, more = "hold", [event.details["hold"]]
    elif event.kind == EventKind.HELD:
        name, more = ("hold", holds) if len(holds) == 1 else ("holds", [])
    elif event.kind == EventKind.NEEDS_ATTENTION:
        name = "setup_clever"
    elif event.run is not None:
        name, more = "run", [event.run.pk]
    return f"{settings.CONSOLE_URL}{reverse(name, args=[slug, *more])}"
