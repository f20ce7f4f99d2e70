"""Every address of a district that has an effect, each with a call of it that succeeds (C23).

The rows of the three tables say which row of the audit the call leaves behind. What a call needs
to succeed is made by it, so that each of them can be taken back afterwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.pages.scenes import ALICE, Scene


@dataclass(frozen=True)
class Asked:
    """One request: what the address names besides the district, and what is sent or asked.

    `told_in` is the district that is told of it, if that is another one.
    """

    args: tuple[object, ...] = ()
    sent: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
    told_in: str = ""


@dataclass(frozen=True)
class Effect:
    """The address `name` leaves a row `verb`. `get`: by being looked at or downloaded.

    `form`: what is sent is the form of the page, with the values of `ask` in their places.
    """

    name: str
    verb: str
    ask: Callable[[Scene], Asked]
    get: bool = False
    by: str = ALICE
    form: bool = False


def nothing(scene: Scene) -> Asked:
    """Nothing but the address."""
    return Asked()


def sends(**sent: Any) -> Callable[[Scene], Asked]:
    """These values, whatever the scene is."""
    return lambda scene: Asked(sent=sent)


def filled(name: str, verb: str, ask: Callable[[Scene], Asked]) -> Effect:
    """The form of the page itself, with some values changed."""
    return Effect(name, verb, ask, form=True)


def file(name: str, verb: str, ask: Callable[[Scene], Asked] = nothing) -> Effect:
    """A download, or a look at somebody."""
    return Effect(name, verb, ask, get=True)
