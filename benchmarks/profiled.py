"""Which functions a case spends its time in: one more run of the console, under cProfile."""

import cProfile
import json
import pstats
import sys
from pathlib import Path

from benchmarks.cases import FOUR, Case
from benchmarks.contestants import BY_NAME, OURS
from benchmarks.other import Hot, Others
from benchmarks.roster import Pages, Roster
from benchmarks.rounds import Rounds
from benchmarks.worker import load

SHOWN = 12
ROOT = Path(__file__).resolve().parent.parent


def measure(rounds: Rounds, roster: Roster, others: Others) -> None:
    """Profiles the four cases one after the other on one database."""
    ours = BY_NAME[OURS]
    rounds.prepare(ours, roster)
    rounds.server.create(OURS, template=f"{OURS}_empty")
    for case in FOUR:
        rounds.say(f"Profiling: {case.words}")
        answer = rounds.python("benchmarks.profiled", str(case), str(roster.pages(case).folder))
        others.hot[case.words] = [Hot(*found) for found in json.loads(answer)]
        rounds.server.rest(OURS)
    rounds.server.drop(OURS)
    rounds.server.drop(f"{OURS}_empty")


def main(case: str, folder: str) -> None:
    """Profiles one case in this process; prints the functions as JSON."""
    room = load(BY_NAME[OURS])
    profile = cProfile.Profile()
    profile.runcall(room.run, Pages(Path(folder)), Case(case))
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    whole = sum(figures[2] for figures in stats.values())
    largest = sorted(stats.items(), key=lambda item: -item[1][2])[:SHOWN]
    print(json.dumps([(place(*where), figures[2] / whole) for where, figures in largest]))


def place(path: str, line: int, name: str) -> str:
    """A function as people find it, without the machine's own paths."""
    if path == "~":
        return name
    file = Path(path)
    if file.is_relative_to(ROOT) and ".venv" not in file.parts:
        return f"{file.relative_to(ROOT)}:{line} {name}"
    return f"{'/'.join(file.parts[-2:])}:{line} {name}"


if __name__ == "__main__":
    main(*sys.argv[1:])
