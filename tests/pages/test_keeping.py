"""Locking, unlocking and protecting on the pages: one person, many, and the lists of all."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from core.vocabulary import MemberRole
from schools import keeping
from schools.models import FieldLock, Person, Protection
from tests.locking import locked
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.people_setting import edited, member_of, shown, told
from tests.pages.scenes import Scene

pytestmark = pytest.mark.django_db
WHY = {"reason": "The family asked for it"}


def lock(client: Client, person: Person, *fields: str, **sent: Any) -> Any:
    address = reverse("person_lock", args=["maple", person.pk])
    return client.post(address, {"lock": fields, **WHY, **sent})


def bulk(
    client: Client, act: str, asked: dict[str, Any], name: str = "people_act", **sent: Any
) -> Any:
    """Opens the page of an act on many, and confirms it."""
    address = reverse(name, args=["maple", act])
    page = client.get(address, asked)
    if page.status_code != 200:
        return page
    count = page.context["form"].count
    return client.post(f"{address}?{page.request['QUERY_STRING']}", {"expected": count, **sent})


def owner_of(client: Client, person: Person, label: str) -> Any:
    groups = shown(client, "person", "maple", person.pk).context["groups"]
    return next(fact.owner for _, facts in groups for fact in facts if fact.label == label)


def test_C11_a_field_is_locked_and_unlocked_on_the_persons_page(
    maple: Scene, alice: Client
) -> None:
    one = maple.person
    page = shown(alice, "person", "maple", one.pk).content.decode()
    address = reverse("person_lock", args=["maple", one.pk])
    assert f'href="{address}?field=city"' in page
    form = alice.get(address, {"field": ["city", "clever_id", "nonsense"]}).context["form"]
    assert form["lock"].value() == ["city"]
    said = told(alice, lock(alice, one, "city", "grade"))
    assert said == "Locked: City, Level. No sync writes this until the lock goes."
    owner = owner_of(alice, one, "City")
    assert (owner.kind, owner.lock.reason, owner.lock.locked_by) == (
        "locked", WHY["reason"], scenes.ALICE,
    )  # fmt: skip
    row = AuditEvent.objects.get(verb="fields.locked")
    assert (row.subject, row.details) == (
        f"person:{one.pk}", {"count": 2, "fields": ["city", "grade"]},
    )  # fmt: skip
    unlock = reverse("person_unlock", args=["maple", one.pk, "city"])
    assert f'href="{unlock}"' in shown(alice, "person", "maple", one.pk).content.decode()
    FieldLock.objects.filter(field="city").update(kept_from="Elm")
    assert b"The next sync may write Elm instead of Maple Ridge" in alice.get(unlock).content
    assert "looks at this person again" in told(alice, alice.post(unlock, {"reason": "Settled"}))
    assert owner_of(alice, one, "City").kind == "clever"
    assert alice.get(unlock).status_code == 404
    history = shown(alice, "person", "maple", one.pk).content.decode()
    assert "Unlocked" in history and "Settled" in history


@pytest.mark.parametrize(
    ("sent", "field", "says"),
    [
        ({"reason": " "}, "reason", "say why"),
        ({"lock": []}, "lock", "tick at least one"),
        ({"lock": ["clever_id"]}, "lock", "choose among those"),
        ({"lock": ["title"]}, "lock", "choose among those"),
        ({"until": "2020-01-01"}, "until", "choose today or a later day"),
        ({"until": "9999-12-31"}, "until", "choose today or a later day"),
        ({"until": "soon"}, "until", "choose a day"),
    ],
)
def test_C11_what_a_lock_lacks_is_said(
    maple: Scene, alice: Client, sent: dict[str, Any], field: str, says: str
) -> None:
    before = FieldLock.objects.count()
    answer = lock(alice, maple.person, "city", **sent)
    assert says in answer.context["form"].errors[field][0]
    assert b"Nothing was locked yet" in answer.content
    assert FieldLock.objects.count() == before


def test_C11_the_last_day_is_one_of_the_district(maple: Scene, alice: Client) -> None:
    zone = ZoneInfo("America/Denver")
    today = timezone.now().astimezone(zone).date()
    told(alice, lock(alice, maple.person, "city", until=today.isoformat()))
    until = FieldLock.objects.get(field="city").until
    assert until is not None
    assert until.astimezone(zone).date() == today + timedelta(days=1)
    assert until.astimezone(zone).hour == 0


def test_C11_an_edit_is_kept_in_the_same_step(maple: Scene, alice: Client) -> None:
    one = maple.person
    refused = edited(alice, one, city="Elm", keep="on")
    assert "say why Clever shall not decide" in str(refused.context["form"].errors)
    assert Person.objects.get(pk=one.pk).city == "Maple Ridge"
    said = told(alice, edited(alice, one, city="Elm", keep="on", keep_reason="Moved"))
    assert said == "Saved: City."
    made = FieldLock.objects.get(person=one, field="city")
    assert (made.reason, made.locked_by) == ("Moved", scenes.ALICE)
    said = told(alice, edited(alice, one, first_name="Edited"))
    assert "Clever will set back at the next sync: First name." in said
    assert "Keep my value: lock it" in shown(alice, "person", "maple", one.pk).content.decode()


def test_C11_typed_reason_is_not_lost_when_somebody_was_faster(maple: Scene, alice: Client) -> None:
    one = maple.person
    Person.objects.filter(pk=one.pk).update(revision=7)
    address = reverse("person_edit", args=["maple", one.pk])
    sent = {"revision": 1, "city": "Elm", "initial-city": "x", "keep": "on", "keep_reason": "Moved"}
    form = alice.post(address, {**sent, "last_name": one.last_name, "status": "1"}).context["form"]
    assert form["keep_reason"].value() == "Moved"
    assert form["keep"].value()


def test_C12_a_person_is_protected_with_a_reason(maple: Scene, alice: Client) -> None:
    one = maple.person
    address = reverse("person_protect", args=["maple", one.pk])
    assert b"Nothing was changed yet" in alice.post(address, {"reason": ""}).content
    assert "Protected." in told(alice, alice.post(address, {"reason": "Abroad for a year"}))
    page = shown(alice, "person", "maple", one.pk).content.decode()
    assert "Abroad for a year" in page
    assert address not in page
    gone = reverse("person_unprotect", args=["maple", one.pk])
    assert "No longer protected" in told(alice, alice.post(gone))
    assert not Protection.objects.exists()
    verbs = AuditEvent.objects.filter(verb__startswith="people.").order_by("pk")
    assert [row.verb for row in verbs] == ["people.protected", "people.unprotected"]


def test_C11_one_field_of_everybody_of_a_filter_is_locked(maple: Scene, alice: Client) -> None:
    school = maple.schools[0]
    asked: dict[str, Any] = {"type": "teacher", "school": school.pk, "scope": "all"}
    page = alice.get(reverse("people_act", args=["maple", "lock"]), asked)
    people = Person.objects.filter(kind="employee", school=school)
    assert page.context["count"] == people.count() > 0
    assert page.context["fields"]["email"].people == people.count()
    assert "grade" not in page.context["fields"]
    said = told(alice, bulk(alice, "lock", asked, field="email", **WHY))
    assert said.startswith(f"Email is locked for {people.count()} ")
    locks = FieldLock.objects.filter(field="email", person__kind="employee")
    assert set(locks.values_list("person", flat=True)) == set(people.values_list("pk", flat=True))
    again = alice.get(reverse("people_act", args=["maple", "lock"]), asked)
    assert again.context["fields"]["email"].locked == people.count()


def test_C12_chosen_people_are_protected_at_once(maple: Scene, alice: Client) -> None:
    people = list(Person.objects.filter(kind="student").order_by("pk")[:3])
    asked = {"pick": [one.pk for one in people]}
    assert told(alice, bulk(alice, "protect", asked, **WHY)).startswith("3 people are protected")
    page = shown(alice, "protected_people", "maple")
    assert page.context["total"] == 3
    send = alice.post(
        reverse("unprotect", args=["maple"]), {"pick": [one.pk for one in people[1:]]}
    )
    assert told(alice, send) == "2 people are no longer protected."
    assert list(Person.objects.filter(protected=True)) == people[:1]
    assert "Tick the people first" in told(alice, alice.post(reverse("unprotect", args=["maple"])))


def test_the_number_is_looked_at_again_before_it_is_done(maple: Scene, alice: Client) -> None:
    pick = {"pick": maple.person.pk}
    answer = bulk(alice, "lock", pick, field="city", expected=2, **WHY)
    assert "The list has changed since you looked" in answer.content.decode()
    assert not FieldLock.objects.filter(field="city").exists()
    nobody = alice.get(reverse("people_act", args=["maple", "lock"]))
    assert "Nobody was chosen" in told(alice, nobody)
    other = alice.get(reverse("people_act", args=["maple", "lock"]), {"pick": 2**40})
    assert "is not in this list any more" in told(alice, other)
    assert alice.get(reverse("people_act", args=["maple", "dance"]), pick).status_code == 404


@pytest.fixture
def locks(maple: Scene) -> dict[str, FieldLock]:
    """One lock of each state, beside the one of the scene."""
    now = timezone.now()
    one, two, three = Person.objects.filter(kind="student", clever_id__isnull=False)[1:4]
    made = {
        "soon": locked(one, "city", until=now + timedelta(days=3))[0],
        "late": locked(two, "city", by="bo@maple.example", until=now + timedelta(days=90))[0],
        "over": locked(three, "grade", until=now - timedelta(days=1))[0],
    }
    FieldLock.objects.filter(pk__in=[made["soon"].pk, made["over"].pk]).update(kept_from="Elm")
    return made


def test_C11_list_of_all_locks_is_filtered_and_sorted(
    maple: Scene, alice: Client, locks: dict[str, FieldLock]
) -> None:
    def found(**asked: Any) -> list[int]:
        return [x.lock.pk for x in shown(alice, "locks", "maple", **asked).context["lines"]]

    scene = FieldLock.objects.get(field="email").pk
    soon, late, over = (locks[name].pk for name in ("soon", "late", "over"))
    assert found() == [over, late, soon, scene]
    assert found(sort="oldest") == [scene, soon, late, over]
    assert found(sort="ending") == [over, soon, late, scene]
    assert found(state="on", sort="ending") == [soon, late, scene]
    assert found(state="ending") == [soon]
    assert found(state="over") == [over]
    assert found(state="for_good") == [scene]
    assert found(state="differs") == [soon], "what is over keeps nothing"
    assert found(field="city", by="bo@maple.example") == [late]
    assert found(q=str(locks["soon"].person.sis_id)) == [soon]
    assert found(q="nobody") == []
    school = locks["over"].person.school
    assert over in found(school=school.pk if school else 0)
    assert found(field="nonsense", sort="x", school="x") == found()


def test_C11_pages_of_the_list_have_no_gap_and_no_double(maple: Scene, alice: Client) -> None:
    people = [one.pk for one in Person.objects.filter(kind="student")]
    for n, field in enumerate(("city", "grade")):
        until = timezone.now() + timedelta(days=n + 1) if n else None
        keeping.lock(
            district=maple.district, person_ids=people, fields=[field], by="ada", reason="so",
            until=until,
        )  # fmt: skip
    everything = set(FieldLock.objects.values_list("pk", flat=True))
    for sort in ("newest", "oldest", "ending"):
        seen, after = list[int](), ""
        while True:
            page = shown(alice, "locks", "maple", sort=sort, after=after).context
            seen += [line.lock.pk for line in page["lines"]]
            if not page["next"]:
                break
            after = str(page["next"])
        assert len(seen) == len(everything) and set(seen) == everything, sort


def test_C11_locks_are_taken_away_and_extended_in_bulk(
    maple: Scene, alice: Client, locks: dict[str, FieldLock]
) -> None:
    asked = {"scope": "all", "field": "city"}
    page = alice.get(reverse("locks_act", args=["maple", "unlock"]), asked)
    assert page.context["figures"] == {"count": 2, "people": 2, "differ": 1, "over": 0}
    assert b"The next sync may overwrite 1 of these fields" in page.content
    day = (timezone.now() + timedelta(days=200)).date().isoformat()
    done = bulk(alice, "extend", asked, "locks_act", until=day)
    assert told(alice, done) == "2 locks were given another end."
    ends = set(FieldLock.objects.filter(field="city").values_list("until", flat=True))
    assert len(ends) == 1
    done = bulk(alice, "unlock", {"pick": locks["soon"].pk}, "locks_act")
    assert "1 lock was taken away" in told(alice, done)
    done = bulk(alice, "unlock", {"scope": "all"}, "locks_act", expected=7)
    assert "The list has changed" in done.content.decode()
    assert "3 locks were" in told(alice, bulk(alice, "unlock", {"scope": "all"}, "locks_act"))
    assert not FieldLock.objects.exists()


def test_only_owners_import_admins_and_operators_lock(
    maple: Scene, bob: Client, charlie: Client
) -> None:
    one = maple.person
    addresses = {
        "person_lock": reverse("person_lock", args=["maple", one.pk]),
        "person_unlock": reverse("person_unlock", args=["maple", one.pk, "email"]),
        "person_protect": reverse("person_protect", args=["maple", one.pk]),
        "people_act": reverse("people_act", args=["maple", "lock"]) + f"?pick={one.pk}",
        "locks_act": reverse("locks_act", args=["maple", "unlock"]) + "?scope=all",
    }
    ivy = member_of(maple.district, "ivy@maple.example", MemberRole.IMPORT_ADMIN)
    lee, olive = signed_in(scenes.LEE), signed_in(scenes.OLIVE)
    for name, address in addresses.items():
        for client, status in ((bob, 403), (charlie, 404), (lee, 404), (olive, 200), (ivy, 200)):
            assert client.get(address).status_code == status, (name, status)
            if status != 200:
                assert client.post(address, WHY).status_code == status, (name, status)
    for name in ("locks", "protected_people"):
        address = reverse(name, args=["maple"])
        assert [c.get(address).status_code for c in (bob, charlie, lee)] == [200, 404, 404]
    assert bob.get(reverse("locks_csv", args=["maple"])).status_code == 403
    assert FieldLock.objects.count() == 1


def test_B05_viewer_reads_no_values_and_no_reasons(
    maple: Scene, bob: Client, alice: Client
) -> None:
    one = maple.person
    FieldLock.objects.filter(person=one).update(kept_from="its@clever.example")
    keeping.protect(
        district=maple.district, person_ids=[one.pk], by=scenes.ALICE, reason="Told by the court"
    )
    pages = [reverse(n, args=["maple"]) for n in ("locks", "protected_people")]
    pages.append(reverse("person", args=["maple", one.pk]))
    seen, masked = (
        "".join(client.get(page).content.decode() for page in pages).replace("<wbr>", "")
        for client in (alice, bob)
    )
    for secret in ("its@clever.example", "Told by the court", "The family asked for it"):
        assert secret in seen
        assert secret not in masked


def test_queries_of_the_lists_do_not_grow(maple: Scene, alice: Client) -> None:
    def queries(name: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(alice, name, "maple")
        return len(captured)

    few = {name: queries(name) for name in ("locks", "protected_people")}
    people = [one.pk for one in Person.objects.filter(kind="student")]
    who: dict[str, Any] = {"district": maple.district, "person_ids": people, "by": "ada"}
    keeping.lock(**who, fields=["city", "additional_sites"], reason="so")
    keeping.protect(**who, reason="so")
    more = {name: queries(name) for name in few}
    assert few == {"locks": 10, "protected_people": 8}
    assert more == {**few, "locks": few["locks"] + 1}, "other sites are one query more"
