"""Downloads: whole, of one moment, safe in a spreadsheet, recorded."""

import codecs
import csv
import io
import tracemalloc
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from clever_sync.models import MirrorObject
from core.sheet import cell, chunks
from imports.models import PlannedChange, Run
from schools import writer
from schools.models import LocalEdit, Person
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.pages.scenes_operations import alerts, staged

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maple(transactional_db: None) -> Scene:
    """Committed, since a download reads in a transaction of its own."""
    return scenes.full()


@pytest.fixture
def alice(maple: Scene) -> Client:
    return signed_in(scenes.ALICE)


def rows(client: Client, address: str, **asked: Any) -> list[dict[str, str]]:
    answer = client.get(address, asked)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_B54_log_of_operations_is_downloaded(maple: Scene, alice: Client) -> None:
    found = rows(alice, reverse("operations_csv", args=["maple"]))
    assert {int(row["run"]) for row in found} == set(Run.objects.values_list("pk", flat=True))
    done = {
        row["action"]: row["count"] for row in found if row["run"] == str(maple.runs["done"].pk)
    }
    assert done["student create"] == "31"
    assert AuditEvent.objects.filter(verb="operations.exported", actor=scenes.ALICE).exists()


def test_A62_plan_rows_are_downloaded_as_filtered(maple: Scene, alice: Client) -> None:
    address = reverse("changes_csv", args=["maple", maple.runs["done"].pk])
    everything = rows(alice, address)
    planned = PlannedChange.objects.filter(run=maple.runs["done"])
    assert {int(row["row"]) for row in everything} == set(planned.values_list("pk", flat=True))
    moves = rows(alice, address, action="move")
    assert {row["action"] for row in moves} == {"move"}
    assert all(row["field"] == "site" and row["old"] != row["new"] for row in moves)
    assert "Clever decides" in moves[0]["rule"]
    assert AuditEvent.objects.filter(verb="changes.exported").count() == 2


def test_people_are_downloaded_as_filtered(maple: Scene, alice: Client) -> None:
    found = rows(alice, reverse("people_csv", args=["maple"]), school=maple.schools[0].pk)
    mine = Person.objects.filter(school=maple.schools[0], kind="student")
    assert {int(row["id"]) for row in found} == set(mine.values_list("pk", flat=True))
    assert {row["site"] for row in found} == {"S01"}
    assert {row["status"] for row in found} <= {"1", "4"}


def test_librarian_downloads_own_schools_only_and_no_gpa(maple: Scene) -> None:
    Person.objects.update(weighted_gpa="3.5")
    found = rows(signed_in(scenes.LEE), reverse("people_csv", args=["maple"]))
    assert {row["site"] for row in found} == {"S01"}
    assert "weighted_gpa" not in found[0]


def test_download_begins_with_the_mark_by_which_a_spreadsheet_knows_accents(
    maple: Scene, alice: Client
) -> None:
    Person.objects.filter(pk=maple.person.pk).update(last_name="Núñez", status=4)
    doors = [
        reverse(name, args=["maple"])
        for name in ("people_csv", "transferred_csv", "operations_csv", "updates_csv")
    ]
    for address in (*doors, reverse("changes_csv", args=["maple", maple.runs["done"].pk])):
        whole = alice.get(address).getvalue()
        assert whole.startswith(codecs.BOM_UTF8), address
        assert whole.count(codecs.BOM_UTF8) == 1
    assert "Núñez" in alice.get(doors[1]).getvalue().decode("utf-8-sig")


def test_file_for_another_program_has_no_mark() -> None:
    run = scenes.full().runs["done"]
    for command in (
        ("export_changes", str(run.pk), "--format", "csv"),
        ("export_records", "maple", "--type", "student", "--format", "csv"),
    ):
        said = io.StringIO()
        call_command(*command, stdout=said)
        assert said.getvalue()[0].isalpha()


def test_B33_leavers_are_downloaded_as_filtered_with_since_when_and_by_whom(
    maple: Scene, alice: Client
) -> None:
    one, two = maple.district.people.filter(kind="student").order_by("pk")[:2]
    for person, by in ((one, scenes.OLIVE), (two, scenes.ALICE)):
        writer.set_status(district=maple.district, person_ids=[person.pk], status=4, by=by)
    address = reverse("transferred_csv", args=["maple"])
    found = {int(row["id"]): row for row in rows(alice, address)}
    assert set(found) == {one.pk, two.pk}
    assert (found[one.pk]["by"], found[one.pk]["run"]) == (scenes.OLIVE, "")
    assert found[one.pk]["since"].startswith(f"{LocalEdit.objects.get(person=one).at:%Y-%m-%d}")
    assert found[one.pk]["last_name"] == one.last_name
    assert rows(alice, address, type="teacher") == []
    assert [row["id"] for row in rows(alice, address, q=two.sis_id)] == [str(two.pk)]
    assert AuditEvent.objects.filter(verb="people.exported", subject="transferred").count() == 3
    assert signed_in(scenes.BOB).get(address).status_code == 403, "a Viewer exports nothing"
    page = reverse("transferred", args=["maple"])
    assert address in alice.get(page).content.decode()
    assert address not in signed_in(scenes.BOB).get(page).content.decode()


def test_spreadsheet_runs_nothing(maple: Scene, alice: Client) -> None:
    evil = '=HYPERLINK("http://evil.example","x")'
    person = maple.person
    Person.objects.filter(pk=person.pk).update(last_name=evil)
    found = rows(alice, reverse("people_csv", args=["maple"]), q="=HYPERLINK")
    assert [row["last_name"] for row in found] == [f"'{evil}"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_cell_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    assert cell(f"{start}1+1") == f"'{start}1+1"
    assert cell([f"{start}1"]) == f"'{start}1"
    assert (cell(-1.5), cell(None), cell("a=b")) == ("-1.5", "", "a=b")


def test_C32_file_is_made_in_constant_memory() -> None:
    rows = ((n, "x" * 100) for n in range(100_000))
    tracemalloc.start()
    size = sum(len(chunk) for chunk in chunks(("n", "x"), rows))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 10_000_000
    assert peak < 1_000_000


def test_download_is_of_one_moment(maple: Scene, alice: Client) -> None:
    answer = alice.get(reverse("people_csv", args=["maple"]))
    stream = iter(answer.streaming_content)  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    text = b"".join(stream).decode()
    assert text.count("\n") == 1 + Person.objects.filter(kind="student").count()


def test_A63_alerts_are_downloaded_as_filtered_one_line_per_match(
    maple: Scene, alice: Client
) -> None:
    made = alerts(maple, 3)
    mirror = MirrorObject.objects.get(clever_id=made[0].clever_id)
    mirror.payload = {**mirror.payload, "name.first": "=HYPERLINK(1)"}
    mirror.save(update_fields=["payload"])
    staged(made[0], "match")
    found = rows(alice, reverse("alerts_csv", args=["maple"]), state="staged")
    assert [row["alert"] for row in found] == [str(made[0].pk)] * 2
    assert found[0]["name"].startswith("'=HYPERLINK"), "no spreadsheet runs it"
    assert [row["score"] for row in found] == ["92", "81"]
    assert found[0]["decision"].startswith("Match with")
    assert len(rows(alice, reverse("alerts_csv", args=["maple"]))) == 8, "2 of the scene have none"
    assert AuditEvent.objects.filter(verb="alerts.exported", actor=scenes.ALICE).count() == 2
