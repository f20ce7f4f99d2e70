"""One request ahead: Clever is asked for the next page while this one is worked on (speed.md)."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Runs `ask` in a thread that touches nothing but the network, and keeps what came of it.

    A daemon, so that a process that ends does not wait for a page that nobody wants.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._answer: T | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="clever-ahead", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._answer = self._ask()
        # Not swallowed: raised again for whoever asks for the result.
        except BaseException as error:  # noqa: BLE001
            self._error = error

    def result(self) -> T:
        """What `ask` gave, as soon as it is there; raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._answer  # type: ignore[return-value]
