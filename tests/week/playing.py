"""A console at work: its clock, its broker and its worker, each of which can fail."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from kombu.exceptions import OperationalError

from imports.due import tick
from imports.tasks import advance_run
from tests.week.moved_clock import MovedClock

STEP = timedelta(minutes=30)


@dataclass(frozen=True)
class Outage:
    """Something that is away from one moment to another."""

    what: str
    begins: datetime
    ends: datetime

    def on(self, now: datetime) -> bool:
        return self.begins <= now < self.ends


@dataclass
class Console:
    """Beat rings every half hour; a worker takes the messages, some of them twice."""

    clock: MovedClock
    outages: list[Outage] = field(default_factory=list)
    queue: deque[int] = field(default_factory=deque)
    sent: int = 0
    lost: int = 0

    def away(self, what: str) -> bool:
        return any(o.what == what and o.on(self.clock.at) for o in self.outages)

    def send_task(self, name: str, args: list[int], **_: Any) -> None:
        """The broker: away now and then, and every third message comes twice."""
        assert name == "imports.tasks.advance_run"
        if self.away("broker"):
            self.lost += 1
            raise OperationalError("connection refused")
        self.sent += 1
        self.queue.extend(args * (2 if self.sent % 3 == 0 else 1))

    def step(self) -> None:
        """What happens in half an hour."""
        if not self.away("beat"):
            tick()
        while self.queue and not self.away("broker"):
            advance_run(self.queue.popleft())

    def attach(self, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
        """Lets the product ring here."""
        settings.REDIS_URL = "redis://nowhere.example:1"
        monkeypatch.setattr(current_app, "send_task", self.send_task)
