"""The list of alerts: order, search, school, file."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clever_sync.models import MirrorObject
from imports.models import Alert, AlertCandidate
from mappings.models import SchoolMatch
from schools.models import Person
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.pages.scenes_operations import alerts

ALERTS = reverse("alerts", args=["maple"])


@pytest.fixture
def waiting(maple: Scene) -> list[Alert]:
    """Four alerts whose people are called Abe, Bea, Cyd and Dot in Clever."""
    Alert.objects.all().delete()
    made = alerts(maple, 4)
    for alert, name in zip(made, ("Cyd", "abe", "Dot", "Bea"), strict=True):
        mirror = MirrorObject.objects.get(clever_id=alert.clever_id)
        mirror.payload = {**mirror.payload, "name.last": name}
        mirror.save(update_fields=["payload"])
    return made


def numbers(client: Client, **asked: Any) -> list[int]:
    return [one.alert.pk for one in client.get(ALERTS, asked).context["alerts"]]


def places(waiting: list[Alert], *order: int) -> list[int]:
    return [waiting[n].pk for n in order]


def test_A63_list_is_sorted_by_age_score_and_name(waiting: list[Alert], alice: Client) -> None:
    AlertCandidate.objects.filter(alert=waiting[2], score=92).update(score=99)
    assert numbers(alice) == places(waiting, 0, 1, 2, 3)
    assert numbers(alice, sort="newest") == places(waiting, 3, 2, 1, 0)
    assert numbers(alice, sort="score")[0] == waiting[2].pk
    assert numbers(alice, sort="name") == places(waiting, 1, 3, 0, 2)


@pytest.mark.parametrize("sort", ["oldest", "newest", "score", "name"])
def test_A63_pages_have_no_gap_and_no_double_in_any_order(
    maple: Scene, waiting: list[Alert], alice: Client, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr("imports.resolving.queue.PAGE", 3)
    everybody = numbers(alice, sort=sort)
    seen: list[int] = []
    asked: dict[str, Any] = {"sort": sort}
    while True:
        answer = alice.get(ALERTS, asked)
        seen += [one.alert.pk for one in answer.context["alerts"]]
        if answer.context["next"] is None:
            break
        asked["after"] = answer.context["next"]
    assert len(seen) == 4
    assert seen[:3] == everybody[:3]
    assert set(seen) == {alert.pk for alert in waiting}


def test_A63_list_is_searched_by_both_names_ids_and_number(
    waiting: list[Alert], alice: Client
) -> None:
    here = waiting[1].candidates.order_by("-score")[0].person
    Person.objects.filter(pk=here.pk).update(last_name="Unmistakable")
    MirrorObject.objects.filter(clever_id=waiting[3].clever_id).update(key_sis_id="x-77")
    for words, found in (
        ("dot", 2), ("unmistak", 1), ("X-77", 3), (waiting[0].clever_id, 0),
        (str(waiting[2].pk), 2), (f"{here.first_name} abe", 1),
    ):  # fmt: skip
        assert waiting[found].pk in numbers(alice, q=words), words
    assert numbers(alice, q="dot") == [waiting[2].pk]
    assert numbers(alice, q="nobody like this") == []
    assert "No alert fits this filter" in alice.get(ALERTS, {"q": "%"}).content.decode()


def test_A63_list_is_filtered_by_the_school_in_clever(
    maple: Scene, waiting: list[Alert], alice: Client
) -> None:
    match = SchoolMatch.objects.filter(district=maple.district).exclude(school=None)[0]
    MirrorObject.objects.filter(clever_id=waiting[2].clever_id).update(
        school=match.clever_school_id
    )
    assert numbers(alice, school=match.school_id) == [waiting[2].pk]
    assert numbers(alice, school=maple.schools[5].pk) == []


def test_B05_masked_readers_can_neither_search_nor_sort_by_name_nor_download(
    waiting: list[Alert], bob: Client
) -> None:
    assert bob.get(reverse("alerts_csv", args=["maple"])).status_code == 403
    assert numbers(bob, q="dot") == numbers(bob), "nothing was looked for"
    assert numbers(bob, sort="name") == places(waiting, 0, 1, 2, 3)


def test_C33_strangers_and_librarians_do_not_find_the_file(
    waiting: list[Alert], charlie: Client
) -> None:
    address = reverse("alerts_csv", args=["maple"])
    assert charlie.get(address).status_code == 404
    assert signed_in(scenes.LEE).get(address).status_code == 404


@pytest.mark.parametrize("asked", ["sort=x", "school=nonsense", "q=%00", "q=" + "9" * 40])
def test_bad_filter_is_no_fault(waiting: list[Alert], alice: Client, asked: str) -> None:
    assert alice.get(f"{ALERTS}?{asked}").status_code == 200
