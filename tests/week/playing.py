"""A console at work: its clock, its broker, its worker and its mail server, each of which fails."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from celery import current_app
from kombu.exceptions import OperationalError

from imports.due import tick
from imports.tasks import advance_run
from integration_console.embedded.ports import any_free
from notifications import post
from tests.faults.killed import start_worker
from tests.notifications.office import Office, by_smtp
from tests.week.moved_clock import MovedClock

STEP = timedelta(minutes=30)
MOST_WORKERS = 6
# A process of its own is worth the while for so many messages.
WORTH_IT = 4
PATIENCE = 3600.0


def shared_out(work: Callable[[Sequence[int]], object], among: Sequence[int]) -> None:
    """Does the work in this process, or where there is much of it in several at the same time."""
    crews = min(MOST_WORKERS, len(among) // WORTH_IT)
    if crews < 2:
        work(among)
        return
    workers = [start_worker(partial(work, among[number::crews])) for number in range(crews)]
    assert [worker.wait(PATIENCE) for worker in workers] == [0] * crews


@dataclass(frozen=True)
class Outage:
    """Something that is away from one moment to another."""

    what: str
    begins: datetime
    ends: datetime

    def on(self, now: datetime) -> bool:
        return self.begins <= now < self.ends


class Mailboxes:
    """A mail server that keeps what came, and when by the moved clock; its door can be closed."""

    def __init__(self, clock: MovedClock, settings: Any) -> None:
        self.office = Office()
        self.times: list[datetime] = []
        self.office.before_answering = lambda: self.times.append(clock.at)
        self._port = any_free()
        self._server: Controller | None = None
        by_smtp(settings, self._port)

    @property
    def is_open(self) -> bool:
        return self._server is not None

    def open(self) -> None:
        self._server = Controller(self.office, hostname="127.0.0.1", port=self._port)
        self._server.start()

    def close(self) -> None:
        if self._server:
            self._server.stop()
            self._server = None


@dataclass
class Console:
    """Beat rings every half hour; workers take the messages, some of them twice."""

    clock: MovedClock
    mail: Mailboxes
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
        """What happens in half an hour.

        A tick that was on its way when the broker went away comes through, and its rings do not.
        """
        if not self.away("beat"):
            tick()
        self.deliver()
        if not self.away("broker"):
            messages = list(self.queue)
            self.queue.clear()
            shared_out(self.work, messages)

    def work(self, messages: Sequence[int]) -> None:
        """What a worker does; a run that it hands back it takes up again itself."""
        self.queue.extend(messages)
        while self.queue:
            advance_run(self.queue.popleft())

    def deliver(self) -> None:
        """The post of an hour: sixty rings, each for the better part of a minute."""
        if self.away("mail") == self.mail.is_open:
            (self.mail.close if self.mail.is_open else self.mail.open)()
        if not self.clock.at.minute and not self.away("beat") and not self.away("broker"):
            post.work(seconds=60 * post.ROUND)

    def attach(self, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
        """Lets the product ring here."""
        settings.REDIS_URL = "redis://nowhere.example:1"
        monkeypatch.setattr(current_app, "send_task", self.send_task)
