"""Two owners press the same button of a decision at the same moment: it is done once, and the
second is told so in a sentence."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.urls import reverse

from accounts.models import AuditEvent, Membership
from core.problems import ConsoleError
from core.vocabulary import MemberRole, RunMode, RunState, Trigger
from imports import identity
from imports.models import Alert, Hold, IdentityChange, MatchDecision, PlannedChange, Run
from imports.undoing.actions import start_undo
from schools import writer
from schools.models import FieldLock, LocalEdit, Person, Protection
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, OLIVE, PASSWORD, Scene
from tests.pages.scenes_brakes import figures, keep
from tests.pages.scenes_holds import held
from tests.pages.scenes_joining import double
from tests.pages.scenes_operations import alerts, staged
from tests.pages.test_pressed_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maple() -> Scene:
    scene = scenes.full(students=6, teachers=2)
    Membership.objects.filter(user__email=OLIVE).update(role=MemberRole.OWNER)
    return scene


def both(name: str, sent: dict[str, Any], *numbers: Any, query: str = "") -> list[str]:
    """What both were told in the end, as plain text; nobody meets an error of the server."""
    alice, olive = signed_in(ALICE), signed_in(OLIVE)
    where = reverse(name, args=["maple", *numbers]) + query
    gave = at_once(lambda: alice.post(where, sent), lambda: olive.post(where, sent))
    assert [getattr(answer, "status_code", repr(answer)) for answer in gave] in (
        [303, 303], [303, 200],
    )  # fmt: skip
    pages = [
        client.get(answer["Location"]) if answer.status_code == 303 else answer
        for client, answer in zip((alice, olive), gave, strict=True)
    ]
    return [re.sub(r"<[^>]+>|\s+", " ", page.content.decode()) for page in pages]


def linked_person(scene: Scene) -> Person:
    return Person.objects.filter(
        district=scene.district, kind="student", clever_id__isnull=False, archived_at=None
    )[0]


def some(scene: Scene, count: int) -> list[Person]:
    people = Person.objects.filter(district=scene.district, kind="student", archived_at=None)
    return list(people.order_by("pk")[:count])


def test_H07_two_unlink_one_record(maple: Scene) -> None:
    one = linked_person(maple)
    first, second = both("person_unlink", {"revision": one.revision}, one.pk)
    assert "The record is unlinked." in first
    assert "changed since it was shown" in second or "not linked to Clever" in second
    assert IdentityChange.objects.count() == MatchDecision.objects.count() == 1


def test_H07_two_merge_the_same_records_the_other_way_round(maple: Scene) -> None:
    one, other = double(maple)
    alice, olive = signed_in(ALICE), signed_in(OLIVE)
    where = reverse("person_merge", args=["maple", one.pk, other.pk])
    sent = {"mine": 1, "theirs": 1}
    gave = at_once(
        lambda: alice.post(where, {**sent, "keep": one.pk}),
        lambda: olive.post(where, {**sent, "keep": other.pk}, follow=True),
    )
    assert [answer.status_code for answer in gave] == [303, 200]
    assert b"is no longer here" in gave[1].content
    assert list(Person.objects.filter(last_name="Haddad-Ueda", archived_at=None)) == [one]
    assert IdentityChange.objects.count() == 1


def test_H07_two_take_back_one_merge(maple: Scene) -> None:
    one, other = double(maple)
    change = identity.merge(
        district=maple.district, survivor_id=one.pk, other_id=other.pk, chosen=["grade"],
        revisions={one.pk: 1, other.pk: 1}, by=ALICE,
    )  # fmt: skip
    first, second = both("person_take_back", {}, one.pk, change.pk)
    assert "Taken back." in first
    assert "has taken this back already" in second
    assert AuditEvent.objects.filter(verb="merge taken back").count() == 1
    assert LocalEdit.objects.filter(person=one, cause="take back").count() == 1


def test_H07_two_take_back_one_decision(maple: Scene) -> None:
    Alert.objects.all().delete()
    decision = staged(alerts(maple, 1)[0], "create")
    first, second = both("decision_take_back", {}, decision.pk)
    assert "Taken back." in first
    assert "taken back already" in second


def test_H04_two_process_all_updates(maple: Scene) -> None:
    Alert.objects.all().delete()
    staged(alerts(maple, 1)[0], "create")
    both("alerts_process", {})
    assert Run.objects.filter(trigger=Trigger.ALERTS).count() == 1


def test_H07_two_decide_many_alerts(maple: Scene) -> None:
    Alert.objects.all().delete()
    picks = [f"{alert.pk}-{alert.version}" for alert in alerts(maple, 3)]
    sent = {"act": "create", "confirmed": "on", "pick": picks}
    first, second = both("alerts_at_once", sent)
    assert "Create Record is noted for 3 alerts." in first
    assert "3 alerts were left as before" in second
    assert MatchDecision.objects.count() == 3


def test_H16_two_approve_all_that_is_held(maple: Scene) -> None:
    Hold.objects.all().delete()
    moves = {"cause": "school_moves", "slice": "move/student", "action": "move"}
    holds = [held(maple, 3), held(maple, 2, rows=False, **moves)]
    first, second = both(
        "holds_together", {"holds": [hold.pk for hold in holds], "password": PASSWORD}
    )
    assert "Approved." in first
    assert "already" in second or "has changed meanwhile" in second
    assert Run.objects.filter(trigger=Trigger.HOLD).count() == 1
    assert AuditEvent.objects.filter(verb="hold approved").count() == 2


def test_H04_two_raise_brakes_for_one_run(maple: Scene) -> None:
    keep(maple.runs["test"], figures(maple, "student", transfer=900, move_away=12))
    given = {"student-many_transfers": "900", "because": "New year", "password": PASSWORD}
    both("raise_brakes", {**given, "start": "test"})
    assert Run.objects.filter(state=RunState.QUEUED).count() == 1
    assert AuditEvent.objects.filter(verb="brakes raised").count() == 1


def test_H07_two_lock_many_and_two_unlock_them(maple: Scene) -> None:
    people = some(maple, 4)
    query = "?scope=picked&" + "&".join(f"pick={one.pk}" for one in people)
    sent = {"expected": 4, "field": "city", "reason": "Both of us"}
    both("people_act", sent, "lock", query=query)
    locks = FieldLock.objects.filter(field="city", person__in=people)
    assert locks.count() == 4
    query = "?scope=picked&" + "&".join(f"pick={lock.pk}" for lock in locks)
    first, second = both("locks_act", {"expected": 4}, "unlock", query=query)
    assert "4 locks were taken away" in first
    assert not locks.all().exists()
    assert "4 locks were taken away" not in second


def test_H07_two_protect_many(maple: Scene) -> None:
    people = some(maple, 4)
    query = "?scope=picked&" + "&".join(f"pick={one.pk}" for one in people)
    both("people_act", {"expected": 4, "reason": "Both"}, "protect", query=query)
    assert Protection.objects.filter(person__in=people).count() == 4


def test_H04_two_undo_one_run(maple: Scene) -> None:
    run, one = maple.runs["done"], linked_person(maple)
    Run.objects.filter(state=RunState.READY).update(state=RunState.DISCARDED)
    PlannedChange.objects.create(
        run=run, data_type="student", action="update", person=one, before={"city": None},
        after={"city": "Elsewhere"}, effects=["update"],
    )  # fmt: skip

    def ask(by: str) -> Callable[[], Any]:
        def undo() -> Any:
            try:
                return start_undo(run=run, by=by)
            except ConsoleError as refusal:
                return refusal.sentence

        return undo

    first, second = at_once(ask(ALICE), ask(OLIVE))
    assert (first.trigger, first.mode) == (Trigger.UNDO, RunMode.LIVE)
    assert "is going on. Undo when it has finished" in second
    assert Run.objects.filter(undoes=run).count() == 1


def overtaken_by_a_sync(scene: Scene, clever_id: str, act: Callable[[], Any]) -> Any:
    """What `act` gives while a sync that is not committed yet gives somebody else the link."""

    def sync() -> None:
        Person.objects.create(
            district=scene.district, kind="student", roles=["student"], last_name="Heir",
            clever_id=clever_id,
        )  # fmt: skip

    return at_once(sync, act)[1]


def test_B33_restoring_while_a_sync_gives_the_link_away_is_a_sentence(maple: Scene) -> None:
    one, olive = linked_person(maple), signed_in(OLIVE)
    writer.archive_people(district=maple.district, person_ids=[one.pk], by=ALICE)
    where = reverse("restore_people", args=["maple"])
    answer = overtaken_by_a_sync(
        maple, one.clever_id or "", lambda: olive.post(where, {"pick": [one.pk]}, follow=True)
    )
    assert answer.status_code == 200
    assert b"Nothing was changed; look once more, then try again." in answer.content
    assert Person.objects.filter(pk=one.pk, archived_at__isnull=False).exists()
    again = olive.post(where, {"pick": [one.pk]}, follow=True)
    assert b"1 record restored" in again.content
    assert Person.objects.get(pk=one.pk).clever_id is None, "its heir has the link"


def test_C15_taking_back_while_a_sync_gives_the_link_away_is_a_sentence(maple: Scene) -> None:
    one, olive = linked_person(maple), signed_in(OLIVE)
    change = identity.unlink(
        district=maple.district, person_id=one.pk, revision=one.revision, by=ALICE
    )
    where = reverse("person_take_back", args=["maple", one.pk, change.pk])
    answer = overtaken_by_a_sync(maple, one.clever_id or "", lambda: olive.post(where, follow=True))
    assert answer.status_code == 200
    assert b"Nothing was changed; look once more, then try again." in answer.content
    assert MatchDecision.objects.filter(person=one).exists(), "the pair stays ruled out"


def test_links_that_change_places_are_no_clash(maple: Scene) -> None:
    people = Person.objects.filter(
        Q(clever_id__isnull=False), district=maple.district, kind="student"
    )
    one, other = people.order_by("pk")[:2]
    with transaction.atomic():
        Person.objects.filter(pk=one.pk).update(clever_id=other.clever_id)
        Person.objects.filter(pk=other.pk).update(clever_id=one.clever_id)
        writer.check_links()
        Person.objects.filter(pk=one.pk).update(clever_id=one.clever_id)
        Person.objects.filter(pk=other.pk).update(clever_id=other.clever_id)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor():
        Person.objects.filter(pk=one.pk).update(clever_id=other.clever_id)
