"""Explain this person, on the page and by the command, in a district that is really synced."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from clever_sync.models import MirrorObject
from core.vocabulary import MemberRole
from imports.changes import Reader
from imports.explaining.found import find
from imports.explaining.steps import steps
from imports.models import PlannedChange, Run
from mappings.models import SchoolMatch
from schools import writer
from schools.models import Person, School
from tests.locking import locked
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.people_setting import member_of, shown
from tests.world import World, assert_invariants, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def maple() -> Iterator[World]:
    cache.clear()
    with world(students=24, teachers=4, staff=0, schools=3, corners=False) as ready:
        ready.connect()
        ready.sync()
        yield ready
        assert_invariants(ready)


@pytest.fixture
def alice(maple: World) -> Client:
    return member_of(maple.district)


def explained(alice: Client, **asked: Any) -> Any:
    """What the page knows of the one person whom this means."""
    page = shown(alice, "explain", "maple", **asked)
    assert "said" in page.context, page.context["found"]
    return page.context


def answers(context: Any) -> dict[str, str]:
    return {one.step.question: one.step.answer for one in context["steps"]}


def verdicts(context: Any) -> dict[str, str]:
    return {line.field: line.verdict for line in context["said"].lines}


def test_C18_every_way_to_name_a_person_leads_to_them(maple: World, alice: Client) -> None:
    one = maple.person(maple.students()[0])
    ways = [
        one.clever_id, str(one.clever_id).upper(), one.sis_id, one.email, one.student_number,
        f"{one.last_name}, {one.first_name}", f"{one.first_name} {one.last_name}",
        f"https://clever.com/oauth/district_admin/user/{one.clever_id}",
        f"https://schools.clever.com/people/{one.clever_id}?tab=profile",
    ]  # fmt: skip
    for way in ways:
        page = shown(alice, "explain", "maple", q=way).context
        people = [page["said"].hit] if "said" in page else [hit for hit, _ in page["hits"]]
        assert one.pk in [hit.person.pk for hit in people if hit.person], way
    assert explained(alice, person=one.pk)["said"].hit.person == one
    assert explained(alice, clever_id=one.clever_id)["said"].hit.person == one
    evil = f"https://evil.example/clever.com/{one.clever_id}"
    assert not shown(alice, "explain", "maple", q=evil).context["found"].hits


def test_C18_a_settled_person_is_explained_whole(maple: World, alice: Client) -> None:
    one = maple.person(maple.students()[0])
    context = explained(alice, q=one.sis_id)
    said = context["said"]
    assert (said.headline.who, said.row) == (None, None)
    assert set(verdicts(context).values()) == {"same"}
    run = Run.objects.get()
    asked = answers(context)
    assert f"(run #{run.pk})" in asked["Was the person in the last reading of Clever?"]
    assert asked["Is the school matched?"].startswith("Yes: ")
    assert asked["Is the school part of the sync?"] == "Yes."
    assert f"in run #{run.pk}" in asked["Which record here, and why?"]
    assert "Nobody here matched" in asked["Which record here, and why?"]
    sex = next(line for line in context["lines"] if line.label == "Sex")
    assert sex.raw in "MF" and sex.code == f"{sex.raw} → {one.sex}"
    assert [event.row.run_id for event in said.events if event.row] == [run.pk]
    assert AuditEvent.objects.filter(verb="person.explained").count() == 1


def test_C18_what_the_next_sync_would_do_is_what_it_does(maple: World, alice: Client) -> None:
    who, other = maple.students()[:2]
    maple.clever.control.edit(who, {"name.first": "Marigold"})
    maple.test()
    context = explained(alice, q=who)
    assert "the next sync will update the record" in context["said"].headline.sentence
    assert verdicts(context)["first_name"] == "writes"
    before = maple.digest(), PlannedChange.objects.count(), MirrorObject.objects.count()
    explained(alice, q=who)
    assert (maple.digest(), PlannedChange.objects.count(), MirrorObject.objects.count()) == before
    (row,) = maple.rows(maple.sync())
    assert row.after == context["said"].row.after
    writer.edit_person(person_id=maple.person(other).pk, changes={"city": "Here"}, by="bo")
    locked(maple.person(other), "city")
    context = explained(alice, q=other)
    assert verdicts(context)["city"] == "locked"
    assert "1 locked field keeps" in context["said"].headline.sentence


def test_C18_an_unmatched_school_is_for_us_to_match(maple: World, alice: Client) -> None:
    who = maple.students()[0]
    school = maple.clever.control.person(who)["roles"]["student"]["school"]
    SchoolMatch.objects.filter(clever_school_id=school).delete()
    context = explained(alice, q=who)
    assert context["who"] == "You or a colleague, in this console"
    assert "which is matched with no school here: match it" in context["said"].headline.sentence
    name = MirrorObject.objects.get(type="school", clever_id=school).payload["name"]
    assert name in answers(context)["Is the school matched?"]


def test_C18_who_left_is_explained_by_the_school(maple: World, alice: Client) -> None:
    who = maple.students()[0]
    maple.clever.control.remove(who)
    maple.sync()
    context = explained(alice, q=who)
    assert context["who"] == "Whoever keeps your SIS"
    assert "(404)" in answers(context)["Was the person in the last reading of Clever?"]
    assert answers(context)["What would the next sync do?"] == (
        "Whoever has left is marked Transferred."
    )
    held = replace(context["said"], known=replace(context["said"].known, hold="Many leavers"))
    assert steps(held, Reader(maple.district, lambda _: True))[-1].answer == (
        "Nothing, while the change is held. Once it is approved, whoever has left is marked"
        " Transferred."
    )
    MirrorObject.objects.filter(type="school").update(gone_in=Run.objects.latest("pk").pull)
    assert explained(alice, q=who)["who"] == "Your Clever administrator, under sharing"


def test_C18_somebody_of_clever_without_a_record_is_found_by_name(
    maple: World, alice: Client
) -> None:
    twin = maple.person(maple.students()[0])
    Person.objects.filter(pk=twin.pk).update(clever_id=None, sis_id=None, student_number=None)
    Person.objects.filter(pk=twin.pk).update(email=None, first_name="Xaverina", last_name="Quux")
    who = maple.clever.control.add_student(
        first="Xaverina", last="Quux", sis_id="S-1", dob="01/02/2012"
    )
    Person.objects.filter(pk=twin.pk).update(birth_date="2012-01-02")
    maple.sync()
    context = explained(alice, clever_id=who)
    assert context["said"].hit.person is None
    assert context["who"] == "You or a colleague, in this console"
    assert "Probably here already" in context["said"].headline.sentence
    assert [one.kind for one in context["said"].waiting] == ["alert"]
    nothing_differs = replace(context["said"], supposed=None)
    asked = steps(nothing_differs, Reader(maple.district, lambda _: True))
    assert asked[-1].answer == "Nothing, until somebody has decided about the alert."
    hits = shown(alice, "explain", "maple", q="S-1").context
    assert hits["said"].hit.clever_id == who
    Person.objects.filter(pk=twin.pk).update(last_name="Other")
    assert explained(alice, q="Quux, Xaverina")["said"].hit.clever_id == who
    assert explained(alice, q="Xaverina Quux")["said"].hit.clever_id == who


def test_C18_the_mirror_is_read_by_name_once_and_only_for_what_can_be_a_name(
    maple: World, alice: Client
) -> None:
    def hits(text: str) -> tuple[set[str], int]:
        with CaptureQueriesContext(connection) as captured:
            found = find(maple.district, text)
        return {hit.clever_id for hit in found.hits}, sum("named" in q["sql"] for q in captured)

    who, other = maple.students()[:2]
    maple.clever.control.edit(who, {"name.first": "Xqa_ver", "name.last": "de la Quux"})
    maple.clever.control.edit(other, {"name.first": "Xqa", "name.last": "Quuxworth"})
    maple.sync()
    Person.objects.filter(clever_id__in=[who, other]).update(first_name="Else", last_name="Where")
    for text, expected in (
        ("de la quux", {who}), ("Quux", {other}), ("XQA", {who, other}), ("Xqa_", {who}),
        ("de la Quux, xqa", {who}), ("xqa quux", {other}), ("Quux, Xqa", {other}), ("%", set()),
        ("la Quux", set()), ("Quuxworth Xqaver", set()),
    ):  # fmt: skip
        assert hits(text) == (expected, 1), text
    for text in ("4711", "nobody@maple.example", "S-12 b"):
        assert hits(text) == (set(), 0), "that is no name"


def test_C18_nobody_and_several_are_said(maple: World, alice: Client) -> None:
    page = shown(alice, "explain", "maple", q="Nobody at all")
    assert b"Nobody was found" in page.content
    assert b"the people of Clever as they were read last" in page.content
    people = maple.people(kind="student")
    Person.objects.filter(pk__in=[people[0].pk, people[1].pk]).update(last_name="Samename")
    page = shown(alice, "explain", "maple", q="Samename")
    assert len(page.context["hits"]) == 2
    assert b"2 people fit: choose one" in page.content
    for asked in ({"q": "x" * 301}, {"person": "x"}, {"clever_id": "../../me"}, {"q": "\x00"}):
        assert "said" not in shown(alice, "explain", "maple", **asked).context


def test_C18_takes_as_many_queries_in_a_large_district(maple: World, alice: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            explained(alice, person=one.pk)
        return len(captured)

    one = maple.person(maple.students()[0])
    queries()  # The first look of an hour is noted.
    few = queries()
    School.objects.bulk_create(
        School(district=maple.district, site_code=f"X{n}", name=f"X{n}") for n in range(50)
    )
    for number in range(6):
        maple.clever.control.edit(str(one.clever_id), {"name.first": f"Name{number}"})
        maple.sync()
    assert queries() == few <= 40


def ask(alice: Client, who: str) -> Any:
    return alice.post(reverse("explain_ask", args=["maple"]), {"clever_id": who})


def test_C18_clever_is_asked_for_this_one_person_and_nothing_is_written(
    maple: World, alice: Client
) -> None:
    who = maple.students()[0]
    answer = ask(alice, who).context["answer"]
    assert (answer.there, answer.differences) == (True, [])
    maple.clever.control.edit(who, {"name.first": "Marigold"})
    before = maple.digest(), MirrorObject.objects.get(clever_id=who).payload
    page = ask(alice, who)
    (one,) = page.context["answer"].differences
    assert (one.source, one.now) == ("name.first", "Marigold")
    assert (maple.digest(), MirrorObject.objects.get(clever_id=who).payload) == before
    maple.clever.control.remove(who)
    assert b"Clever knows no person with this ID (404)" in ask(alice, who).content
    assert ask(alice, "f" * 24).status_code == 200
    assert ask(alice, "../districts").context["found"].hits == []
    assert AuditEvent.objects.filter(verb="clever.asked").count() == 3


def test_F83_C18_clever_is_asked_ten_times_a_minute_at_most(maple: World, alice: Client) -> None:
    who = maple.students()[0]
    for _ in range(10):
        assert "answer" in ask(alice, who).context
    page = ask(alice, who)
    assert "answer" not in page.context
    assert b"Wait a minute, then ask again." in page.content


def test_C18_clever_being_down_is_one_clear_sentence(maple: World, alice: Client) -> None:
    who = maple.students()[0]
    maple.clever.control.faults([{"do": "status", "status": 503, "path": "/users"}])
    page = ask(alice, who)
    assert page.status_code == 200
    assert page.context["refusal"]
    assert b"Clever gave no answer." in page.content
    assert b"Nothing was changed." in page.content
    assert page.context["said"].hit.clever_id == who, "what is known is still shown"


def test_C18_clever_is_not_asked_without_end(maple: World, alice: Client) -> None:
    who = maple.students()[0]
    said = [ask(alice, who).context.get("refusal") for _ in range(11)]
    assert said[:10] == [None] * 10
    assert "Wait a minute" in str(said[10])


def test_C18_only_who_sees_the_data_explains(maple: World, client: Client) -> None:
    who = maple.students()[0]
    address = reverse("explain", args=["maple"])
    roles = {
        MemberRole.OPERATOR: (200, 200), MemberRole.VIEWER: (403, 403),
        MemberRole.LIBRARIAN: (404, 404),
    }  # fmt: skip
    for role, (looks, asks) in roles.items():
        user = member_of(maple.district, f"{role}@maple.example", role)
        assert user.get(address, {"q": who}).status_code == looks, role
        assert ask(user, who).status_code == asks, role
    scenes.user(scenes.CHARLIE)
    assert signed_in(scenes.CHARLIE).get(address).status_code == 404
    assert client.get(address).status_code == 302


def command(*words: str) -> str:
    out = StringIO()
    call_command("explain_person", *words, stdout=out)
    return out.getvalue()


def test_C18_the_command_explains_as_the_page_does(maple: World, alice: Client) -> None:
    who = maple.students()[0]
    maple.clever.control.edit(who, {"name.first": "Marigold"})
    maple.test()
    said = json.loads(command("maple", who, "--json"))
    page = explained(alice, q=who)
    assert said["headline"] == page["said"].headline.sentence
    assert (said["who"], said["would"], said["clever_id"]) == ("nobody", "update", who)
    field = next(line for line in said["fields"] if line["field"] == "first_name")
    assert (field["raw"], field["result"], field["verdict"]) == ("Marigold", "Marigold", "writes")
    assert said["school"]["here"]
    assert page["said"].headline.sentence in command("maple", who)
    people = maple.people(kind="student")
    Person.objects.filter(pk__in=[people[2].pk, people[3].pk]).update(last_name="Samename")
    several = json.loads(command("maple", "Samename", "--json"))
    assert {hit["person"] for hit in several["hits"]} == {people[2].pk, people[3].pk}
    assert "give the Clever ID of one of them" in command("maple", "Samename")
    with pytest.raises(CommandError, match="Nobody found"):
        command("maple", "Nobody at all")
