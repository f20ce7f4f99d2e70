"""The rounds: every contestant in every case, one after the other, each in a process of its own.

Within a case the contestants follow each other (A B C, A B C, ...), so that a noisy minute of the
machine meets all of them. Medians of the rounds, and ratios within one round, are what counts.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.cases import Case
from benchmarks.contestants import OURS, Contestant
from benchmarks.databases import Server
from benchmarks.measured import Measured, Work
from benchmarks.roster import PAGE, Roster
from benchmarks.worker import COPIED, POSTMASTER, PREPARE

BOUND = 900.0
Say = Callable[[str], None]


class Dishonest(Exception):
    """A contestant did not do what the case asks for: its figure would mean nothing."""


@dataclass
class Results:
    """All measurements of a run."""

    all: list[Measured] = field(default_factory=list)

    def of(self, contestant: str, case: Case, students: int) -> list[Measured]:
        return [
            each
            for each in self.all
            if (each.contestant, each.case, each.students) == (contestant, str(case), students)
        ]

    def middle(
        self, contestant: str, case: Case, students: int, what: str = "wall"
    ) -> float | None:
        """The median of a figure over the rounds; None if it was not measured."""
        found = [getattr(each, what) for each in self.of(contestant, case, students)]
        return median(found) if found else None

    def sizes(self, contestant: str, case: Case) -> list[int]:
        """The numbers of students with which a contestant took part in a case."""
        found = {e.students for e in self.all if (e.contestant, e.case) == (contestant, str(case))}
        return sorted(found)

    def ratio(
        self, one: tuple[str, Case], other: tuple[str, Case], students: int, what: str = "wall"
    ) -> float | None:
        """How many times as long `one` takes as `other`: the median of the rounds' ratios.

        A contestant that took part with fewer students only is compared by time per student.
        """
        mine = self._by_round(*one, students, what)
        theirs = self._by_round(*other, students, what)
        common = mine.keys() & theirs.keys()
        if not common:
            return None
        return median(mine[number] / theirs[number] for number in common)

    def _by_round(self, contestant: str, case: Case, students: int, what: str) -> dict[int, float]:
        sizes = [size for size in self.sizes(contestant, case) if size <= students]
        found = self.of(contestant, case, max(sizes)) if sizes else []
        times = {each.round: getattr(each, what) / each.students for each in found}
        if times and len(times) < 2:
            # Measured once: its one figure stands beside every round of the others.
            (only,) = times.values()
            return dict.fromkeys(range(1, 100), only)
        return times


@dataclass
class Rounds:
    """One interleaved run over rosters of several sizes."""

    server: Server
    say: Say
    environment: Mapping[str, str] = field(default_factory=dict)
    results: Results = field(default_factory=Results)

    def run(
        self, roster: Roster, contestants: Sequence[Contestant], cases: Sequence[Case], rounds: int
    ) -> None:
        """All contestants that take part with so many students."""
        taking_part = [each for each in contestants if roster.students <= each.most]
        for contestant in taking_part:
            if contestant.database and not contestant.copies:
                self.prepare(contestant, roster)
        for number in range(1, rounds + 1):
            present = [each for each in taking_part if number <= each.rounds]
            self.round(roster, present, cases, number)
        for contestant in taking_part:
            self.server.drop(f"{contestant.name}_empty")
            self.server.drop(contestant.name)

    def prepare(self, contestant: Contestant, roster: Roster) -> None:
        """The empty database from which every round of a contestant begins."""
        name = f"{contestant.name}_empty"
        self.server.create(name)
        self.worker(contestant, PREPARE, roster, Case.FIRST, name)

    def round(
        self, roster: Roster, present: Sequence[Contestant], cases: Sequence[Case], number: int
    ) -> None:
        """All cases of those who are present, each from its empty database on."""
        for contestant in present:
            if contestant.database and not contestant.copies:
                self.server.create(contestant.name, template=f"{contestant.name}_empty")
        for case in cases:
            self._copy(present, case, before=True)
            for contestant in present:
                if case in contestant.cases:
                    self.measure(contestant, roster, case, number)

    def _copy(self, present: Sequence[Contestant], case: Case, *, before: bool) -> None:
        """The database of a contestant that writes what another one has written.

        A first import ends where it is to begin again; every other case begins where the other
        one began, so that both find the tables in the same state.
        """
        for contestant in present:
            if (
                contestant.copies
                and case in contestant.cases
                and before is not (case is Case.FIRST)
            ):
                self.server.create(contestant.name, template=contestant.copies)

    def measure(self, contestant: Contestant, roster: Roster, case: Case, number: int) -> None:
        """One case of one contestant; what it did is checked."""
        if contestant.copies:
            self._copy([contestant], case, before=False)
        answer = self.worker(contestant, str(case), roster, case, contestant.name)
        measured = read(contestant, case, roster.students, number, answer)
        self.results.all.append(measured)
        self.say(
            f"{roster.students:>7,} {case.words:<29} {contestant.title:<24} round {number}:"
            f" {measured.wall:7.2f} s, CPU {measured.cpu:6.2f} + {measured.server_cpu:5.2f} s,"
            f" {measured.peak_mb:4.0f} MB"
        )
        if contestant.database:
            self.server.rest(contestant.name)

    def worker(
        self, contestant: Contestant, step: str, roster: Roster, case: Case, database: str
    ) -> str:
        """Runs one step of a contestant; returns what it printed last."""
        folder = str(roster.pages(case).folder)
        return self.python(
            "benchmarks.worker",
            contestant.name,
            step,
            folder,
            database=database,
            copied=contestant.copies,
        )

    def python(
        self,
        module: str,
        *arguments: str,
        database: str = OURS,
        copied: str = "",
        bound: float = BOUND,
    ) -> str:
        """Runs a module of ours as a process of its own; returns the last line it printed."""
        url = self.server.url(database)
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env={
                **os.environ,
                **BASE,
                **self.environment,
                "DATABASE_URL": url,
                COPIED: self.server.url(copied) if copied else "",
                POSTMASTER: str(self.server.postmaster),
            },
            capture_output=True,
            text=True,
            timeout=bound,
        )
        if done.returncode:
            raise RuntimeError(f"{module} {' '.join(arguments[:2])}:\n{done.stderr[-3000:]}")
        return (done.stdout.strip().splitlines() or [""])[-1]


# Telemetry and a broker have no part in any figure.
BASE = {
    "SECRET_KEY": "benchmark",
    "CLEVER_PAGE_SIZE": str(PAGE),
    "REDIS_URL": "",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "PYTHONWARNINGS": "ignore",
}


def read(contestant: Contestant, case: Case, students: int, number: int, answer: str) -> Measured:
    """A worker's answer, checked. Raises Dishonest when the contestant did something else."""
    told = json.loads(answer)
    work = Work(*told["work"])
    check(contestant, case, students, work)
    return Measured(
        contestant=contestant.name,
        case=str(case),
        students=students,
        round=number,
        wall=told["wall"],
        cpu=told["cpu"],
        peak_mb=told["peak_mb"],
        work=work,
        phases=told["phases"],
        server_cpu=told["server_cpu"],
    )


def check(contestant: Contestant, case: Case, students: int, work: Work) -> None:
    """Raises Dishonest unless the contestant met everybody and wrote what had to be written."""
    created, changed = case.expected(students)
    right = work.seen == students
    if contestant.counts:
        right = right and work.created == created
        right = right and (work.changed == changed or contestant.writes_everybody)
    if not right:
        raise Dishonest(f"{contestant.title}, {case.words}: {work}, {created=}, {changed=}")
