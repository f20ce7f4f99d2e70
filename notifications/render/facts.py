"""What the words of a mail are made of: plain values, and how figures are said. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# No mail has more lines of a kind than this, however many there are (F77).
MOST_ROWS = 10


@dataclass(frozen=True)
class Problem:
    """A problem in words: `title` a phrase, `text` a sentence, `fix` what to do about it."""

    title: str
    text: str
    fix: str


@dataclass(frozen=True)
class Ran:
    """A run: "Scheduled Sync", its number, "Students and Teachers", what it did, by action."""

    name: str
    number: int
    types: str
    message: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    test: bool = False


@dataclass(frozen=True)
class Slice:
    """A held slice: why, how many changes, and (school, changes) with the most first."""

    title: str
    count: int
    schools: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class Leave:
    """Support's leave to see people: who has it, until when, and the reason they gave."""

    who: str
    until: str
    reason: str


@dataclass(frozen=True)
class Destroyed:
    """An order to destroy: "ordered", "cancelled" or "done", by whom, due when, how many rows."""

    what: str
    by: str
    due: str
    records: bool
    rows: int = 0
    digest: str = ""


@dataclass(frozen=True)
class Fact:
    """An event with what a mail needs of it; `at` and `since` are said in the district's zone.

    `rows` are (what, how many). `links` are full addresses by name: run, holds, alerts,
    connection, overview, schools, activity, support, privacy, webhooks. What is not `news` was
    met before, and is told in one line.
    """

    kind: str
    at: str
    run: Ran | None = None
    problem: Problem | None = None
    held: Sequence[Slice] = ()
    rows: Sequence[tuple[str, int]] = ()
    count: int = 0
    since: str = ""
    types: str = ""
    topics: Sequence[str] = ()
    disconnected: bool = False
    leave: Leave | None = None
    host: str = ""
    destroyed: Destroyed | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    news: bool = True


@dataclass(frozen=True)
class Part:
    """One thing that a mail tells."""

    title: str
    happened: str
    lost: str
    todo: str
    link: str
    label: str
    rows: Sequence[str] = ()
    tone: str = "wait"


def number(count: int, one: str, many: str) -> str:
    """ "1 person", "1,200 people"."""
    return f"{count:,} {one if count == 1 else many}"


def rows(found: Sequence[tuple[str, int]], *, of: str) -> list[str]:
    """The first lines of a list, with what is left out said in the last (F77)."""
    shown = [f"{what}: {count:,}" for what, count in found[:MOST_ROWS]]
    left = found[MOST_ROWS:]
    if left:
        shown.append(f"{len(left):,} more {of}: {sum(count for _, count in left):,}")
    return shown


def run_of(fact: Fact) -> Ran:
    assert fact.run is not None
    return fact.run


def named(fact: Fact) -> str:
    run = run_of(fact)
    return f"{run.name} #{run.number} ({run.types})"
