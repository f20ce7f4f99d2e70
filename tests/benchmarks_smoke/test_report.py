"""The report: medians, ratios within a round, and targets that can be missed."""

from benchmarks.cases import Case
from benchmarks.contestants import CHUNKED, OURS, SPLIT
from benchmarks.measured import Measured, Work
from benchmarks.other import Others, PageTime, UndoTime
from benchmarks.report import document
from benchmarks.rounds import Results
from benchmarks.targets import verdicts


def measured(
    contestant: str, case: Case, wall: float, number: int = 1, students: int = 100_000
) -> Measured:
    work = Work(students)
    return Measured(contestant, str(case), students, number, wall, wall, 80.0, work, {"pull": 1.0})


def results(*each: Measured) -> Results:
    return Results(list(each))


def word(found: Results, others: Others, subject: str, than: str) -> str:
    (verdict,) = [
        each
        for each in verdicts(found, others, 100_000)
        if each.subject == subject and than in each.wanted
    ]
    return verdict.word


def test_a_limit_is_met_or_missed_by_the_median_of_the_rounds() -> None:
    same = Case.SAME
    found = results(
        *(measured(SPLIT, same, 1.0, number) for number in (1, 2, 3)),
        measured(OURS, same, 1.4, 1),
        measured(OURS, same, 1.4, 2),
        measured(OURS, same, 9.0, 3),
    )
    assert word(found, Others(), same.words, "split + hash") == "met"
    found.all.append(measured(OURS, same, 8.0, 2))
    assert word(found, Others(), same.words, "split + hash") == "**missed**"


def test_a_ratio_never_mixes_two_rounds() -> None:
    case = Case.ONE_PERCENT
    found = results(
        *(measured(CHUNKED, case, 7.0 * noise, number) for number, noise in ((1, 1), (2, 10))),
        *(measured(OURS, case, 1.0 * noise, number) for number, noise in ((1, 1), (2, 10))),
    )
    assert found.ratio((CHUNKED, case), (OURS, case), 100_000) == 7.0


def test_a_small_contestant_is_compared_by_time_per_student() -> None:
    found = results(
        measured("update_or_create", Case.SAME, 10.0, students=5_000),
        *(measured(OURS, Case.SAME, 2.0, number) for number in (1, 2)),
    )
    ratio = found.ratio(("update_or_create", Case.SAME), (OURS, Case.SAME), 100_000)
    assert ratio == 100.0


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    assert {each.word for each in verdicts(results(), Others(), 100_000)} == {"not measured"}


def test_a_slow_page_misses_its_target() -> None:
    slow = Others(pages=[PageTime("a page", 301.0, 9)], change_rows=10)
    assert word(results(), slow, "pages", "300 ms") == "**missed**"
    fast = Others(pages=[PageTime("a page", 299.0, 9)], change_rows=10)
    assert word(results(), fast, "pages", "300 ms") == "met"


def test_an_undo_is_told_with_its_steps() -> None:
    seconds = {"plan": 14.1, "check": 0.8, "apply": 11.1}
    told = Others(undos=[UndoTime("undo", 26.7, seconds, 0.1)], undo_rows=100_000)
    page = document(results(), told, [20_000], {"server_version": "17"}, [])
    assert "## Undo of a run with 100,000 changed people" in page
    assert "| undo | 14.1 | 0.8 | 11.1 | 26.7 | 0 MB |" in page


def test_the_page_names_no_path_and_no_host() -> None:
    found = results(measured(OURS, Case.FIRST, 2.0), measured(OURS, Case.SAME, 1.0))
    text = document(found, Others(), [100_000], {"server_version": "18.1", "fsync": "on"}, ["dlt"])
    assert "2.00 (50,000)" in text
    assert "not installed, so not measured: dlt" in text
    assert "/tmp" not in text
    assert "://" not in text
