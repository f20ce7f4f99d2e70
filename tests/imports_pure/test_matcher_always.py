"""What holds for every newcomer and every set of candidates (hypothesis)."""

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from imports.matcher import Candidate, Decisions, Newcomer, judge

KEYS = ("sis_id", "student_number", "email", "username")
names = st.sampled_from(["Garcia", "Garcia Lopez", "Garcia-Lopez", "Okafor", "Núñez", "Nunez", ""])
firsts = st.sampled_from(["Maria", "María", "Jayden", "Kayden", "Bob", "Robert", ""])
births = st.sampled_from(["2014-03-21", "2014-12-03", "2014-03-12", None])
values = st.sampled_from(["", "1", "2", "3"])
keys = st.dictionaries(st.sampled_from(KEYS), values, max_size=4)
grades = st.sampled_from(["5", "6", None])
links = st.sampled_from(["free", "living", "gone"])


@st.composite
def candidates(draw: Any) -> list[Candidate]:
    return [
        Candidate(
            person_id=number,
            revision=1,
            clever_id=None,
            link=draw(links),
            keys=draw(keys),
            last_name=draw(names) or "X",
            first_name=draw(firsts),
            birth_date=draw(births),
            grade=draw(grades),
            school=draw(st.sampled_from([1, 2, None])),
            status=draw(st.sampled_from([1, 4])),
        )
        for number in range(1, draw(st.integers(0, 5)) + 1)
    ]


newcomers = st.builds(
    Newcomer,
    clever_id=st.just("c1"),
    kind=st.just("student"),
    data_type=st.just("student"),
    keys=keys,
    last_name=names,
    first_name=firsts,
    birth_date=births,
    grade=grades,
    school=st.sampled_from([1, 2, None]),
)
crowds = st.frozensets(st.sampled_from(KEYS), max_size=2)
decided = st.builds(
    Decisions,
    never=st.frozensets(st.integers(1, 5), max_size=2),
    match=st.none() | st.integers(1, 6),
    create=st.booleans(),
)


def by_key(who: Newcomer, people: list[Candidate]) -> dict[str, list[Candidate]]:
    """Everyone under every key, right or wrong: the matcher itself must look."""
    return {name: list(people) for name in who.keys}


@given(newcomers, candidates(), crowds, decided, st.randoms(use_true_random=False))
def test_the_order_of_candidates_makes_no_difference(
    who: Newcomer,
    people: list[Candidate],
    crowded: frozenset[str],
    decisions: Decisions,
    chance: random.Random,
) -> None:
    mixed = list(people)
    chance.shuffle(mixed)
    straight = judge(who, by_key(who, people), people, crowded, decisions)
    assert judge(who, by_key(who, mixed), mixed, crowded, decisions) == straight


@given(newcomers, candidates(), crowds)
def test_B20_a_link_always_rests_on_an_equal_key_that_is_not_blank(
    who: Newcomer, people: list[Candidate], crowded: frozenset[str]
) -> None:
    found = judge(who, by_key(who, people), people, crowded, Decisions())
    if found.kind not in ("link", "relink"):
        return
    linked = next(one for one in people if one.person_id == found.person_id)
    assert found.why in ("sis_id", "student_number", "email"), "never by the username"
    assert who.keys[found.why]
    assert linked.keys[found.why] == who.keys[found.why]
    assert found.why not in crowded
    assert sum(one.keys.get(found.why) == who.keys[found.why] for one in people) == 1
    assert linked.link == ("gone" if found.kind == "relink" else "free")


@given(newcomers, candidates(), crowds, decided)
def test_a_pair_that_was_ruled_out_is_never_linked_nor_shown(
    who: Newcomer, people: list[Candidate], crowded: frozenset[str], decisions: Decisions
) -> None:
    found = judge(who, by_key(who, people), people, crowded, decisions)
    assert found.person_id not in decisions.never
    assert not {c.person_id for c in found.candidates} & decisions.never


@given(newcomers, candidates(), crowds)
def test_an_alert_names_its_reason_and_its_candidates_best_first(
    who: Newcomer, people: list[Candidate], crowded: frozenset[str]
) -> None:
    found = judge(who, by_key(who, people), people, crowded, Decisions())
    assert bool(found.reason) == (found.kind == "alert")
    scores = [c.score for c in found.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)
