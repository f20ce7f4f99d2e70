"""Manage Email Notifications (A54-A59, F76, H20)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership
from core.vocabulary import DataType, EventKind
from notifications.models import Recipient, told_by_default
from notifications.words import EVENTS, KINDS
from tests.notifications.test_recipients import HOSTILE
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene

GOLDEN = {"recipients": 10, "recipients_edit": 9}


def edit(scene: Scene, data_type: str = "student") -> str:
    return reverse("recipients_edit", args=[scene.slug, data_type])


def told(scene: Scene, data_type: str = "student") -> dict[str, list[str]]:
    rows = Recipient.objects.filter(district=scene.district, data_type=data_type)
    return dict(rows.values_list("email", "events"))


def tell(scene: Scene, *emails: str, events: list[str] | None = None) -> list[Recipient]:
    return [
        Recipient.objects.create(
            district=scene.district,
            data_type="student",
            email=email,
            events=events or told_by_default(),
        )
        for email in emails
    ]


def posted(*rows: Recipient, **more: object) -> dict[str, object]:
    """What the page sends when nothing was touched, and `more`."""
    return {
        "shown": [row.pk for row in rows],
        "events": told_by_default(),
        **{f"events_{row.pk}": row.events for row in rows},
        **more,
    }


@pytest.fixture
def ready(db: None) -> Scene:
    """A district whose Setup is done, with nobody in its lists."""
    return scenes.full("ready", students=4, teachers=1)


def test_A21_setup_comes_before_notifications(juniper: Scene, alice: Client) -> None:
    for address in (reverse("recipients", args=[juniper.slug]), edit(juniper)):
        answer = alice.get(address)
        assert answer.status_code == 303
        assert answer["Location"] == reverse("configure", args=[juniper.slug])
    assert alice.post(edit(juniper), posted(add="a@x.org")).status_code == 303
    assert told(juniper) == {}


def test_A54_A55_each_data_type_has_a_list_with_a_pencil(ready: Scene, alice: Client) -> None:
    tell(ready, "office@juniper.example")
    page = alice.get(reverse("recipients", args=[ready.slug])).content.decode()
    for data_type in DataType:
        assert edit(ready, data_type) in page
    assert "office@<wbr>juniper.example" in page
    assert "Failures, holds, decisions and alerts" in page
    assert page.count("Nobody is told") == 2


def test_A56_A57_A58_two_addresses_are_stored(ready: Scene, alice: Client) -> None:
    assert "Add Email Recipients" in alice.get(edit(ready)).content.decode()
    answer = alice.post(edit(ready), posted(add="a@x.org, B@y.org"))
    assert answer.status_code == 303
    assert told(ready) == {"a@x.org": told_by_default(), "b@y.org": told_by_default()}
    assert told(ready, "teacher") == {}
    page = alice.get(edit(ready)).content.decode()
    assert "2 recipients are in the list" in page and "was sent" not in page


def test_A57_a_bad_address_is_named_and_nothing_is_lost(ready: Scene, alice: Client) -> None:
    answer = alice.post(edit(ready), posted(add="good@x.org, bad, worse@"))
    page = answer.content.decode()
    assert answer.status_code == 200 and told(ready) == {}
    assert "“bad” is not an e-mail address" in page
    assert "“worse@” is not an e-mail address" in page
    assert 'value="good@x.org, bad, worse@"' in page


@pytest.mark.parametrize("address", [text for text in HOSTILE if "\x00" not in text])
def test_F76_no_trick_is_stored(ready: Scene, alice: Client, address: str) -> None:
    answer = alice.post(edit(ready), posted(add=f"good@x.org, {address}"))
    assert answer.status_code == 200 and told(ready) == {}
    assert b'class="errors"' in answer.content


def test_F76_nul_and_endless_text_are_refused(ready: Scene, alice: Client) -> None:
    for text in ("a@x.org\x00", "a" * 20_001, ", ".join(f"a{n}@x.org" for n in range(200))):
        answer = alice.post(edit(ready), posted(add=text))
        assert answer.status_code == 200 and told(ready) == {}


def test_A54_events_are_chosen_for_one_and_for_all(ready: Scene, alice: Client) -> None:
    one, two = tell(ready, "a@x.org", "b@y.org")
    alice.post(edit(ready), posted(one, two, **{f"events_{one.pk}": ["started", "finished"]}))
    assert told(ready) == {"a@x.org": ["started", "finished"], "b@y.org": told_by_default()}
    answer = alice.post(
        edit(ready), posted(one, two, add="c@z.org", events=["failed"], for_all="on")
    )
    assert answer.status_code == 303
    assert told(ready) == {key: ["failed"] for key in ("a@x.org", "b@y.org", "c@z.org")}


def test_A54_every_event_may_be_chosen_in_plain_words(ready: Scene, alice: Client) -> None:
    page = alice.get(edit(ready)).content.decode()
    assert set(KINDS) == set(EVENTS) == set(EventKind)
    assert all(words in page for words in EVENTS.values())


def test_unknown_events_and_none_are_refused(ready: Scene, alice: Client) -> None:
    (one,) = tell(ready, "a@x.org")
    for events in (["everything"], []):
        answer = alice.post(edit(ready), posted(one, **{f"events_{one.pk}": events}))
        assert answer.status_code == 200
    assert alice.post(edit(ready), posted(one, add="b@y.org", events=[])).status_code == 200
    assert told(ready) == {"a@x.org": told_by_default()}


def test_A59_the_pencil_edits_again(ready: Scene, alice: Client) -> None:
    one, two = tell(ready, "a@x.org", "b@y.org")
    alice.post(edit(ready), posted(one, two, **{f"remove_{one.pk}": "on"}))
    assert list(told(ready)) == ["b@y.org"]
    answer = alice.post(edit(ready), posted(two, add="b@y.org"))
    assert answer.status_code == 303 and list(told(ready)) == ["b@y.org"]


def test_H20_emptying_the_list_warns_first(ready: Scene, alice: Client) -> None:
    (one,) = tell(ready, "a@x.org")
    emptied = posted(one, **{f"remove_{one.pk}": "on"})
    answer = alice.post(edit(ready), emptied)
    assert "Nobody would be told when an import fails" in answer.content.decode()
    assert list(told(ready)) == ["a@x.org"]
    assert alice.post(edit(ready), {**emptied, "nobody": "on"}).status_code == 303
    assert told(ready) == {}


def test_whom_somebody_else_added_meanwhile_stays(ready: Scene, alice: Client) -> None:
    (one,) = tell(ready, "a@x.org")
    tell(ready, "new@x.org", events=["held"])
    assert alice.post(edit(ready), posted(one, add="c@z.org")).status_code == 303
    assert told(ready)["new@x.org"] == ["held"] and len(told(ready)) == 3


def test_another_districts_recipients_are_out_of_reach(
    ready: Scene, maple: Scene, alice: Client
) -> None:
    (other,) = tell(maple, "a@x.org")
    alice.post(edit(ready), posted(other, add="b@y.org", **{f"remove_{other.pk}": "on"}))
    assert list(told(ready)) == ["b@y.org"] and list(told(maple)) == ["a@x.org"]


def test_A54_only_who_may_import_edits_the_lists(
    maple: Scene, alice: Client, bob: Client, charlie: Client
) -> None:
    tell(maple, "office@maple.example")
    lists = reverse("recipients", args=[maple.slug])
    assert [c.get(lists).status_code for c in (alice, bob, charlie)] == [200, 200, 404]
    assert b"office@" not in bob.get(lists).content
    assert [c.get(edit(maple)).status_code for c in (alice, bob, charlie)] == [200, 403, 404]
    assert bob.post(edit(maple), posted(add="b@y.org")).status_code == 403
    librarian = signed_in(scenes.LEE)
    assert librarian.get(lists).status_code == librarian.get(edit(maple)).status_code == 404
    assert alice.get(edit(maple, "parents")).status_code == 404
    assert list(told(maple)) == ["office@maple.example"]


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_queries_do_not_grow_with_recipients(ready: Scene, alice: Client, name: str) -> None:
    address = edit(ready) if name == "recipients_edit" else reverse(name, args=[ready.slug])

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(address).status_code == 200
        return len(queries)

    assert Membership.objects.filter(district=ready.district).exists()
    before = count()
    tell(ready, *(f"a{n}@x.org" for n in range(40)))
    assert count() == before == GOLDEN[name]
