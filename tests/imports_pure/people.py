"""Made-up newcomers and candidates for the tests of the pure rooms."""

from typing import Any

from imports.matcher import Candidate, Decisions, Newcomer, Verdict, judge

UNDECIDED = Decisions()


def newcomer(**changes: Any) -> Newcomer:
    """Maria Garcia of Clever, 5th grade, school 1, without any key."""
    values: dict[str, Any] = {
        "clever_id": "c1",
        "kind": "student",
        "data_type": "student",
        "keys": {},
        "last_name": "Garcia",
        "first_name": "Maria",
        "birth_date": "2014-03-21",
        "grade": "5",
        "school": 1,
    }
    return Newcomer(**{**values, **changes})


def record(person_id: int = 1, **changes: Any) -> Candidate:
    """The same Maria Garcia here, linked to nobody."""
    values: dict[str, Any] = {
        "revision": 1,
        "clever_id": None,
        "link": "free",
        "keys": {},
        "last_name": "Garcia",
        "first_name": "Maria",
        "birth_date": "2014-03-21",
        "grade": "5",
        "school": 1,
        "status": 1,
    }
    return Candidate(person_id=person_id, **{**values, **changes})


def verdict(
    who: Newcomer,
    *people: Candidate,
    lookalikes: list[Candidate] | None = None,
    crowded: tuple[str, ...] = (),
    decisions: Decisions = UNDECIDED,
) -> Verdict:
    """The verdict when each of `people` was found by the keys that it shares with `who`."""
    by_key = {
        name: [one for one in people if one.keys.get(name) == value]
        for name, value in who.keys.items()
    }
    found = {name: some for name, some in by_key.items() if some}
    return judge(who, found, list(lookalikes or []), frozenset(crowded), decisions)
