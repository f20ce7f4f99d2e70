"""Each contestant does its honest job: after every case its table is what Clever says."""

from typing import Any

import psycopg2
import pytest

from benchmarks.cases import FOUR, Case
from benchmarks.contestants import BY_NAME, CONTESTANTS, FLOOR, OURS, Contestant
from benchmarks.measured import Work
from benchmarks.peers.person import people
from benchmarks.roster import Roster
from benchmarks.rounds import Dishonest, Rounds, check
from tests.benchmarks_smoke.conftest import STUDENTS

TABLES = {
    OURS: ("schools_person", "birth_date, grade, address, email, class_year, last_name"),
    "dlt_merge": ("peer.person", "birth_date, grade, address, email, class_year, last_name"),
}
PEERS_TABLE = ("peers_peerperson", "birth_date, grade, address, email, class_year, last_name")
KEEPING_A_LOG = ("per_row", "chunked_django", "diff_sync")
WITH_TABLES = [c for c in CONTESTANTS if c.database and not c.copies and Case.ALL in c.cases]


def needs_package(contestant: Contestant) -> None:
    if not contestant.is_installed:
        pytest.skip(f"NOT RUN: {contestant.title} is not installed (requirements-bench.lock)")


def rows(rounds: Rounds, contestant: Contestant, query: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(rounds.server.url(contestant.name))
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())
    finally:
        connection.close()


def stored(rounds: Rounds, contestant: Contestant) -> list[tuple[Any, ...]]:
    table, columns = TABLES.get(contestant.name, PEERS_TABLE)
    return rows(rounds, contestant, f"SELECT clever_id, {columns} FROM {table} ORDER BY 1")


def expected(roster: Roster, case: Case) -> list[tuple[Any, ...]]:
    columns = ["clever_id", *PEERS_TABLE[1].split(", ")]
    everybody = [person for page in people(roster.pages(case).bodies()) for person in page]
    return [tuple(person[column] for column in columns) for person in everybody]


def begin(rounds: Rounds, contestant: Contestant, roster: Roster) -> None:
    rounds.prepare(contestant, roster)
    rounds.server.create(contestant.name, template=f"{contestant.name}_empty")


@pytest.mark.slow
@pytest.mark.parametrize("contestant", WITH_TABLES, ids=lambda c: c.name)
def test_after_each_case_the_people_are_as_clever_says(
    contestant: Contestant, rounds: Rounds, small_roster: Roster
) -> None:
    needs_package(contestant)
    begin(rounds, contestant, small_roster)
    for case in FOUR:
        rounds.measure(contestant, small_roster, case, 1)
        assert stored(rounds, contestant) == expected(small_roster, case), case
    if contestant.name in KEEPING_A_LOG:
        logged = rows(
            rounds,
            contestant,
            "SELECT action, count(*) FROM peers_peerchange GROUP BY 1 ORDER BY 1",
        )
        assert logged == [("create", STUDENTS), ("update", STUDENTS // 100 + STUDENTS)]


@pytest.mark.slow
def test_the_floor_writes_the_rows_that_the_console_wrote(
    rounds: Rounds, small_roster: Roster
) -> None:
    ours, floor = BY_NAME[OURS], BY_NAME[FLOOR]
    log = "SELECT action, count(*) FROM imports_plannedchange GROUP BY 1 ORDER BY 1"
    revisions = "SELECT revision, count(*) FROM schools_person GROUP BY 1 ORDER BY 1"
    rounds.prepare(ours, small_roster)
    rounds.round(small_roster, [ours, floor], FOUR, 1)
    for query in (log, revisions):
        assert rows(rounds, floor, query) == rows(rounds, ours, query)


@pytest.mark.slow
def test_a_test_import_is_a_test(rounds: Rounds, small_roster: Roster) -> None:
    tested = BY_NAME["ours_test"]
    begin(rounds, tested, small_roster)
    rounds.measure(tested, small_roster, Case.TEST_FIRST, 1)
    assert rows(rounds, tested, "SELECT count(*) FROM schools_person") == [(0,)]
    assert rows(rounds, tested, "SELECT count(*) FROM imports_plannedchange") == [(STUDENTS,)]


@pytest.mark.parametrize("name", ["split_hash", "json_loads"])
def test_the_limits_meet_everybody(name: str, rounds: Rounds, small_roster: Roster) -> None:
    rounds.measure(BY_NAME[name], small_roster, Case.SAME, 1)
    assert rounds.results.of(name, Case.SAME, STUDENTS)[0].work.seen == STUDENTS


@pytest.mark.parametrize(
    ("case", "work"),
    [
        (Case.FIRST, Work(STUDENTS - 1, STUDENTS - 1)),
        (Case.FIRST, Work(STUDENTS, STUDENTS - 1, 1)),
        (Case.SAME, Work(STUDENTS, 0, 1)),
        (Case.ALL, Work(STUDENTS, 0, STUDENTS - 1)),
    ],
)
def test_who_does_less_or_more_is_found_out(case: Case, work: Work) -> None:
    with pytest.raises(Dishonest):
        check(BY_NAME[OURS], case, STUDENTS, work)


def test_every_contestant_says_what_it_does_not_do() -> None:
    assert all(contestant.leaves_out for contestant in CONTESTANTS)
