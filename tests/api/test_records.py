"""Records over the API: all of them, filtered, in pages, and where their values come from."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from schools.models import LocalEdit, Person, PersonSite
from schools.targets import TARGETS
from tests.api.program import Program
from tests.locking import locked
from tests.pages.scenes import ALICE, Scene

pytestmark = pytest.mark.django_db


def living(scene: Scene) -> set[int]:
    people = Person.objects.filter(district=scene.district, archived_at=None)
    return set(people.values_list("pk", flat=True))


def test_C28_pages_of_any_size_bring_everybody_once(reader: Program, maple: Scene) -> None:
    for limit in (7, 100, 500):
        ids = [record["id"] for record in reader.all("/records", limit)]
        assert ids == sorted(living(maple))


def test_C28_a_record_has_the_fields_of_its_types_by_their_console_names(
    reader: Program, maple: Scene
) -> None:
    person = Person.objects.filter(district=maple.district, kind="student").first()
    assert person is not None
    further = maple.schools[1]
    PersonSite.objects.get_or_create(person=person, school=further)
    Person.objects.filter(pk=person.pk).update(weighted_gpa="3.5000", city=None)
    locked(person, "email")
    told = reader.get(f"/records/{person.pk}")
    assert set(told["fields"]) == {k for k, t in TARGETS.items() if "student" in t.types}
    assert told["fields"]["last_name"] == person.last_name
    assert told["fields"]["site"] == person.school.site_code  # type: ignore[union-attr]
    assert further.site_code in told["fields"]["additional_sites"]
    assert (told["fields"]["weighted_gpa"], told["fields"]["city"]) == ("3.5", None)
    assert told["fields"]["birth_date"] == str(person.birth_date)
    assert told["locked"] == ["email"]


def test_C28_a_lock_that_is_over_is_none(reader: Program, maple: Scene) -> None:
    locked(maple.person, "email", until=timezone.now() + timedelta(days=1))
    assert reader.get(f"/records/{maple.person.pk}")["locked"] == ["email"]
    maple.person.locks.update(until=timezone.now() - timedelta(minutes=1))
    assert reader.get(f"/records/{maple.person.pk}")["locked"] == []


def test_C28_filters_bring_whom_the_console_brings(reader: Program, maple: Scene) -> None:
    teachers = reader.all("/records", 100, type="teacher")
    assert teachers and all("teacher" in one["types"] for one in teachers)
    code = maple.schools[0].site_code
    there = reader.all("/records", 100, school=code)
    assert there
    assert all(code in (one["fields"]["site"], *one["fields"]["additional_sites"]) for one in there)
    assert reader.all("/records", 100, school="nowhere") == []
    left = reader.all("/records", 100, status=4)
    assert all(one["fields"]["status"] == 4 for one in left)
    one = maple.person
    assert [r["id"] for r in reader.all("/records", 10, q=one.sis_id)] == [one.pk]
    assert one.pk in [r["id"] for r in reader.all("/records", 100, q=one.last_name)]


def test_C28_only_what_changed_since_a_moment_is_told(reader: Program, maple: Scene) -> None:
    moment = timezone.now() + timedelta(hours=1)
    Person.objects.filter(pk=maple.person.pk).update(changed_at=moment)
    told = reader.all("/records", 100, updated_since=moment.isoformat())
    assert [one["id"] for one in told] == [maple.person.pk]


def test_C28_deleted_records_are_told_apart_without_their_values(
    reader: Program, maple: Scene
) -> None:
    Person.objects.filter(pk=maple.person.pk).update(archived_at=timezone.now())
    reader.get(f"/records/{maple.person.pk}", expect=404)
    assert maple.person.pk not in [one["id"] for one in reader.all("/records", 500)]
    (gone,) = reader.all("/records", 100, deleted="true")
    assert (gone["id"], gone["fields"]) == (maple.person.pk, {})
    assert gone["deleted_at"]
    later = (timezone.now() + timedelta(minutes=1)).isoformat()
    assert reader.all("/records", 100, deleted="true", updated_since=later) == []


def test_C28_history_says_who_decides_and_what_happened(reader: Program, maple: Scene) -> None:
    told = reader.get(f"/records/{maple.person.pk}/history")
    assert told["origins"]["email"]["owner"] in ("clever", "here", "locked")
    assert told["data"]
    runs = {event["run"] for event in told["data"]} - {None}
    assert runs
    for number in runs:
        assert reader.get(f"/runs/{number}")["mode"] == "live"
    changed = [change for event in told["data"] for change in event["changes"]]
    assert changed and all(change["field"] for change in changed)


def test_C28_history_goes_on_page_by_page(reader: Program, maple: Scene) -> None:
    LocalEdit.objects.bulk_create(
        LocalEdit(
            district=maple.district, person=maple.person, cause="hand", edited_by=ALICE,
            before={"city": str(n)}, after={"city": str(n + 1)},
        )
        for n in range(65)
    )  # fmt: skip
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    for _ in range(10):
        page = reader.get(f"/records/{maple.person.pk}/history", **cursor)
        seen += [c["after"] for e in page["data"] if e["what"] == "hand" for c in e["changes"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [value for value in seen if str(value).isdigit()][:65] == [
        str(n) for n in range(65, 0, -1)
    ]


def test_C28_another_districts_records_are_not_found(stranger: Program, maple: Scene) -> None:
    mine = {one["id"] for one in stranger.all("/records", 100)}
    assert mine and not mine & living(maple)
    told = stranger.get(f"/records/{maple.person.pk}", expect=404)
    assert told["detail"].startswith("There is nothing of this number")
    stranger.get(f"/records/{maple.person.pk}/history", expect=404)
    found = stranger.all("/records", 10, q=maple.person.clever_id)
    assert {one["id"] for one in found} <= mine
    behind = stranger.get("/records", cursor=str(maple.person.pk))
    assert {one["id"] for one in behind["data"]} <= mine


def test_C28_reading_people_is_told_in_the_audit_once_an_hour(
    reader: Program, maple: Scene
) -> None:
    for _ in range(3):
        reader.get("/records")
        reader.get(f"/records/{maple.person.pk}")
    told = AuditEvent.objects.filter(district=maple.district, verb="api.people_read")
    (row,) = told
    assert row.subject == "records"
    assert row.actor.startswith("API token cic_")


def queries(program: Program, path: str, **query: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        program.get(path, **query)
    return len(captured)


def test_C28_a_page_of_records_takes_as_many_queries_for_500_as_for_five(
    reader: Program, stranger: Program, maple: Scene, birch: Scene
) -> None:
    for program in (reader, stranger):
        program.get("/records")  # the first look of the hour is told
    # Token, role, counting, the audit of looks, people, further sites with their schools, locks.
    assert queries(reader, "/records", limit=500) == queries(stranger, "/records") == 8
    assert queries(reader, "/records", limit=5) == 8
