"""Lists of people and a person's page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imports.models import PlannedChange
from schools.models import LocalEdit, Person, School
from schools.pages import PAGE
from tests.pages import scenes
from tests.pages.scenes import Scene

PEOPLE = reverse("people", args=["maple"])


def found(client: Client, **asked: Any) -> list[Person]:
    answer = client.get(PEOPLE, asked)
    assert answer.status_code == 200
    return [row.person for row in answer.context["rows"]]


def person_page(client: Client, person: Person) -> str:
    """The page's text; where an address may break does not matter here."""
    page = client.get(reverse("person", args=["maple", person.pk])).content.decode()
    return page.replace("<wbr>", "")


def test_tabs_hold_students_teachers_and_staff(maple: Scene, alice: Client) -> None:
    assert {person.kind for person in found(alice)} == {"student"}
    teachers = found(alice, type="teacher")
    assert len(teachers) == 12
    assert all("teacher" in person.roles for person in teachers)
    assert [person.roles for person in found(alice, type="staff")] == [["teacher", "staff"]]


@pytest.mark.parametrize(
    "field", ["sis_id", "student_number", "email", "clever_id", "username", "last_name"]
)
def test_person_is_found_by_any_identifier_in_any_case(
    maple: Scene, alice: Client, field: str
) -> None:
    wanted = maple.person
    text = str(getattr(wanted, field))
    for asked in (text.upper(), f"  {text.lower()} "):
        people = found(alice, q=asked)
        assert wanted in people
        assert field == "last_name" or people == [wanted]


def test_names_of_several_words_are_found(maple: Scene, alice: Client) -> None:
    one = maple.person
    Person.objects.filter(pk=one.pk).update(first_name="Ana María", last_name="de la Cruz")
    for asked in ("de la cruz", "Ana María de la", "de la Cruz, ana", "ANA MARÍA", "de la c ana"):
        assert found(alice, q=asked) == [one]
    assert found(alice, q=",") == found(alice)


def test_person_is_found_by_the_beginnings_of_the_names(maple: Scene, alice: Client) -> None:
    wanted = maple.person
    first, last = str(wanted.first_name), str(wanted.last_name)
    for asked in (
        f"{first[:2]} {last[:3]}", f"{last[:4]}, {first}", f"{last} {first[:1]}".upper(),
        f"{last[:4]},", last,
    ):  # fmt: skip
        people = found(alice, q=asked)
        assert wanted in people
        assert all(p.last_name.startswith(last[:3]) for p in people)
    for asked in (first, f", {first}"):
        people = found(alice, q=asked)
        assert wanted in people
        assert all(first in (p.first_name, p.last_name) for p in people)
    assert found(alice, q="nobody") == []


@pytest.mark.parametrize(
    "text", ["\x00", "%", "_", "'; DROP TABLE", "\\", "\ud83d", "名", "x" * 300, "\u202e", " "]
)
def test_any_text_may_be_searched_for(maple: Scene, alice: Client, text: str) -> None:
    asked = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    assert alice.get(PEOPLE, {"q": asked}).status_code == 200
    assert alice.get("/", {"q": asked}).status_code in (200, 302)


def test_percent_is_no_wildcard(maple: Scene, alice: Client) -> None:
    assert found(alice, q="%") == []
    assert found(alice, q="_") == []


def test_B33_people_are_filtered_by_school_and_status(maple: Scene, alice: Client) -> None:
    school = maple.schools[3]
    assert {person.school_id for person in found(alice, school=school.pk)} == {school.pk}
    Person.objects.filter(pk=maple.person.pk).update(status=4)
    assert found(alice, status=4) == [maple.person]
    further = found(alice, school=maple.schools[2].pk)
    assert maple.person in further  # it is one of the person's other sites


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"school": "999"}, "School: choose one of the schools of the list."),
        ({"status": "77"}, "Status: choose one of the list."),
        ({"sort": "x"}, "Order: choose one of the list."),
        ({"q": "x" * 201}, "Name, ID or e-mail: 200 characters at most."),
    ],
)
def test_bad_filter_is_named(maple: Scene, alice: Client, asked: dict[str, str], said: str) -> None:
    assert said in alice.get(PEOPLE, asked).content.decode()


@pytest.mark.parametrize("sort", ["name", "-name", "newest"])
def test_pages_have_no_gap_and_no_double(maple: Scene, alice: Client, sort: str) -> None:
    more = [
        Person(district=maple.district, kind="student", roles=["student"], last_name="Same",
               first_name=(None, "Ann", "Bo")[n % 3])
        for n in range(2 * PAGE)
    ]  # fmt: skip
    Person.objects.bulk_create(more)
    seen: list[int] = []
    after = None
    while True:
        answer = alice.get(PEOPLE, {"sort": sort, **({"after": after} if after else {})})
        seen += [row.person.pk for row in answer.context["rows"]]
        after = answer.context["next"]
        if after is None:
            break
    students = Person.objects.filter(kind="student")
    order = {"name": ("last_name", "first_name", "pk"), "newest": ("-pk",)}
    order["-name"] = ("-last_name", "-first_name", "-pk")
    assert seen == list(students.order_by(*order[sort]).values_list("pk", flat=True))


def test_archived_people_are_not_there(maple: Scene, alice: Client) -> None:
    person = maple.person
    Person.objects.filter(pk=person.pk).update(archived_at="2026-11-01T00:00Z")
    assert person not in found(alice)
    assert alice.get(reverse("person", args=["maple", person.pk])).status_code == 404


def test_B31_person_page_shows_every_field_by_the_districts_name(
    maple: Scene, alice: Client
) -> None:
    person = maple.person
    maple.district.terminology = {"community_id": "Library card"}
    maple.district.save()
    Person.objects.filter(pk=person.pk).update(community_id="LC-7", weighted_gpa="3.9100")
    text = person_page(alice, person)
    for words in (
        "Library card",
        "LC-7",
        "3.9100",
        str(person.email),
        "Birth date",
        "Locked",
        "The family asked for it",
        "Linked to Clever",
        maple.schools[2].name,
    ):
        assert words in text  # fmt: skip
    assert "Teacher number" not in text


def test_engine9_history_tells_every_change_with_run_rule_and_actor(
    maple: Scene, alice: Client
) -> None:
    person, done = maple.person, maple.runs["done"]
    answer = alice.get(reverse("person", args=["maple", person.pk]))
    events = answer.context["history"].events
    written = PlannedChange.objects.filter(person=person.pk).order_by("-pk")
    assert [event.row.pk for event in events] == list(written.values_list("pk", flat=True))
    assert events[0].actor == scenes.ALICE
    assert events[-1].actor == "the schedule"
    assert events[0].values[-1].rule == "Clever decides · Grade"
    text = answer.content.decode()
    assert f"Run #{done.pk}" in text
    assert f"<del>{maple.schools[0]} (S01)</del>" in text


def test_history_leaves_out_what_was_not_written(maple: Scene, alice: Client) -> None:
    person = maple.person
    before = len(alice.get(reverse("person", args=["maple", person.pk])).context["history"].events)
    for run, fields in (
        (maple.runs["test"], {"action": "update"}),
        (maple.runs["done"], {"action": "update", "exception": "held"}),
        (maple.runs["done"], {"action": "reject"}),
    ):
        PlannedChange.objects.create(
            run=run, data_type="student", person=person, after={"grade": "9"}, **fields
        )
    after = alice.get(reverse("person", args=["maple", person.pk])).context["history"].events
    assert len(after) == before == 5


def test_B15_history_tells_edits_by_hand_between_the_imports(maple: Scene, alice: Client) -> None:
    person = maple.person
    LocalEdit.objects.create(
        district=maple.district, person=person, cause="hand", edited_by=scenes.OLIVE,
        before={"grade": "3"}, after={"grade": "5"}, at=timezone.now() - timedelta(days=5),
    )  # fmt: skip
    answer = alice.get(reverse("person", args=["maple", person.pk]))
    events = answer.context["history"].events
    assert [bool(event.edit) for event in events].index(True) == 1  # last night, the edit, earlier
    assert [event.at for event in events] == sorted((e.at for e in events), reverse=True)
    text = answer.content.decode()
    assert "Edited here" in text
    assert scenes.OLIVE in text
    assert "<del>3</del>" in text


def test_history_is_paged_without_gap_or_double(maple: Scene, alice: Client) -> None:
    person, now = maple.person, timezone.now()
    LocalEdit.objects.bulk_create(
        LocalEdit(
            district=maple.district, person=person, cause="bulk", edited_by=scenes.ALICE,
            after={"grade": str(n)}, at=now - timedelta(hours=500 - 7 * n),
        )
        for n in range(65)
    )  # fmt: skip
    seen: list[tuple[Any, Any]] = []
    asked: dict[str, Any] = {}
    while True:
        page = alice.get(reverse("person", args=["maple", person.pk]), asked).context["history"]
        seen += [(event.row, event.edit) for event in page.events]
        if page.next is None:
            break
        asked = {name: number for name, number in page.next._asdict().items() if number}
    assert len(seen) == len(set(seen)) == 65 + 5
    for wrong in ({"change": "x"}, {"edit": "9" * 30}):
        assert alice.get(reverse("person", args=["maple", person.pk]), wrong).status_code == 200


def test_empty_lists_say_what_would_fill_them(juniper: Scene, alice: Client) -> None:
    text = alice.get(reverse("people", args=["juniper"])).content.decode()
    assert "No records of this kind yet" in text
    assert "They come with the first import from Clever" in text
    operations = alice.get(reverse("operations", args=["juniper"])).content.decode()
    assert "Begin with Test Import" in operations


def test_school_names_are_escaped(maple: Scene, alice: Client) -> None:
    School.objects.filter(pk=maple.schools[1].pk).update(name="<b>Bold</b>")
    text = person_page(alice, maple.person) + alice.get(PEOPLE).content.decode()
    assert "<b>Bold" not in text
    assert "&lt;b&gt;Bold&lt;/b&gt;" in text
