"""The cases that every contestant is put through, in their order, on one database."""

from enum import StrEnum


class Case(StrEnum):
    """One sync of one state of Clever. A test plans only; nothing is written to people."""

    TEST_FIRST = "test_first"
    FIRST = "first"
    SAME = "same"
    TEST_SAME = "test_same"
    ONE_PERCENT = "one_percent"
    ALL = "all"

    @property
    def words(self) -> str:
        return WORDS[self]

    @property
    def variant(self) -> str:
        """The state of the roster that is read in this case."""
        return str(self) if self in (Case.ONE_PERCENT, Case.ALL) else str(Case.FIRST)

    @property
    def is_test(self) -> bool:
        return self in (Case.TEST_FIRST, Case.TEST_SAME)

    def expected(self, students: int) -> tuple[int, int]:
        """How many people an honest contestant creates and changes (in a test: plans to)."""
        if self in (Case.TEST_FIRST, Case.FIRST):
            return students, 0
        changed = {Case.ONE_PERCENT: students // 100, Case.ALL: students}
        return 0, changed.get(self, 0)


WORDS = {
    Case.TEST_FIRST: "Test Import before the first",
    Case.FIRST: "first import",
    Case.SAME: "nothing changed",
    Case.TEST_SAME: "Test Import, nothing changed",
    Case.ONE_PERCENT: "1 % changed",
    Case.ALL: "all changed",
}
VARIANTS = (Case.FIRST, Case.ONE_PERCENT, Case.ALL)
FOUR = (Case.FIRST, Case.SAME, Case.ONE_PERCENT, Case.ALL)
