"""The Transferred list with its bulk actions, and the deleted people (B32, B33)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from core.vocabulary import Action, MemberRole, Status
from imports import identity
from imports.models import PlannedChange
from schools import writer
from schools.models import LocalEdit, Person, PersonSite
from schools.pages import PAGE
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.people_setting import act, shown, told
from tests.pages.scenes import Scene

ALL = {"scope": "all"}


def leave(scene: Scene, count: int, **which: Any) -> list[Person]:
    """Marks some students as leavers by last night's import."""
    people = list(scene.district.people.filter(kind="student", **which).order_by("pk")[:count])
    Person.objects.filter(pk__in=[p.pk for p in people]).update(status=4, status_before=1)
    PlannedChange.objects.bulk_create(
        PlannedChange(
            run=scene.runs["done"], data_type="student", action=Action.TRANSFER, person=person,
            before={"status": 1}, after={"status": 4}, why={"absence": "confirmed"},
        )
        for person in people
    )  # fmt: skip
    return people


def lines(client: Client, **asked: Any) -> list[Person]:
    context = shown(client, "transferred", "maple", **asked).context
    return [line.row.person for line in context["lines"]]


def picked(people: list[Person]) -> dict[str, Any]:
    return {"scope": "picked", "pick": [person.pk for person in people]}


def test_B33_list_says_since_when_and_by_which_run(maple: Scene, alice: Client) -> None:
    one, two = leave(maple, 2, school=maple.schools[1])
    writer.set_status(district=maple.district, person_ids=[two.pk], status=1, by="x")
    writer.set_status(district=maple.district, person_ids=[two.pk], status=4, by=scenes.OLIVE)
    answer = shown(alice, "transferred", "maple", school=maple.schools[1].pk)
    found = {line.row.person.pk: line.written for line in answer.context["lines"]}
    assert found[one.pk].run == maple.runs["done"].pk
    assert found[one.pk].at == maple.runs["done"].finished_at
    assert (found[two.pk].run, found[two.pk].by) == (None, scenes.OLIVE)
    assert f"Run #{maple.runs['done'].pk}</a>" in answer.content.decode()


def test_B33_list_is_filtered_by_type_school_and_name(maple: Scene, alice: Client) -> None:
    assert lines(alice) == []
    one, two = leave(maple, 2)
    teacher = maple.district.people.filter(kind="employee").first()
    assert teacher
    Person.objects.filter(pk=teacher.pk).update(status=4)
    assert set(lines(alice)) == {one, two, teacher}
    assert lines(alice, type="teacher") == [teacher]
    assert set(lines(alice, type="student")) == {one, two}
    assert lines(alice, q=one.sis_id) == [one]
    assert one in lines(alice, school=one.school_id)
    assert two not in lines(alice, school=one.school_id)
    for wrong in ({"type": "x"}, {"school": "x"}, {"sort": "x"}, {"q": "x" * 300}, {"after": "x"}):
        answer = shown(alice, "transferred", "maple", **wrong)
        assert "after" in wrong or answer.context["form"].errors


@pytest.mark.parametrize("sort", ["name", "-name", "newest"])
def test_B33_pages_have_no_gap_and_no_double(maple: Scene, alice: Client, sort: str) -> None:
    Person.objects.bulk_create(
        Person(district=maple.district, kind=("student", "employee")[n % 2], status=4,
               roles=[("student", "teacher")[n % 2]], last_name="Same", first_name=f"N{n % 9}")
        for n in range(2 * PAGE + 7)
    )  # fmt: skip
    seen: list[int] = []
    after = None
    while True:
        asked = {"sort": sort, **({"after": after} if after else {})}
        answer = shown(alice, "transferred", "maple", **asked)
        seen += [line.row.person.pk for line in answer.context["lines"]]
        after = answer.context["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 2 * PAGE + 7 == answer.context["total"]


def test_B33_status_of_the_chosen_is_set(maple: Scene, alice: Client) -> None:
    people = leave(maple, 4)
    answer = act(alice, "maple", "status", picked(people[:3]), status=Status.INACTIVE)
    assert told(alice, answer) == "3 records now have the status Inactive."
    assert lines(alice) == [people[3]]
    one = Person.objects.get(pk=people[0].pk)
    assert (one.status, one.status_before, one.unsettled) == (5, None, True)
    edit = LocalEdit.objects.get(person=one)
    assert (edit.cause, edit.edited_by, edit.before, edit.after) == (
        "bulk", scenes.ALICE, {"status": 4}, {"status": 5},
    )  # fmt: skip
    event = AuditEvent.objects.get(verb="people.status")
    assert (event.actor, event.details) == (scenes.ALICE, {"count": 3, "status": 5})


def test_B33_site_of_all_that_match_is_changed(maple: Scene, alice: Client) -> None:
    people = leave(maple, 5, school=maple.schools[1])
    other = leave(maple, 1, school=maple.schools[2])
    PersonSite.objects.create(person=people[0], school=maple.schools[4])
    asked = {**ALL, "school": maple.schools[1].pk}
    answer = act(alice, "maple", "site", asked, site=maple.schools[4].pk)
    assert told(alice, answer) == "5 records moved to Alder Grove Elementary."
    now = Person.objects.filter(pk__in=[p.pk for p in people])
    assert set(now.values_list("school", flat=True)) == {maple.schools[4].pk}
    assert not PersonSite.objects.filter(person=people[0], school=maple.schools[4]).exists()
    assert Person.objects.get(pk=other[0].pk).school == maple.schools[2]
    assert AuditEvent.objects.get(verb="people.site").details["count"] == 5


def test_B33_delete_needs_the_number_and_says_what_happens(maple: Scene, alice: Client) -> None:
    people = leave(maple, 3)
    address = reverse("transferred_act", args=["maple", "delete"])
    page = alice.get(address, picked(people)).content.decode()
    assert "Delete 3 records" in page
    assert "For 30 days they can be restored" in page
    for wrong in ("", "2", "4", "three", "-3", "9" * 40, "\x00"):
        answer = act(alice, "maple", "delete", picked(people), number=wrong)
        assert answer.status_code == 200
        assert "type 3 to delete them. Nothing was deleted." in answer.content.decode()
    assert not Person.objects.filter(archived_at__isnull=False).exists()
    said = told(alice, act(alice, "maple", "delete", picked(people), number="3"))
    assert said == "3 records deleted. For 30 days they can be restored under Deleted people."
    gone = Person.objects.filter(archived_at__isnull=False)
    assert set(gone) == set(people)
    assert {p.clever_id for p in gone} == {None}
    assert {p.former_clever_id for p in gone} == {p.clever_id for p in people}
    assert lines(alice) == []
    assert AuditEvent.objects.get(verb="people.deleted").details == {"count": 3}


def test_B33_deleted_people_are_restored_to_the_same_record(maple: Scene, alice: Client) -> None:
    people = leave(maple, 3)
    act(alice, "maple", "delete", picked(people), number="3")
    context = shown(alice, "deleted_people", "maple").context
    assert {line.row.person for line in context["lines"]} == set(people)
    assert {line.written.by for line in context["lines"]} == {scenes.ALICE}
    assert {(line.until - timezone.now()).days for line in context["lines"]} == {29}
    address = reverse("restore_people", args=["maple"])
    assert told(alice, alice.post(address, {"pick": [people[0].pk, people[1].pk]})) == (
        "2 records restored, as they were."
    )
    one = Person.objects.get(pk=people[0].pk)
    assert (one.archived_at, one.clever_id, one.status) == (None, people[0].clever_id, 4)
    assert LocalEdit.objects.filter(person=one, before__has_key="deleted").count() == 1
    assert AuditEvent.objects.get(verb="people.restored").details == {"count": 2}
    history = shown(alice, "person", "maple", one.pk).context["history"].events
    assert [event.values[0].label for event in history[:2]] == ["Deleted", "Deleted"]


def test_C15_whoever_was_unlinked_before_is_restored_unlinked(maple: Scene, alice: Client) -> None:
    one = leave(maple, 1)[0]
    identity.unlink(
        district=maple.district, person_id=one.pk, revision=one.revision, by=scenes.ALICE
    )
    act(alice, "maple", "delete", picked([one]), number="1")
    alice.post(reverse("restore_people", args=["maple"]), {"pick": [one.pk]})
    back = Person.objects.get(pk=one.pk)
    assert (back.archived_at, back.clever_id) == (None, None)
    assert back.former_clever_id == one.clever_id


def test_B33_after_30_days_it_is_said_that_they_are_gone(maple: Scene, alice: Client) -> None:
    people = leave(maple, 2)
    writer.archive_people(district=maple.district, person_ids=[p.pk for p in people])
    Person.objects.filter(pk=people[0].pk).update(archived_at=timezone.now() - timedelta(days=31))
    answer = shown(alice, "deleted_people", "maple")
    assert [line.row.person for line in answer.context["lines"]] == [people[1]]
    assert "1 record was deleted more than 30 days ago" in answer.content.decode()
    sent = {"pick": [person.pk for person in people]}
    said = told(alice, alice.post(reverse("restore_people", args=["maple"]), sent))
    assert "Nothing was done" in said
    assert Person.objects.filter(archived_at__isnull=False).count() == 2


def test_deleted_people_are_paged(maple: Scene, alice: Client) -> None:
    now = timezone.now()
    Person.objects.bulk_create(
        Person(district=maple.district, kind="student", roles=["student"], last_name=f"L{n}",
               archived_at=now - timedelta(hours=n // 3))
        for n in range(2 * PAGE + 3)
    )  # fmt: skip
    seen: list[int] = []
    after = None
    while True:
        asked: dict[str, Any] = {"after": after} if after else {}
        context = shown(alice, "deleted_people", "maple", **asked).context
        seen += [line.row.person.pk for line in context["lines"]]
        after = context["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 2 * PAGE + 3


@pytest.mark.parametrize(
    ("what", "sent", "said"),
    [
        ("status", {}, "New status: choose one of the list."),
        ("status", {"status": "4"}, "New status: choose one of the list."),
        ("status", {"status": "x\x00"}, "New status: choose one of the list."),
        ("site", {"site": "999999999999999999999"}, "New site: choose one of the schools"),
        ("site", {"site": ""}, "New site: choose one of the schools"),
        ("delete", {"number": "1", "expected": "2"}, "The list has changed since you looked"),
        ("delete", {"number": "1", "expected": "x"}, ""),
    ],
)
def test_bad_action_is_a_sentence_and_does_nothing(
    maple: Scene, alice: Client, what: str, sent: dict[str, str], said: str
) -> None:
    people = leave(maple, 1)
    answer = act(alice, "maple", what, picked(people), **sent)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    one = Person.objects.get(pk=people[0].pk)
    assert (one.status, one.school_id, one.archived_at) == (4, people[0].school_id, None)
    assert not LocalEdit.objects.exists()


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"scope": "picked"}, {"pick": "x"}, {"pick": "0"}, {"pick": "9" * 30},
        {"pick": "\x00"}, {"scope": "x"}, {"pick": "999999"}, {"scope": "all", "school": "x"},
        {"pick": [str(n) for n in range(1, 300)]}, {"scope": "all", "q": "nobody"},
    ],
)  # fmt: skip
def test_nobody_chosen_is_said_and_nothing_is_done(
    maple: Scene, alice: Client, asked: dict[str, Any]
) -> None:
    leave(maple, 2)
    answer = alice.get(reverse("transferred_act", args=["maple", "delete"]), asked)
    assert told(alice, answer)
    assert not LocalEdit.objects.exists()


def test_only_the_three_actions_are_there(maple: Scene, alice: Client) -> None:
    people = leave(maple, 1)
    answer = alice.get(reverse("transferred_act", args=["maple", "purge"]), picked(people))
    assert answer.status_code == 404


def test_looking_at_what_would_happen_does_nothing(maple: Scene, alice: Client) -> None:
    people = leave(maple, 2)
    for what in ("status", "site", "delete"):
        shown(alice, "transferred_act", "maple", what, **picked(people), status=5, number=2)
    assert not LocalEdit.objects.exists()
    assert not AuditEvent.objects.exists()


def test_list_that_changed_meanwhile_is_looked_at_again(maple: Scene, alice: Client) -> None:
    people = leave(maple, 3)
    address = reverse("transferred_act", args=["maple", "delete"])
    leave(maple, 5)
    answer = alice.post(f"{address}?scope=all", {"expected": "3", "number": "3"})
    assert "The list has changed since you looked" in answer.content.decode()
    assert 'name="expected" value="5"' in answer.content.decode()
    writer.set_status(district=maple.district, person_ids=[people[0].pk], status=1, by="x")
    answer = alice.get(address, picked(people))
    assert "not in this list any more" in told(alice, answer)
    assert not Person.objects.filter(archived_at__isnull=False).exists()


def test_A02_librarian_acts_on_people_of_own_schools_only(maple: Scene) -> None:
    lee, own = signed_in(scenes.LEE), maple.schools[0]
    mine, theirs = leave(maple, 2, school=own), leave(maple, 2, school=maple.schools[5])
    assert set(lines(lee)) == set(mine)
    page = shown(lee, "transferred", "maple").content.decode()
    assert "/operations/" not in page
    answer = lee.get(reverse("transferred_act", args=["maple", "delete"]), picked([*mine, *theirs]))
    assert "not in this list any more" in told(lee, answer)
    moved = act(lee, "maple", "site", ALL, site=maple.schools[5].pk)
    assert "New site: choose one of the schools of the list." in moved.content.decode()
    told(lee, act(lee, "maple", "delete", ALL, number="2"))
    assert set(Person.objects.filter(archived_at__isnull=False)) == set(mine)
    writer.archive_people(district=maple.district, person_ids=[p.pk for p in theirs])
    context = shown(lee, "deleted_people", "maple").context
    assert {line.row.person for line in context["lines"]} == set(mine)
    address = reverse("restore_people", args=["maple"])
    assert "Nothing was done" in told(lee, lee.post(address, {"pick": [theirs[0].pk]}))
    told(lee, lee.post(address, {"pick": [mine[0].pk]}))
    assert Person.objects.get(pk=mine[0].pk).archived_at is None


def test_viewer_reads_masked_and_does_nothing(
    maple: Scene, bob: Client, charlie: Client, client: Client
) -> None:
    people = leave(maple, 1)
    page = shown(bob, "transferred", "maple").content.decode()
    assert people[0].last_name not in page
    assert "Delete" not in page.replace("Deleted", "")
    writer.archive_people(district=maple.district, person_ids=[people[0].pk])
    assert people[0].last_name not in shown(bob, "deleted_people", "maple").content.decode()
    act_on = reverse("transferred_act", args=["maple", "delete"])
    restore = reverse("restore_people", args=["maple"])
    for who, status in ((bob, 403), (charlie, 404), (client, 302)):
        assert who.get(act_on, ALL).status_code == status
        assert who.post(f"{act_on}?scope=all", {"number": "1"}).status_code == status
        assert who.post(restore, {"pick": [people[0].pk]}).status_code == status
    for name in ("transferred", "deleted_people"):
        assert charlie.get(reverse(name, args=["maple"])).status_code == 404
    assert Person.objects.get(pk=people[0].pk).archived_at


def test_H14_role_withdrawn_between_look_and_confirm_counts(maple: Scene, alice: Client) -> None:
    people, olive = leave(maple, 1), signed_in(scenes.OLIVE)
    address = reverse("transferred_act", args=["maple", "delete"])
    assert olive.get(address, ALL).status_code == 200
    Membership.objects.filter(user__email=scenes.OLIVE).update(role=MemberRole.VIEWER)
    sent = {"expected": "1", "number": "1"}
    assert olive.post(f"{address}?scope=all", sent).status_code == 403
    assert not Person.objects.get(pk=people[0].pk).archived_at


def test_other_districts_people_are_never_touched(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    people = leave(maple, 2)
    for what in ("status", "delete"):
        address = reverse("transferred_act", args=["juniper", what])
        assert told(alice, alice.get(address, picked(people)))
    assert told(alice, alice.get(address, ALL))
    writer.archive_people(district=maple.district, person_ids=[people[0].pk])
    sent = {"pick": [people[0].pk]}
    assert "Nothing was done" in told(
        alice, alice.post(reverse("restore_people", args=["juniper"]), sent)
    )
    assert Person.objects.get(pk=people[0].pk).archived_at


def test_B33_thousands_take_as_few_statements_as_one(maple: Scene, alice: Client) -> None:
    def statements(count: int, what: str, **sent: Any) -> int:
        Person.objects.bulk_create(
            Person(district=maple.district, kind="student", roles=["student"], status=4,
                   last_name=f"L{n}", school=maple.schools[1], clever_id=f"{what[:2]}{count}-{n}")
            for n in range(count)
        )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            answer = act(alice, "maple", what, ALL, **sent)
        assert f"{count:,} record" in told(alice, answer)
        Person.objects.filter(status=4).update(status=5)
        return len(queries)

    for what, sent in (
        ("status", {"status": 6}),
        ("site", {"site": maple.schools[2].pk}),
    ):
        assert statements(5000, what, **sent) == statements(1, what, **sent)
    assert statements(5000, "delete", number=5000) == statements(1, "delete", number=1)
    gone = Person.objects.filter(archived_at__isnull=False).values_list("pk", flat=True)
    with CaptureQueriesContext(connection) as queries:
        count = writer.restore_people(district=maple.district, person_ids=list(gone), by="x")
    assert (count, len(queries)) == (5001, 11)
