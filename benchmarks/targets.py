"""The targets of speed.md, and whether a run has met them."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.cases import Case
from benchmarks.contestants import CHUNKED, FLOOR, NETWORK, OURS, OVER_HTTP, SPLIT
from benchmarks.other import Others
from benchmarks.rounds import Results

FASTER, LIMIT = "at least", "at most"
FIRST, SAME, ONE, ALL = Case.FIRST, Case.SAME, Case.ONE_PERCENT, Case.ALL


@dataclass(frozen=True)
class Target:
    """A ratio to be reached: `other` over ours at least, or ours over `other` at most."""

    case: Case
    kind: str
    times: float
    other: str
    other_case: Case
    than: str


TARGETS = (
    Target(SAME, LIMIT, 1.5, SPLIT, SAME, "split + hash of the same bytes"),
    Target(SAME, FASTER, 8, CHUNKED, SAME, "chunked Django"),
    Target(SAME, FASTER, 20, "diff_sync", SAME, "diffsync"),
    Target(SAME, FASTER, 20, "dlt_merge", SAME, "dlt"),
    Target(SAME, FASTER, 100, "update_or_create", SAME, "update_or_create"),
    Target(ONE, FASTER, 6, CHUNKED, ONE, "chunked Django"),
    Target(FIRST, FASTER, 3, CHUNKED, FIRST, "chunked Django"),
    Target(FIRST, FASTER, 50, "per_row", FIRST, "a careful ORM, row by row"),
    Target(FIRST, LIMIT, 2.5, FLOOR, FIRST, "the write floor"),
    Target(ALL, FASTER, 2.5, CHUNKED, ALL, "chunked Django"),
    Target(ALL, LIMIT, 2.5, FLOOR, ALL, "the write floor"),
    Target(Case.TEST_SAME, LIMIT, 1.1, OURS, SAME, "the run itself"),
)
MEMORY_MB = 10.0
LATENCY = 1.1
PAGE_MS = 300.0
EXPORT_ROWS = 20_000.0


@dataclass(frozen=True)
class Verdict:
    """One target beside what was measured."""

    subject: str
    wanted: str
    measured: str
    met: bool | None
    by_cpu: str = ""

    @property
    def word(self) -> str:
        return "not measured" if self.met is None else "met" if self.met else "**missed**"


def verdicts(results: Results, others: Others, students: int) -> Iterator[Verdict]:
    """All targets, at this number of students."""
    for target in TARGETS:
        yield _verdict(results, target, students)
    yield from _memory(results)
    yield from _latency(others)
    yield from _pages(others)


def _verdict(results: Results, target: Target, students: int) -> Verdict:
    ours, other = (OURS, target.case), (target.other, target.other_case)
    wanted = f"{target.kind} {target.times:g} × {target.than}"
    if target.kind == LIMIT:
        wanted = f"{wanted} in time"
        one, two = ours, other
        ratio = results.ratio(one, two, students)
        met = None if ratio is None else ratio <= target.times
    else:
        wanted = f"{wanted} in speed"
        one, two = other, ours
        ratio = results.ratio(one, two, students)
        met = None if ratio is None else ratio >= target.times
    said = "" if ratio is None else f"{ratio:.1f} ×"
    if ratio is None or not any(each.server_cpu for each in results.all):
        return Verdict(target.case.words, wanted, said, met)
    by_cpu = results.ratio(one, two, students, "all_cpu")
    return Verdict(target.case.words, wanted, said, met, f"{by_cpu:.1f} ×")


def _memory(results: Results) -> Iterator[Verdict]:
    for case in (FIRST, SAME, ALL):
        sizes = [size for size in results.sizes(OURS, case) if size >= 100_000]
        peaks = [results.middle(OURS, case, size, "peak_mb") or 0.0 for size in sizes]
        wanted = f"peak grows by at most {MEMORY_MB:g} MB from 100,000 to 1,000,000"
        if len(sizes) < 2:
            yield Verdict(f"memory, {case.words}", wanted, "", None)
            continue
        grown = peaks[-1] - peaks[0]
        said = f"{grown:+.0f} MB from {sizes[0]:,} to {sizes[-1]:,}"
        yield Verdict(f"memory, {case.words}", wanted, said, grown <= MEMORY_MB)


def _latency(others: Others) -> Iterator[Verdict]:
    for case in (FIRST, SAME):
        wanted = f"at most {LATENCY:g} × the network's own time"
        ratio = others.slow.ratio((OVER_HTTP, case), (NETWORK, case), others.slow_students)
        said = "" if ratio is None else f"{ratio:.2f} × at {others.delay:g} s a page"
        yield Verdict(
            f"latency, {case.words}", wanted, said, None if ratio is None else ratio <= LATENCY
        )


def _pages(others: Others) -> Iterator[Verdict]:
    slowest = max((page.milliseconds for page in others.pages), default=None)
    yield Verdict(
        "pages",
        f"any list, filter or deep page within {PAGE_MS:g} ms",
        "" if slowest is None else f"slowest {slowest:.0f} ms at {others.change_rows:,} rows",
        None if slowest is None else slowest <= PAGE_MS,
    )
    yield Verdict(
        "export",
        f"{EXPORT_ROWS:,.0f} rows a second in constant memory",
        f"{others.export_rows:,.0f} rows a second" if others.export_rows else "",
        others.export_rows >= EXPORT_ROWS if others.export_rows else None,
    )
