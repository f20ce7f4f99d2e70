"""Sync Now: at any time, one run, asked about what is not published, told by a dialog."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.vocabulary import RunMode, RunState, Trigger
from imports.models import Run
from mappings.models import Ruleset, SchoolMatchDraft
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.pages.scenes_operations import draft

SYNC = reverse("sync_now", args=["maple"])
UNSAVED = reverse("sync_unsaved", args=["maple"])
QUEUED = (
    "The Clever Sync Utility has been queued."
    ' See <a href="/d/maple/operations/">Operations Management</a> for details.'
)


def queued() -> list[Run]:
    return list(Run.objects.filter(state=RunState.QUEUED))


def test_B11_full_sync_is_started_by_hand_at_any_time(maple: Scene, alice: Client) -> None:
    for name in ("overview", "operations"):
        assert f'action="{SYNC}"' in alice.get(reverse(name, args=["maple"])).content.decode()
    alice.post(SYNC)
    (run,) = queued()
    assert (run.mode, run.trigger, run.full) == (RunMode.LIVE, Trigger.CLICK, True)
    assert run.data_types == ["student", "teacher"]


def test_B11_second_click_is_shown_the_run_that_is_on(maple: Scene, alice: Client) -> None:
    first = alice.post(SYNC)
    again = alice.post(SYNC, follow=True)
    assert again.redirect_chain == [(first["Location"], 303)]
    page = again.content.decode()
    assert "this is it. Nothing else was started." in page
    assert len(queued()) == 1


@pytest.mark.parametrize("what", ["settings", "schools"])
def test_B52_sync_now_asks_while_something_is_not_published(
    maple: Scene, alice: Client, what: str
) -> None:
    if what == "settings":
        draft(maple, "teacher")
    else:
        SchoolMatchDraft.objects.create(district=maple.district, chosen_by=scenes.OLIVE)
    answer = alice.post(SYNC)
    assert (answer.status_code, answer["Location"]) == (303, UNSAVED)
    assert queued() == []
    page = alice.get(UNSAVED).content.decode()
    wanted = {
        "settings": ("Clever Data Integration Settings: Teachers", scenes.ALICE),
        "schools": ("School matches", scenes.OLIVE),
    }[what]
    for words in (*wanted, "A sync goes by what is published"):
        assert words in page
    alice.post(SYNC, {"published": "yes"})
    assert len(queued()) == 1
    assert Ruleset.objects.filter(state="draft").count() == (what == "settings"), "it still waits"


def test_B52_sync_now_asks_nothing_when_all_is_published(maple: Scene, alice: Client) -> None:
    assert "Everything that was changed is in force" in alice.get(UNSAVED).content.decode()
    answer = alice.post(SYNC)
    assert answer["Location"] == reverse("run", args=["maple", queued()[0].pk])


def test_B53_dialog_says_exactly_that_it_has_been_queued(maple: Scene, alice: Client) -> None:
    page = alice.post(SYNC, follow=True).content.decode()
    assert f"<p>{QUEUED}</p>" in page
    assert page.count("<dialog open data-modal") == 1
    assert (
        "<dialog" not in alice.get(reverse("run", args=["maple", queued()[0].pk])).content.decode()
    )


@pytest.mark.parametrize("who", [scenes.BOB, scenes.SAM])
def test_B52_who_may_not_sync_is_not_asked(maple: Scene, who: str) -> None:
    client = signed_in(who)
    assert client.get(UNSAVED).status_code == 403
    assert client.post(SYNC, {"published": "yes"}).status_code == 403
    assert queued() == []


@pytest.mark.parametrize("data", [{"published": "\x00" * 9}, {"published": "x" * 5000, "by": "x"}])
def test_hostile_sync_now_starts_one_run_and_no_more(
    maple: Scene, alice: Client, data: dict[str, Any]
) -> None:
    assert alice.post(SYNC, data).status_code == 303
    assert [run.requested_by for run in queued()] == [scenes.ALICE]
