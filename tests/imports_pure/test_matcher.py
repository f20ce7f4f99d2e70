"""Who a person of Clever is (engine.md 4): keys, contradictions, decisions."""

from typing import Any

import pytest

from imports.matcher import Decisions, judge
from tests.imports_pure.people import newcomer, record, verdict

OTHER: dict[str, Any] = {"last_name": "Okafor", "first_name": "Chidi"}
OTHER_BIRTH: dict[str, Any] = {"birth_date": "2009-11-02"}


@pytest.mark.parametrize(
    "key", ["legacy_id", "sis_id", "student_number", "teacher_number", "staff_id", "barcode"]
)
def test_B19_one_equal_key_links(key: str) -> None:
    found = verdict(newcomer(keys={key: "77"}), record(5, keys={key: "77"}))
    assert (found.kind, found.person_id, found.why) == ("link", 5, key)


def test_B19_the_strongest_key_is_named() -> None:
    keys = {"email": "m@x.example", "student_number": "7", "sis_id": "77"}
    assert verdict(newcomer(keys=keys), record(keys=keys)).why == "sis_id"


def test_B20_blank_never_matches() -> None:
    for key in ("sis_id", "student_number", "email"):
        who = newcomer(keys={key: ""}, birth_date="2001-01-01")
        assert verdict(who, record(keys={key: ""})).kind == "create"


def test_username_never_matches() -> None:
    who = newcomer(keys={"username": "mgarcia"}, **OTHER, **OTHER_BIRTH)
    assert verdict(who, record(keys={"username": "mgarcia"})).kind == "create"


def test_another_value_under_the_same_key_never_links() -> None:
    stale = record(5, keys={"sis_id": "78"}, **OTHER, **OTHER_BIRTH)
    who = newcomer(keys={"sis_id": "77"})
    found = judge(who, {"sis_id": [stale]}, [], frozenset(), Decisions())
    assert found.kind == "create"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "link"),
        (OTHER, "link"),
        ({"last_name": "Okafor"}, "link"),
        (OTHER_BIRTH, "link"),
        ({**OTHER, **OTHER_BIRTH}, "alert"),
        ({"first_name": "Chidi", **OTHER_BIRTH}, "alert"),
        ({"last_name": "Okafor", **OTHER_BIRTH}, "alert"),
        ({**OTHER, "birth_date": None}, "link"),
        ({"last_name": "Garcia-Lopez", "first_name": "María", **OTHER_BIRTH}, "link"),
    ],
)
def test_only_name_and_birth_date_together_contradict_a_key(
    changes: dict[str, Any], kind: str
) -> None:
    found = verdict(newcomer(keys={"sis_id": "77"}), record(keys={"sis_id": "77"}, **changes))
    assert found.kind == kind
    if kind == "alert":
        assert found.reason == "name_and_birth_differ"
        assert [c.person_id for c in found.candidates] == [1]


@pytest.mark.parametrize("birth", [OTHER_BIRTH, {"birth_date": None}])
def test_F67_a_sis_id_given_to_a_new_child_is_not_linked_to_one_who_left(
    birth: dict[str, Any],
) -> None:
    left = record(keys={"sis_id": "77"}, status=4, **OTHER, **birth)
    found = verdict(newcomer(keys={"sis_id": "77"}), left)
    assert (found.kind, found.reason) == ("alert", "name_and_birth_differ")
    same_child = record(keys={"sis_id": "77"}, status=4)
    assert verdict(newcomer(keys={"sis_id": "77"}), same_child).kind == "link"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "link"),
        ({"first_name": "M."}, "link"),
        ({"last_name": "Garcia Lopez"}, "link"),
        (OTHER_BIRTH, "link"),
        ({"last_name": "Okafor"}, "alert"),
        ({"first_name": "Lucia"}, "alert"),
        ({"first_name": "Mario"}, "alert"),
    ],
)
def test_email_alone_needs_agreeing_names(changes: dict[str, Any], kind: str) -> None:
    keys = {"email": "family@x.example"}
    assert verdict(newcomer(keys=keys), record(keys=keys, **changes)).kind == kind


def test_a_familys_email_does_not_stop_a_stronger_key() -> None:
    who = newcomer(keys={"sis_id": "77", "email": "family@x.example"})
    brother = record(
        2, keys={"sis_id": "78", "email": "family@x.example"}, first_name="Juan", **OTHER_BIRTH
    )
    found = verdict(who, record(1, keys={"sis_id": "77"}), brother)
    assert (found.kind, found.person_id) == ("link", 1)


def test_F66_a_shared_email_links_nobody_and_asks_only_about_likely_people() -> None:
    keys = {"email": "family@x.example"}
    brother = record(2, keys=keys, first_name="Juan", **OTHER_BIRTH)
    who = newcomer(keys=keys)
    assert verdict(who, brother, crowded=("email",)).kind == "create"
    assert verdict(who, record(1, keys=keys), crowded=("email",)).reason == "likely_duplicate"
    assert verdict(who, record(1, keys=keys), brother).kind == "alert"


def test_F64_a_sis_id_of_two_clever_people_links_neither() -> None:
    who = newcomer(keys={"sis_id": "77", "student_number": "5"})
    same = record(keys={"sis_id": "77", "student_number": "5"})
    found = verdict(who, same, crowded=("sis_id",))
    assert (found.kind, found.reason) == ("alert", "sis_id_twice_in_clever")
    assert [c.person_id for c in found.candidates] == [1]
    assert verdict(who, crowded=("sis_id",)).kind == "alert", "nobody here: still not two records"


def test_F65_two_records_with_one_sis_id_are_for_a_person() -> None:
    who = newcomer(keys={"sis_id": "77", "student_number": "5"})
    same = record(1, keys={"sis_id": "77", "student_number": "5"})
    found = verdict(who, same, record(2, keys={"sis_id": "77"}, first_name="Juan"))
    assert (found.kind, found.reason) == ("alert", "sis_id_twice_here")
    assert [c.person_id for c in found.candidates] == [1, 2]


def test_a_doubled_number_does_not_stop_a_stronger_key() -> None:
    who = newcomer(keys={"sis_id": "77", "student_number": "5"})
    right, other = record(1, keys=who.keys), record(2, keys={"student_number": "5"})
    assert verdict(who, right, other).person_id == 1
    alone = newcomer(keys={"student_number": "5"})
    assert verdict(alone, right, other).reason == "number_twice_here"
    assert verdict(alone, right, crowded=("student_number",)).reason == "number_twice_in_clever"


def test_keys_of_two_records_are_for_a_person() -> None:
    who = newcomer(keys={"sis_id": "77", "student_number": "5"})
    found = verdict(who, record(1, keys={"sis_id": "77"}), record(2, keys={"student_number": "5"}))
    assert (found.kind, found.reason) == ("alert", "several_candidates")


def test_a_record_of_a_living_clever_person_is_not_given_away() -> None:
    taken = record(keys={"sis_id": "77"}, link="living", clever_id="c9")
    found = verdict(newcomer(keys={"sis_id": "77"}), taken)
    assert (found.kind, found.reason) == ("alert", "linked_to_another")
    decided = verdict(newcomer(keys={"sis_id": "77"}), taken, decisions=Decisions(match=1))
    assert decided.kind == "alert", "not even by a decision that came too late"


@pytest.mark.parametrize(
    ("keys", "changes", "kind"),
    [
        ({"sis_id": "77"}, {}, "relink"),
        ({"sis_id": "77"}, OTHER_BIRTH, "relink"),
        ({"sis_id": "77"}, OTHER, "relink"),
        ({"sis_id": "77"}, {**OTHER, **OTHER_BIRTH}, "alert"),
        ({"student_number": "5"}, {}, "alert"),
        ({"email": "m@x.example"}, {}, "alert"),
    ],
)
def test_C17_a_gone_clever_id_is_relinked_by_sis_id_and_name_or_birth_date(
    keys: dict[str, str], changes: dict[str, Any], kind: str
) -> None:
    gone = record(keys=keys, link="gone", clever_id="c0", **changes)
    found = verdict(newcomer(keys=keys), gone)
    assert found.kind == kind
    assert found.kind == "relink" or found.reason == "clever_id_changed"


def test_F69_a_new_clever_id_with_a_new_sis_id_is_proposed_as_the_old_record() -> None:
    gone = record(9, keys={"sis_id": "77"}, link="gone", clever_id="c0")
    found = verdict(newcomer(keys={"sis_id": "88"}), lookalikes=[gone])
    assert (found.kind, found.reason) == ("alert", "clever_id_changed")
    assert found.candidates[0].person_id == 9


def test_A67_a_likely_duplicate_is_not_created() -> None:
    found = verdict(newcomer(), lookalikes=[record(4)])
    assert (found.kind, found.reason) == ("alert", "likely_duplicate")
    assert found.candidates[0].score == 100
    assert verdict(newcomer(), lookalikes=[record(4, **OTHER)]).kind == "create"


def test_a_second_clever_record_of_the_very_same_child_is_asked_about() -> None:
    here = record(4, link="living", clever_id="c9")
    assert verdict(newcomer(), lookalikes=[here]).reason == "linked_to_another"
    twin = record(4, link="living", clever_id="c9", first_name="Mario")
    assert verdict(newcomer(), lookalikes=[twin]).kind == "create"


def test_C14_decisions_are_obeyed() -> None:
    who = newcomer(keys={"sis_id": "77"})
    first, second = record(1, keys=who.keys), record(2, keys=who.keys)
    assert verdict(who, first, second).kind == "alert"
    matched = verdict(who, first, second, decisions=Decisions(match=2))
    assert (matched.kind, matched.person_id, matched.why) == ("link", 2, "decision")
    assert verdict(who, first, second, decisions=Decisions(create=True)).kind == "create"
    never = verdict(who, first, second, decisions=Decisions(never=frozenset({1})))
    assert (never.kind, never.person_id) == ("link", 2)
    neither = Decisions(never=frozenset({1, 2}))
    assert verdict(who, first, second, decisions=neither).kind == "create"


def test_H08_a_decision_for_a_record_that_is_not_there_any_more_counts_for_nothing() -> None:
    found = verdict(newcomer(), lookalikes=[record(4)], decisions=Decisions(match=99))
    assert (found.kind, found.reason) == ("alert", "likely_duplicate")
