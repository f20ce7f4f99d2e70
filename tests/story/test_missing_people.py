"""Absences as they are told: how each was confirmed, or what will confirm it (C07, C13)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from clever_sync import absences
from core.vocabulary import LeaverRule, Status
from imports.absent import HOW
from imports.models import Run
from mappings.models import Ruleset
from tests.locking import protected
from tests.pages.people_setting import member_of, shown
from tests.world import World, assert_invariants, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=24, teachers=4, staff=0, schools=3) as ready:
        ready.connect()
        ready.sync()
        yield ready
        assert_invariants(ready)


@pytest.fixture
def alice(maple: World) -> Client:
    return member_of(maple.district)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked for one by one."""
    monkeypatch.setattr(absences, "MOST_ASKED", 0)


def counted(run: Run) -> dict[str, int]:
    run.refresh_from_db()
    assert run.pull
    found: dict[str, int] = run.pull.absence_counts
    return found


def page_of(maple: World, alice: Client, who: str) -> str:
    page: Any = shown(alice, "person", "maple", maple.person(who).pk)
    return str(page.content.decode())


def test_C13_an_answer_404_is_told_on_both_pages(maple: World, alice: Client) -> None:
    who = maple.students()[0]
    assert "does not share this person any more" not in page_of(maple, alice, who)
    maple.clever.control.remove(who)
    run = maple.sync()
    assert counted(run) == {"not_found": 1}
    text = page_of(maple, alice, who)
    assert "Clever answered that there is no such person (404), on " in text
    assert "whoever has left is marked Transferred; nobody is ever deleted by a sync" in text
    (line,) = shown(alice, "run", "maple", run.pk).context["missing"]
    assert (line.label, line.count, line.confirmed) == (HOW["not_found"], 1, True)
    assert maple.person(who).status == Status.TRANSFERRED


def test_C13_two_complete_readings_are_told_with_both_days(
    maple: World, alice: Client, few: None
) -> None:
    one, other = maple.students()[:2]
    for who in (one, other):
        maple.clever.control.remove(who)
    first = maple.sync()
    assert counted(first) == {"waiting": 2}
    assert maple.person(one).status == Status.ACTIVE
    text = page_of(maple, alice, one)
    assert "Missing at Clever, not confirmed yet: nothing was changed." in text
    assert "a second complete reading with newer data" in text
    (line,) = shown(alice, "run", "maple", first.pk).context["missing"]
    assert (line.count, line.waiting, line.confirmed) == (2, True, False)
    maple.clever.control.sync()
    second = maple.sync()
    assert counted(second) == {"two_pulls": 2}
    assert maple.person(one).status == Status.TRANSFERRED
    assert "Missing in two complete readings in a row: that of" in page_of(maple, alice, one)
    assert counted(first) == {"waiting": 2}, "an older run keeps its own figures"


def test_C13_a_person_who_was_left_out_of_the_list_is_counted_as_kept(maple: World) -> None:
    who = maple.students()[0]
    maple.clever.control.faults([{"do": "omit", "ids": [who], "path": "/users"}])
    run = maple.sync(full=True)
    assert counted(run) == {"kept": 1}
    assert maple.person(who).status == Status.ACTIVE


def test_C07_nobody_is_marked_for_a_list_that_is_not_proved(maple: World, alice: Client) -> None:
    who = maple.students()[0]
    maple.clever.control.remove(who)
    maple.clever.control.set_state("paused")
    run = maple.sync()
    assert counted(run) == {"unproved": 1}
    assert maple.rows(run) == []
    text = shown(alice, "run", "maple", run.pk).content.decode()
    assert "Missing in a reading that may remove nobody" in text


def test_C13_the_leaver_rule_in_force_is_shown(maple: World, alice: Client) -> None:
    who, kept = maple.students()[:2]
    rules = Ruleset.objects.filter(district=maple.district, data_type="student", state="active")
    rules.update(leaver_rule=LeaverRule.LEAVE_ALONE)
    protected(maple.person(kept))
    for gone in (who, kept):
        maple.clever.control.remove(gone)
    maple.sync()
    assert "whoever has left is left as they are" in page_of(maple, alice, who)
    text = page_of(maple, alice, kept)
    assert "Kept as it is, because the person is protected." in text
    assert "whoever has left" not in text


def test_C13_F71_a_returning_person_is_the_same_record_and_the_history_says_so(
    maple: World, alice: Client
) -> None:
    who = maple.students()[0]
    number = maple.person(who).pk
    maple.clever.control.remove(who)
    maple.sync()
    maple.clever.control.bring_back(who)
    (row,) = maple.rows(maple.sync())
    assert (row.action, row.person_id) == ("restore", number)
    text = page_of(maple, alice, who)
    assert "Shared by Clever again: the same record as before" in text
    assert "does not share this person any more.</strong>" not in text
