"""The catalogue of problems is whole."""

from clever_sync import absences, faults, walks
from clever_sync.problems import PROBLEMS


def test_C19_every_fault_and_doubt_is_explained() -> None:
    # Whoever signs in is told on the sign-in page; these never happen to a run.
    of_signing_in = {faults.CodeRefused, faults.LoginRefused, faults.UserGone}
    codes = {fault.code for fault in set(faults.CleverFault.__subclasses__()) - of_signing_in}
    codes |= {walks.NOT_ASCENDING, walks.CURSOR_LOOP, walks.WITHOUT_ID, walks.NEXT_IGNORED}
    codes |= {absences.OMITTED, absences.UNCONFIRMED, "data_moved"}
    codes |= {"cleaned", "too_long", "wrong_type", "email_invalid", "last_name_missing"}
    codes |= {"record_unreadable", "id_missing", "unknown_field", "unknown_role", "walk_unproved"}
    assert codes <= PROBLEMS.keys()


def test_problems_speak_in_sentences() -> None:
    for code, problem in PROBLEMS.items():
        assert problem.code == code
        assert problem.title
        assert problem.explanation.endswith(".")
        assert problem.fix.endswith(".")
