"""Scripted faults: which requests a rule is for, and how often it has struck.

A rule is a JSON object. `do` names the fault (see FAULTS); these say when it strikes:

- `path`: the request's path begins with it, with or without the version ("/users"); default all.
- `exact`: true if the path must be the whole path.
- `role`: the value of the `role` parameter.
- `query`: names and values that the query must have; null means that the name must be absent.
- `method`, `district` (id, key or name).
- `on`: which of the requests that match: 2, "2-", "2-4", [1, 3] or "all" (the default).
- `times`: how often at most.

Everything else in the object is an argument of the fault.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from clever_sandbox.messages import Request

SHAPE_FAULTS = ("loop", "early_end", "omit", "duplicate", "unsorted", "next_to", "empty_list")
ANSWER_FAULTS = (
    "status",
    "headers",
    "delay",
    "truncate",
    "reset",
    "drop",
    "empty_body",
    "html",
    "json",
    "raw",
    "drip",
    "gzip_bomb",
    "redirect",
    "other_district",
    "content_type",
    "bad_chunk",
)
FAULTS = (*SHAPE_FAULTS, *ANSWER_FAULTS, "run")
_WHEN = ("do", "path", "exact", "role", "query", "method", "district", "on", "times")
_VERSION = re.compile(r"^/v[0-9.]+(?=/)")


@dataclass
class FaultRule:
    """One rule with its counters; `memory` is what the fault keeps from one request to the next."""

    do: str
    path: str = ""
    exact: bool = False
    role: str | None = None
    query: dict[str, str | None] = field(default_factory=dict)
    method: str | None = None
    district: str | None = None
    on: int | str | list[int] = "all"
    times: int | None = None
    args: dict[str, Any] = field(default_factory=dict)
    matched: int = 0
    fired: int = 0
    memory: dict[Any, Any] = field(default_factory=dict)

    def matches(self, request: Request, districts: frozenset[str]) -> bool:
        """Whether the request is one of those that the rule counts."""
        paths = (request.path, _VERSION.sub("", request.path))
        if self.exact and self.path not in paths:
            return False
        if not any(path.startswith(self.path) for path in paths):
            return False
        if self.do in SHAPE_FAULTS and paths[1].count("/") not in (1, 3):
            return False
        params = dict(request.params)
        wanted = {**self.query, **({"role": self.role} if self.role else {})}
        return (
            all(params.get(name) == value for name, value in wanted.items())
            and self.method in (None, request.method)
            and (self.district is None or self.district in districts)
        )

    def strikes(self) -> bool:
        """Counts a matching request; whether the fault happens to it."""
        self.matched += 1
        if self.times is not None and self.fired >= self.times:
            return False
        if not is_wanted(self.on, self.matched):
            return False
        self.fired += 1
        return True

    def describe(self) -> dict[str, Any]:
        """The rule and its counters as JSON."""
        described = {name: getattr(self, name) for name in _WHEN}
        return {**described, **self.args, "matched": self.matched, "fired": self.fired}


def read_rule(document: dict[str, Any]) -> FaultRule:
    """The rule that a JSON object describes; ValueError when it cannot be one."""
    when = {name: document[name] for name in _WHEN if name in document}
    if when.get("do") not in FAULTS:
        raise ValueError(f"unknown fault {when.get('do')!r}; known are {', '.join(FAULTS)}")
    is_wanted(when.get("on", "all"), 1)
    args = {name: value for name, value in document.items() if name not in _WHEN}
    return FaultRule(**when, args=args)


def is_wanted(on: int | str | list[int], number: int) -> bool:
    """Whether `on` names this request; ValueError when it is written wrongly."""
    if isinstance(on, list):
        return number in on
    if on == "all":
        return True
    found = re.fullmatch(r"(\d+)(-(\d*))?", str(on))
    if found is None:
        raise ValueError(f"`on` is a number, 'from-', 'from-to', a list or 'all', not {on!r}")
    first = int(found[1])
    last = first if found[2] is None else int(found[3]) if found[3] else None
    return first <= number and (last is None or number <= last)


@dataclass(frozen=True)
class FaultPlan:
    """The rules that strike one request, and all rules for what they remember."""

    striking: tuple[FaultRule, ...] = ()
    standing: tuple[FaultRule, ...] = ()

    def of(self, *names: str) -> list[FaultRule]:
        """The striking rules that do one of these."""
        return [rule for rule in self.striking if rule.do in names]


class FaultRules:
    """The rules in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: tuple[FaultRule, ...] = ()

    def add(self, documents: list[dict[str, Any]]) -> None:
        """Adds rules behind the present ones; none of them when one is wrong."""
        rules = [read_rule(document) for document in documents]
        with self._lock:
            self._rules = (*self._rules, *rules)

    def replace(self, documents: list[dict[str, Any]]) -> None:
        """These rules and no others, with counters at zero."""
        rules = tuple(read_rule(document) for document in documents)
        with self._lock:
            self._rules = rules

    def clear(self) -> None:
        """No faults any more."""
        with self._lock:
            self._rules = ()

    def plan(self, request: Request, names_of: Callable[[], frozenset[str]]) -> FaultPlan:
        """Counts the request; the rules that strike it. `names_of` tells whose it is, if asked."""
        rules = self._rules
        if not rules:
            return FaultPlan()
        asked = any(rule.district for rule in rules)
        districts = names_of() if asked else frozenset()
        with self._lock:
            striking = [r for r in rules if r.matches(request, districts) and r.strikes()]
        return FaultPlan(tuple(striking), rules)

    def describe(self) -> list[dict[str, Any]]:
        """All rules with their counters."""
        return [rule.describe() for rule in self._rules]
