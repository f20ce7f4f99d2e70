"""What is measured besides the rounds: the network, the pages, the profile."""

from dataclasses import dataclass, field

from benchmarks.rounds import Results


@dataclass(frozen=True)
class PageTime:
    """What the server needs for one page of a large run."""

    title: str
    milliseconds: float
    queries: int


@dataclass(frozen=True)
class UndoTime:
    """The undo of a large run, or the undo of that: all its seconds, and those of its steps."""

    title: str
    seconds: float
    steps: dict[str, float]
    growth_mb: float


@dataclass(frozen=True)
class Hot:
    """A function and its share of a case's time."""

    place: str
    share: float


@dataclass
class Others:
    """Filled in by __main__, told by the report."""

    http: Results = field(default_factory=Results)
    slow: Results = field(default_factory=Results)
    slow_students: int = 0
    delay: float = 0.0
    pages: list[PageTime] = field(default_factory=list)
    change_rows: int = 0
    export_rows: float = 0.0
    export_growth_mb: float = 0.0
    undos: list[UndoTime] = field(default_factory=list)
    undo_rows: int = 0
    hot: dict[str, list[Hot]] = field(default_factory=dict)
