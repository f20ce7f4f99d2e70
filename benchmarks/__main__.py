"""`python -m benchmarks`: measures, and writes docs/benchmarks.md."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import over_http, pages_of_changes, profiled, roster, undoing
from benchmarks.cases import FOUR, VARIANTS, Case
from benchmarks.contestants import BY_NAME, CONTESTANTS, OURS, Contestant
from benchmarks.databases import Server, server
from benchmarks.other import Others
from benchmarks.report import document
from benchmarks.roster import Roster
from benchmarks.rounds import Rounds

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
INSTALL = "pip install --require-hashes -r requirements-bench.lock"
DELAY = 0.2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs everything that was asked for."""
    options = _options(arguments)
    chosen = [BY_NAME[name] for name in options.only] if options.only else list(CONTESTANTS)
    absent = [each for each in chosen if not each.is_installed]
    if absent:
        names = ", ".join(each.title for each in absent)
        say(f"NOT INSTALLED, so not measured: {names}\nInstall them with: {INSTALL}\n")
    folder = Path(tempfile.mkdtemp(prefix="console-benchmark-rosters-"))
    try:
        with server() as postgres:
            _measure(options, [c for c in chosen if c.is_installed], folder, postgres)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(f"Written: {os.path.relpath(options.output)}")
    return 0


def _measure(
    options: argparse.Namespace, chosen: list[Contestant], folder: Path, postgres: Server
) -> None:
    """All that was asked for; the document is written anew after each part of it."""
    rounds, others = Rounds(postgres, say), Others()
    slow_ones = {each.most for each in chosen if each.most < min(options.students)}
    for size in sorted({*options.students, *slow_ones}):
        say(f"Making a roster of {size:,} students")
        made = roster.make(folder, size)
        present = [c for c in chosen if size in options.students or c.most == size]
        rounds.run(made, present, tuple(Case), options.rounds)
        if size in options.students and not options.only:
            _besides(options, made, folder, rounds, others)
        shutil.rmtree(made.folder)
        _write(options, rounds, others)
    if not options.only:
        _memory(options, folder, rounds)
        _write(options, rounds, others)
        say(f"Pages of a run with {options.change_rows:,} change rows")
        pages_of_changes.measure(rounds, others, options.change_rows)
        _write(options, rounds, others)
        say(f"Undo of a run with {options.undo_rows:,} changed people")
        undoing.measure(rounds, others, options.undo_rows)
        _write(options, rounds, others)


def _write(options: argparse.Namespace, rounds: Rounds, others: Others) -> None:
    absent = [each.title for each in CONTESTANTS if not each.is_installed]
    only_memory = set(options.memory) - set(options.students)
    sizes = sorted({each.students for each in rounds.results.all} - only_memory)
    facts = rounds.server.facts()
    options.output.write_text(document(rounds.results, others, sizes, facts, absent))


def _besides(
    options: argparse.Namespace, made: Roster, folder: Path, rounds: Rounds, others: Others
) -> None:
    """Over HTTP; at the smallest size against a slow Clever, at the largest one the profile."""
    files, rounds.results = rounds.results, others.http
    over_http.measure(rounds, made, folder)
    if made.students == min(options.students):
        say(f"With {DELAY:g} s for every answer")
        others.slow_students, others.delay = made.students, DELAY
        rounds.results = others.slow
        over_http.measure(rounds, made, folder, cases=(Case.FIRST, Case.SAME), page_delay=DELAY)
    rounds.results = files
    if made.students == max(options.students):
        profiled.measure(rounds, made, others)


def _memory(options: argparse.Namespace, folder: Path, rounds: Rounds) -> None:
    for size in options.memory:
        if size in options.students:
            continue
        say(f"Making a roster of {size:,} students")
        made = roster.make(folder, size, tuple(v for v in VARIANTS if v is not Case.ONE_PERCENT))
        cases = tuple(case for case in FOUR if case is not Case.ONE_PERCENT)
        rounds.run(made, [BY_NAME[OURS]], cases, 1)
        shutil.rmtree(made.folder)


def say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)


def _sizes(text: str) -> list[int]:
    return sorted(int(part) for part in text.split(",") if part)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--students", type=_sizes, metavar="N,N")
    parser.add_argument("--memory", type=_sizes, metavar="N,N")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--change-rows", type=int)
    parser.add_argument("--undo-rows", type=int)
    parser.add_argument("--only", type=lambda text: text.split(","), metavar="NAME,NAME")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round")
    parser.add_argument("--output", type=Path, default=DOCUMENT)
    options = parser.parse_args(arguments)
    usual = QUICK if options.quick else WHOLE
    for name, value in usual.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    unknown = set(options.only or ()) - BY_NAME.keys()
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(BY_NAME)}")
    return options


WHOLE = {"students": [20_000, 100_000], "memory": [100_000, 500_000], "rounds": 3,
         "change_rows": 1_000_000, "undo_rows": 100_000}  # fmt: skip
QUICK = {"students": [2_000], "memory": [], "rounds": 1, "change_rows": 20_000,
         "undo_rows": 2_000}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
