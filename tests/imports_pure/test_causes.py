"""The likely cause of a hold in words (C09), and the catalogue of problems (C19)."""

import pytest

from imports.brakes import Limits
from imports.causes import Common, Share, likely_cause
from imports.problems import ALERTS, HOLDS, PROBLEMS, sentence


def test_C09_graduation_is_recognised() -> None:
    common = Common(214, grade=Share("12", 214))
    said = likely_cause("school_transfers", "transfer", common)
    assert said == "all 214 are in grade 12: looks like graduation."
    mixed = Common(214, grade=Share("12", 150))
    assert likely_cause("school_transfers", "transfer", mixed) == ""
    fifth = Common(214, grade=Share("5", 214))
    assert likely_cause("school_transfers", "transfer", fifth) == ""


def test_C09_a_school_that_is_no_longer_shared_is_recognised() -> None:
    common = Common(640, school=Share("Willow Creek High", 640), school_people=640)
    said = likely_cause("school_to_zero", "leave", common)
    assert said.startswith("all 640 are at Willow Creek High")
    assert "no longer shared" in said


def test_C09_merged_schools_one_field_and_the_wrong_id_are_recognised() -> None:
    merged = Common(100, school=Share("East", 100), new_school=Share("West", 98))
    assert "98 of 100 go to West" in likely_cause("school_to_zero", "leave", merged)
    field = Common(310, field=Share("E-mail", 310))
    assert "lose the same field, E-mail" in likely_cause("many_blanked", "blank", field)
    assert "another field" in likely_cause("student_id_may_be_wrong", "create", Common(9))
    assert likely_cause("nobody_in_clever", "transfer", Common(0)).startswith("Clever sent no")


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_C19_every_problem_has_words_and_somebody_who_fixes_it(code: str) -> None:
    problem = PROBLEMS[code]
    assert problem.code == code
    assert problem.title[0].isupper()
    assert not problem.title.endswith(".")
    assert problem.explanation.endswith(".")
    assert problem.fix.endswith(".")
    assert problem.who
    assert sentence(code, field="E-mail").endswith(".")


def test_C19_codes_stand_once_and_every_brake_has_its_words() -> None:
    assert len({p.code for p in (*ALERTS, *HOLDS)}) == len(ALERTS) + len(HOLDS)
    assert set(Limits().values) <= {p.code for p in HOLDS}
    assert "E-mail" in sentence("many_blanked", field="E-mail")
    assert sentence("of_another_app") == "Something went wrong (of_another_app)."
