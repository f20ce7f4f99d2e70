"""Unlink, merge and take back: what the pages say before, and what is done (C15, C16)."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clever_sync.models import MirrorObject
from imports.models import IdentityChange, MatchDecision
from schools.digest import state_digest
from schools.models import FieldLock, Person
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene


@pytest.fixture
def linked(maple: Scene) -> Person:
    return maple.person


@pytest.fixture
def double(maple: Scene, linked: Person) -> Person:
    """The same person once more, written down by hand under half a name."""
    return Person.objects.create(
        district=maple.district, kind="student", roles=["student"], last_name=linked.last_name,
        first_name=linked.first_name, birth_date=linked.birth_date, grade="5",
        home_language="Welsh", school=maple.schools[3],
    )  # fmt: skip


def page_of(name: str, *numbers: int) -> str:
    return reverse(name, args=["maple", *numbers])


def merge_data(answer: Any) -> dict[str, str]:
    """What the form of the page with the figures would send."""
    merge = answer.context["merge"]
    return {
        "keep": merge.survivor.pk, "mine": merge.survivor.revision, "theirs": merge.gone.revision,
        **dict(answer.context["chosen"]),
    }  # fmt: skip


def test_C15_unlink_says_what_will_change_and_is_taken_back(
    maple: Scene, linked: Person, alice: Client
) -> None:
    digest, clever_id = state_digest(maple.district), linked.clever_id
    person, address = page_of("person", linked.pk), page_of("person_unlink", linked.pk)
    assert address in alice.get(person).content.decode()
    page = alice.get(address).content.decode()
    assert "no sync changes it or marks it as a leaver" in page
    assert "Records deleted" in page
    assert state_digest(maple.district) == digest, "looking changes nothing"
    page = alice.post(address, {"revision": linked.revision}, follow=True).content.decode()
    assert "The record is unlinked." in page
    assert "No sync links this record to the same person of Clever again" in page
    linked.refresh_from_db()
    assert (linked.clever_id, linked.former_clever_id) == (None, clever_id)
    back = page_of("person_take_back", linked.pk, IdentityChange.objects.get().pk)
    assert back in page
    assert "Link to Clever again" in alice.get(back).content.decode()
    page = alice.post(back, follow=True).content.decode()
    assert "Taken back." in page
    assert state_digest(maple.district) == digest
    assert not MatchDecision.objects.exists()
    assert "taken this back already" in alice.get(back).content.decode()


def test_C15_unlink_tells_what_the_next_sync_does_if_clever_shares_the_person(
    linked: Person, alice: Client
) -> None:
    address = page_of("person_unlink", linked.pk)
    assert "Clever does not share this person at present" in alice.get(address).content.decode()
    tie = MirrorObject.objects.all()[0].connection
    MirrorObject.objects.update_or_create(
        connection=tie, type="user", clever_id=linked.clever_id,
        defaults={
            "payload": {}, "raw_hash": bytes(16), "content_hash": bytes(16), "gone_in": None,
        },
    )  # fmt: skip
    page = alice.get(address).content.decode()
    assert "Clever shares this person now." in page
    assert "two records have the same SIS ID" in page


def test_C15_double_is_found_by_likeness_and_by_words(
    linked: Person, double: Person, alice: Client
) -> None:
    address = page_of("person_merge_find", double.pk)
    found = alice.get(address).context["found"]
    assert [one.row.person for one in found] == [linked]
    assert "the same name" in alice.get(address).content.decode()
    found = alice.get(address, {"q": linked.sis_id or ""}).context["found"]
    assert [one.row.person for one in found] == [linked]
    assert alice.get(address, {"q": double.last_name[:3]}).context["found"]
    assert "Nobody fits this search" in alice.get(address, {"q": "zzz"}).content.decode()


def test_C15_merge_shows_figures_first_and_is_taken_back_exactly(
    maple: Scene, linked: Person, double: Person, alice: Client
) -> None:
    digest = state_digest(maple.district)
    address = page_of("person_merge", double.pk, linked.pk)
    answer = alice.get(address)
    merge = answer.context["merge"]
    assert (merge.survivor, merge.gone) == (linked, double), "the older one"
    usual = {line.key: line.chosen for line in merge.lines}
    assert (usual["grade"], usual["home_language"]) == (linked.pk, double.pk), (
        "what is blank gives way"
    )
    chosen = {"keep": linked.pk, "f-grade": double.pk}
    answer = alice.get(f"{address}?{urlencode(chosen)}")
    assert {"grade", "home_language"} <= set(answer.context["merge"].taken)
    page = answer.content.decode()
    assert f"Merge into record {linked.pk}" in page
    assert "Records archived" in page
    assert "the next sync writes what Clever says" in page
    assert state_digest(maple.district) == digest, "looking changes nothing"
    page = alice.post(address, merge_data(answer), follow=True).content.decode()
    assert f"Record {double.pk} was merged into this one" in page
    linked.refresh_from_db()
    double.refresh_from_db()
    assert (linked.grade, linked.home_language) == ("5", "Welsh")
    assert double.merged_into == linked
    assert alice.get(page_of("person", double.pk)).status_code == 404
    deleted = alice.get(reverse("deleted_people", args=["maple"])).content.decode()
    assert f'value="{double.pk}"' not in deleted, "it comes back with the merge only"
    back = page_of("person_take_back", linked.pk, IdentityChange.objects.get().pk)
    page = alice.get(back).content.decode()
    assert "Take the merge back" in page
    assert "This record is there again" in page
    assert "Welsh" in page
    alice.post(back)
    assert state_digest(maple.district) == digest


def test_C15_take_back_names_what_was_changed_since(
    linked: Person, double: Person, alice: Client
) -> None:
    address = page_of("person_merge", linked.pk, double.pk)
    answer = alice.get(f"{address}?keep={linked.pk}&f-grade={double.pk}")
    alice.post(address, merge_data(answer))
    Person.objects.filter(pk=linked.pk).update(grade="6")
    back = page_of("person_take_back", linked.pk, IdentityChange.objects.get().pk)
    assert "Changed since, so it stays as it is: Level." in alice.get(back).content.decode()


def test_C15_merge_tells_of_locks_that_stay_behind_and_of_whom_clever_shares_twice(
    maple: Scene, linked: Person, double: Person, alice: Client
) -> None:
    FieldLock.objects.create(district=maple.district, person=double, field="grade")
    address = page_of("person_merge", linked.pk, double.pk)
    assert (
        "1 lock of the archived record does not come along." in alice.get(address).content.decode()
    )
    tie = MirrorObject.objects.all()[0].connection
    Person.objects.filter(pk=double.pk).update(clever_id="f" * 24)
    for clever_id in (linked.clever_id, "f" * 24):
        MirrorObject.objects.update_or_create(
            connection=tie, type="user", clever_id=clever_id,
            defaults={"payload": {}, "raw_hash": bytes(16), "content_hash": bytes(16)},
        )  # fmt: skip
    answer = alice.get(address)
    assert "Clever shares these two as two people" in answer.content.decode()
    assert "Merge into record" not in answer.content.decode()
    page = alice.post(address, merge_data(answer), follow=True).content.decode()
    assert "Clever shares these two as two people" in page
    assert not IdentityChange.objects.exists()


def test_H07_a_record_that_changed_since_it_was_shown_is_neither_merged_nor_unlinked(
    linked: Person, double: Person, alice: Client
) -> None:
    address = page_of("person_merge", linked.pk, double.pk)
    data = merge_data(alice.get(address))
    Person.objects.filter(pk=double.pk).update(revision=8)
    page = alice.post(address, data, follow=True).content.decode()
    assert "was changed since it was shown. Nothing was done" in page
    for sent in ({"revision": "7"}, {}, {"revision": "\x00"}):
        answer = alice.post(page_of("person_unlink", linked.pk), sent, follow=True)
        assert 'class="note bad"' in answer.content.decode()
    assert not IdentityChange.objects.exists()


@pytest.mark.parametrize("asked", ["keep=1", "keep=x", "f-grade=0", "f-grade=%00", "mine=-1"])
def test_hostile_choice_is_a_sentence(
    linked: Person, double: Person, alice: Client, asked: str
) -> None:
    address = page_of("person_merge", double.pk, double.pk + 0)
    assert alice.get(address).status_code == 404, "the same record"
    answer = alice.get(f"{page_of('person_merge', double.pk, linked.pk)}?{asked}", follow=True)
    assert answer.status_code == 200
    assert (
        "Choose one of the two records" in answer.content.decode() or f"keep={linked.pk}" == asked
    )


def test_C16_a_student_and_an_employee_have_no_merge(
    maple: Scene, linked: Person, alice: Client
) -> None:
    teacher = Person.objects.filter(district=maple.district, kind="employee")[0]
    assert alice.get(page_of("person_merge", linked.pk, teacher.pk)).status_code == 404


def test_C33_only_who_resolves_alerts_may_say_who_is_who(
    maple: Scene, juniper: Scene, linked: Person, double: Person, alice: Client, bob: Client,
    charlie: Client,
) -> None:  # fmt: skip
    lee = signed_in(scenes.LEE)
    for address in (
        page_of("person_unlink", linked.pk), page_of("person_merge_find", linked.pk),
        page_of("person_merge", linked.pk, double.pk), page_of("person_take_back", linked.pk, 1),
    ):  # fmt: skip
        assert bob.get(address).status_code == 403
        assert bob.post(address).status_code in (403, 405)
        assert charlie.get(address).status_code == lee.get(address).status_code == 404
        assert alice.get(address.replace("maple", "juniper")).status_code == 404
    assert "Merge with another record" not in bob.get(page_of("person", linked.pk)).content.decode()
    assert signed_in(scenes.OLIVE).get(page_of("person_unlink", linked.pk)).status_code == 200


def test_queries_do_not_grow_with_people(maple: Scene, linked: Person, alice: Client) -> None:
    def double() -> Person:
        return Person.objects.create(
            district=maple.district, kind="student", roles=["student"],
            last_name=linked.last_name, first_name=linked.first_name,
        )  # fmt: skip

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(address).status_code == 200
        return len(captured)

    one = double()
    find, merge = (
        page_of("person_merge_find", linked.pk),
        page_of("person_merge", linked.pk, one.pk),
    )
    queries(merge)  # The first look at a person in an hour is noted as well (C23).
    few = queries(find), queries(merge)
    for _ in range(10):
        double()
    assert (queries(find), queries(merge)) == few == (7, 18)
