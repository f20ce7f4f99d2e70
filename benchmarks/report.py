"""docs/benchmarks.md: the tables of a run, in words that say what they mean."""

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from benchmarks.cases import FOUR, Case
from benchmarks.contestants import CONTESTANTS, NETWORK, OURS, OVER_HTTP, TESTED, Contestant
from benchmarks.other import Others
from benchmarks.rounds import Results
from benchmarks.targets import verdicts

HEAD = """# Benchmarks

Made by `python -m benchmarks`; do not edit. How fast the console is, beside the limits of the
machine and beside what others would need for the same roster: what each of them leaves out is
said below. Only ratios within one run mean anything: machines differ, and so do their minutes.

## How to repeat

```
script/setup
.venv/bin/pip install --require-hashes -r requirements-bench.lock
.venv/bin/python -m benchmarks            # about 30 minutes on 2 cores; --quick: 2 minutes
```

It starts a PostgreSQL of its own (with fsync), or uses the server of `DATABASE_URL` and drops its
databases afterwards. Every case of every contestant is a process of its own with a database of
its own; contestants take turns within each round, and medians are shown. The roster is made-up
students as the sandbox serves them, in pages of 1,000 (1.1 KB each). "All changed" is a new school
year: everybody is one grade up. Times are of the sync itself, without the start of Python.
"""


def document(
    results: Results, others: Others, sizes: Sequence[int], facts: dict[str, str], absent: list[str]
) -> str:
    """The whole page."""
    parts = [HEAD, "\n".join(_machine(facts, absent))]
    parts.append("\n".join(_targets(results, others, max(sizes))))
    parts += ["\n".join(_size(results, size)) for size in sizes]
    parts += [
        "\n".join(section)
        for section in (
            _leaves_out(),
            _tests(results, sizes),
            _http(others, results),
            _memory(results),
            _phases(results, max(sizes)),
            _pages(others),
            _undo(others),
            _profile(others),
        )
    ]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _machine(facts: dict[str, str], absent: list[str]) -> Iterator[str]:
    yield "## This run\n"
    yield f"- {datetime.now(UTC):%-d %B %Y}, {os.cpu_count()} cores, {platform.machine()}"
    yield f"- Python {platform.python_version()}, PostgreSQL {facts.pop('server_version')}"
    yield f"- {', '.join(f'{name} {value}' for name, value in facts.items())}"
    if absent:
        yield f"- not installed, so not measured: {', '.join(absent)}"


def _targets(results: Results, others: Others, students: int) -> Iterator[str]:
    yield f"## Targets, at {students:,} students\n"
    yield "Contestants that take part with fewer students are compared by time per student. By CPU:"
    yield "the same ratio of processor time, the contestant's and PostgreSQL's; a busy machine"
    yield "disturbs it less.\n"
    yield "| | Wanted | Measured | By CPU | |"
    yield "|---|---|---:|---:|---|"
    for each in verdicts(results, others, students):
        yield f"| {each.subject} | {each.wanted} | {each.measured} | {each.by_cpu} | {each.word} |"


def _size(results: Results, students: int) -> Iterator[str]:
    yield f"## {students:,} students over files\n"
    yield "Seconds, rows per second in brackets; peak memory of the process in all cases.\n"
    yield f"| | {' | '.join(case.words for case in FOUR)} | peak MB |"
    yield f"|---|{'---:|' * (len(FOUR) + 1)}"
    for contestant in CONTESTANTS:
        if contestant.name != TESTED and any(
            results.of(contestant.name, case, students) for case in FOUR
        ):
            yield _row(results, contestant, students)


def _row(results: Results, contestant: Contestant, students: int) -> str:
    cells = [_cell(results, contestant.name, case, students) for case in FOUR]
    peaks = [results.middle(contestant.name, case, students, "peak_mb") or 0.0 for case in FOUR]
    return f"| {contestant.title} | {' | '.join(cells)} | {max(peaks):.0f} |"


def _cell(results: Results, name: str, case: Case, students: int) -> str:
    seconds = results.middle(name, case, students)
    return "" if seconds is None else f"{seconds:.2f} ({students / seconds:,.0f})"


def _leaves_out() -> Iterator[str]:
    yield "## What each of them does not do\n"
    for contestant in CONTESTANTS:
        yield f"- **{contestant.title}**: {contestant.leaves_out}"


def _tests(results: Results, sizes: Sequence[int]) -> Iterator[str]:
    yield "## Test Import\n"
    yield "| | before the first import | nothing changed | the run itself, nothing changed |"
    yield "|---|---:|---:|---:|"
    for size in sizes:
        cells = [
            _cell(results, TESTED, Case.TEST_FIRST, size),
            _cell(results, OURS, Case.TEST_SAME, size),
            _cell(results, OURS, Case.SAME, size),
        ]
        yield f"| {size:,} students | {' | '.join(cells)} |"


def _http(others: Others, results: Results) -> Iterator[str]:
    if not others.http.all:
        return
    yield "## Over HTTP\n"
    yield "The sandbox as its own process on the same machine, which takes a share of its cores.\n"
    yield f"| | {' | '.join(case.words for case in FOUR)} |"
    yield f"|---|{'---:|' * len(FOUR)}"
    for size in others.http.sizes(OVER_HTTP, Case.FIRST):
        for name, title in ((NETWORK, "the network alone"), (OVER_HTTP, "the console")):
            cells = [_cell(others.http, name, case, size) for case in FOUR]
            yield f"| {title}, {size:,} students | {' | '.join(cells)} |"
        cells = [_cell(results, OURS, case, size) for case in FOUR]
        yield f"| the console over files, {size:,} | {' | '.join(cells)} |"
    yield from _slow(others)


def _slow(others: Others) -> Iterator[str]:
    if not others.slow.all:
        return
    size = others.slow_students
    yield f"\nWith {others.delay:g} s more for every answer, {size:,} students:\n"
    yield f"| | {Case.FIRST.words} | {Case.SAME.words} |"
    yield "|---|---:|---:|"
    for name, title in ((NETWORK, "the network alone"), (OVER_HTTP, "the console")):
        cells = [_cell(others.slow, name, case, size) for case in (Case.FIRST, Case.SAME)]
        yield f"| {title} | {' | '.join(cells)} |"


def _memory(results: Results) -> Iterator[str]:
    yield "## Memory of the console\n"
    yield "Peak of the process in MB, with Python, Django and all apps.\n"
    yield f"| students | {' | '.join(case.words for case in FOUR)} |"
    yield f"|---|{'---:|' * len(FOUR)}"
    for size in results.sizes(OURS, Case.FIRST):
        peaks = [results.middle(OURS, case, size, "peak_mb") for case in FOUR]
        cells = ["" if peak is None else f"{peak:.0f}" for peak in peaks]
        yield f"| {size:,} | {' | '.join(cells)} |"


def _phases(results: Results, students: int) -> Iterator[str]:
    yield f"## Where the console's time goes, {students:,} students\n"
    names = ("pull", "plan", "check", "apply")
    yield f"| | {' | '.join(names)} | whole | CPU of Python |"
    yield f"|---|{'---:|' * (len(names) + 2)}"
    for case in FOUR:
        found = results.of(OURS, case, students)
        if found:
            middle = sorted(found, key=lambda each: each.wall)[len(found) // 2]
            seconds = [f"{middle.phases.get(name, 0):.2f}" for name in names]
            yield f"| {case.words} | {' | '.join(seconds)} | {middle.wall:.2f} | {middle.cpu:.2f} |"


def _pages(others: Others) -> Iterator[str]:
    if not others.pages:
        return
    yield f"## Pages of a run with {others.change_rows:,} change rows\n"
    yield "| | server time, ms | queries |"
    yield "|---|---:|---:|"
    for page in others.pages:
        yield f"| {page.title} | {page.milliseconds:.0f} | {page.queries} |"
    yield (
        f"\nExport: {others.export_rows:,.0f} rows a second; memory grew by"
        f" {others.export_growth_mb:.0f} MB meanwhile."
    )


def _undo(others: Others) -> Iterator[str]:
    if not others.undos:
        return
    yield f"## Undo of a run with {others.undo_rows:,} changed people\n"
    yield "Of ten people one was created, one marked as a leaver, one moved, seven updated.\n"
    yield "| | plan, s | check, s | apply, s | all, s | memory grew by |"
    yield "|---|---:|---:|---:|---:|---:|"
    for undo in others.undos:
        steps = " | ".join(f"{undo.steps[step]:.1f}" for step in ("plan", "check", "apply"))
        yield f"| {undo.title} | {steps} | {undo.seconds:.1f} | {undo.growth_mb:.0f} MB |"


def _profile(others: Others) -> Iterator[str]:
    if not others.hot:
        return
    yield "## Profile\n"
    yield "The functions with the largest share of their own, as seen by cProfile; waiting for"
    yield "PostgreSQL is `execute`, `copy_expert` and `commit`."
    for title, functions in others.hot.items():
        yield f"\n{title}:\n"
        for hot in functions:
            yield f"- {hot.share:.0%} `{hot.place}`"
