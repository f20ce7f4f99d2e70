"""Work that goes on in a thread beside the runs, so that no mail server keeps a run waiting."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog
from django.db import DatabaseError, InterfaceError, connections

log = structlog.get_logger("console.mail")
PAUSE = 10.0
PATIENCE = 15.0


class Beside(AbstractContextManager["Beside"]):
    """Does `work` now and every ten seconds, with a database connection of its own.

    In the end it waits for what is on, for some seconds; a letter that is cut off then is sent
    again by whoever comes next.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> "Beside":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)

    def _go_on(self) -> None:
        while True:
            try:
                self._work()
            except (DatabaseError, InterfaceError):
                log.warning("database_away")
            finally:
                connections.close_all()
            if self._stop.wait(PAUSE):
                return
