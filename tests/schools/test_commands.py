"""The commands for districts and people, as an operator types them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEvent, Membership, User
from core.vocabulary import DataType
from imports.models import Schedule
from mappings.models import Ruleset
from schools import writer
from schools.digest import state_digest
from schools.models import District, Person, PersonSite, School
from schools.targets import targets_of
from tests.locking import locked
from tests.schools.people_files import district_with_schools, write

pytestmark = pytest.mark.django_db


def run(*words: object, **options: Any) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command(*[str(word) for word in words], stdout=out, **options)
    return out.getvalue()


def refused(*words: object) -> str:
    """The one line with which the command refuses."""
    with pytest.raises(CommandError) as caught:
        run(*words)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


@pytest.fixture
def maple() -> District:
    return district_with_schools()


NEW = ("create_district", "oak", "--name", "Oak Valley", "--time-zone", "America/Denver")


def test_a_district_is_ready_for_set_up() -> None:
    document = json.loads(run(*NEW, "--enable-clever", "--owner", "Eve@Oak.example", "--json"))

    oak = District.objects.get(slug="oak")
    assert (oak.name, oak.time_zone, oak.clever_enabled) == ("Oak Valley", "America/Denver", True)
    assert School.objects.get(district=oak).is_district_office
    assert Ruleset.objects.filter(district=oak, state="active").count() == 3
    automatic = dict(Schedule.objects.filter(district=oak).values_list("data_type", "automatic"))
    assert automatic == {"student": True, "teacher": True, "staff": False}
    assert Membership.objects.get(district=oak).role == "owner"
    assert document["owner"] == "eve@oak.example"
    assert document["link"].startswith("http")


def test_the_owners_link_sets_a_password_once() -> None:
    link = json.loads(run(*NEW, "--owner", "eve@oak.example", "--json"))["link"]
    path = link.partition("//")[2].partition("/")[2]
    client = Client()

    page = client.get(f"/{path}", follow=True)
    form = page.redirect_chain[-1][0]
    password = "maple-syrup-weather-77"
    answer = client.post(form, {"password1": password, "password2": password})

    assert answer.status_code == 302
    assert User.objects.get().check_password(password)
    assert not Client().get(f"/{path}", follow=True).redirect_chain


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("create_district", "Oak!", "--name", "O", "--time-zone", "UTC"), "cannot stand in an"),
        (("create_district", "oak", "--name", " ", "--time-zone", "UTC"), "needs a name"),
        (("create_district", "oak", "--name", "O", "--time-zone", "Mars"), "is not a time zone"),
        (("create_district", "oak", "--name", "O", "--time-zone", "../x"), "is not a time zone"),
        (("create_district", "maple", "--name", "O", "--time-zone", "UTC"), "maple already"),
        ((*NEW, "--owner", "nobody"), "'nobody' is not an e-mail address"),
    ],
)
def test_a_district_is_made_whole_or_not_at_all(
    maple: District, words: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refused(*words)
    assert list(District.objects.all()) == [maple]
    assert not User.objects.exists()


def test_a_support_user_gets_a_link_where_nobody_can_be_asked() -> None:
    document = json.loads(run("create_support", "sam@support.example", "--json"))

    sam = User.objects.get()
    assert (sam.is_staff, sam.has_usable_password()) == (True, False)
    assert "/accounts/" in document["link"]
    assert "There is a user sam@support.example already" in refused(
        "create_support", "SAM@support.example"
    )
    assert "is not an e-mail address" in refused("create_support", "sam")


def test_a_support_user_is_asked_for_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["short", "short", "one-long-password", "another", *["correct-horse-battery"] * 2])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(
        "integration_console.management.commands.create_support.getpass", lambda _: next(typed)
    )

    assert "too short" in refused("create_support", "sam@support.example")
    assert "differ" in refused("create_support", "sam@support.example")
    assert not User.objects.exists()
    run("create_support", "sam@support.example")
    assert User.objects.get().check_password("correct-horse-battery")


def test_schools_are_loaded_and_brought_up_to_date(maple: District, tmp_path: Path) -> None:
    first = write(tmp_path, "site_code,name,number,nces_id", "101,School 101,,", "7,Oak,7,77")

    loaded = json.loads(run("load_schools", "maple", first, "--json"))
    assert (loaded["created"], loaded["updated"], loaded["unchanged"]) == (1, 0, 1)

    second = write(tmp_path, "name,site_code", "Oak Elementary,7")
    assert json.loads(run("load_schools", "maple", second, "--json"))["updated"] == 1
    oak = School.objects.get(site_code="7")
    assert (oak.name, oak.number, oak.nces_id) == ("Oak Elementary", "7", "77")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["site_code", "1"], "the column 'name' is missing"),
        (["site_code,name", "1,"], "schools.csv line 2: name is blank"),
        (["site_code,name", ",Oak"], "line 2: site_code is blank"),
        (["site_code,name", "a,Oak", "A,Elm"], "line 3: site_code 'A' stands in line 2 already"),
        (["site_code,name,nces_id", f"1,Oak,{'9' * 21}"], "is longer than 20 characters"),
        (["site_code,name,colour", "1,Oak,red"], "the column 'colour' is not known"),
    ],
)
def test_schools_are_loaded_all_or_none(
    maple: District, tmp_path: Path, lines: list[str], sentence: str
) -> None:
    path = write(tmp_path, *lines, name="schools.csv")

    assert sentence in refused("load_schools", "maple", path)
    assert School.objects.filter(district=maple).count() == 4


def test_people_are_loaded(maple: District, tmp_path: Path) -> None:
    path = write(tmp_path, "sis_id,last_name,site", "1,Lee,101", "2,Ito,102")

    document = json.loads(run("load_people", "maple", path, "--type", "student", "--json"))

    assert document == {
        "district": "maple",
        "loaded": True,
        "created": 2,
        "updated": 0,
        "joined": 0,
        "unchanged": 0,
    }
    assert "0 people created" in run("load_people", "maple", path, "--type", "student", "--update")
    assert AuditEvent.objects.filter(verb="people.load").count() == 2


def test_a_refused_file_is_one_line_or_one_document(
    maple: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "last_name,birth_date", "Lee,2010-02-30", "Ito,x")

    assert refused("load_people", "maple", path, "--type", "student").startswith(
        "people.csv line 2: birth_date '2010-02-30' is not a day that exists; write it as "
        "YYYY-MM-DD."
    )
    with pytest.raises(SystemExit) as end:
        call_command("load_people", "maple", str(path), "--type", "student", "--json")
    assert end.value.code == 1
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert (document["loaded"], document["total"], len(document["errors"])) == (False, 2, 2)
    assert len(printed.err.strip().splitlines()) == 1
    assert not Person.objects.exists()
    assert not AuditEvent.objects.filter(verb="people.load").exists()


@pytest.mark.parametrize(
    "command", [("load_schools", "x.csv"), ("load_people", "x.csv", "--type", "staff")]
)
def test_an_unknown_district_is_one_line(command: tuple[str, ...]) -> None:
    name, *rest = command
    assert 'There is no district "nowhere"' in refused(name, "nowhere", *rest)


def test_the_digest_is_one_line(maple: District) -> None:
    assert run("state_digest", "maple") == f"{state_digest(maple)}\n"
    assert json.loads(run("state_digest", "maple", "--json"))["state_digest"]


def theo(maple: District) -> Person:
    """A teacher who is staff too, with everything that an export may trip over."""
    person = Person.objects.create(
        district=maple,
        kind="employee",
        roles=["staff", "teacher"],
        school=School.objects.get(site_code="101"),
        last_name="=HYPERLINK(1)",
        first_name='Théo, "T"',
        email="-t@x.org",
        staff_id="S1",
    )
    for code in ("103", "102"):
        PersonSite.objects.create(person=person, school=School.objects.get(site_code=code))
    locked(person, "email")
    return person


def exported(data_type: str) -> list[dict[str, str]]:
    text = run("export_records", "maple", "--type", data_type)
    return list(csv.DictReader(io.StringIO(text)))


def test_C16_a_person_with_two_roles_stands_under_both_with_one_id(maple: District) -> None:
    person = theo(maple)

    teachers, staff = exported("teacher"), exported("staff")

    assert exported("student") == []
    assert [row["id"] for row in teachers] == [row["id"] for row in staff] == [str(person.pk)]
    assert teachers[0]["roles"] == "staff;teacher"
    assert teachers[0]["locked"] == "email"
    assert (teachers[0]["site"], teachers[0]["additional_sites"]) == ("101", "102;103")
    assert teachers[0]["status"] == "1"
    assert list(staff[0]) == ["id", "roles", "locked", *(t.key for t in targets_of(DataType.STAFF))]


def test_no_spreadsheet_runs_a_cell_and_json_is_as_it_is(maple: District) -> None:
    theo(maple)

    row = exported("teacher")[0]
    assert (row["last_name"], row["email"]) == ("'=HYPERLINK(1)", "'-t@x.org")
    assert row["first_name"] == 'Théo, "T"'

    line = run("export_records", "maple", "--type", "teacher", "--format", "jsonl")
    document = json.loads(line)
    assert (document["last_name"], document["middle_name"]) == ("=HYPERLINK(1)", None)
    assert (document["roles"], document["locked"]) == (["staff", "teacher"], ["email"])
    assert document["status"] == 1


def test_numbers_and_days_are_exported_plainly(maple: District) -> None:
    Person.objects.create(
        district=maple,
        kind="student",
        roles=["student"],
        last_name="Lee",
        birth_date="2011-09-03",
        weighted_gpa="3.7500",
        class_year=2029,
    )

    row = exported("student")[0]

    assert (row["birth_date"], row["weighted_gpa"], row["class_year"]) == (
        "2011-09-03",
        "3.75",
        "2029",
    )


def test_archived_people_are_not_exported_and_exports_are_audited(maple: District) -> None:
    person = theo(maple)
    writer.archive_people(district=maple, person_ids=[person.pk])

    assert exported("teacher") == []
    assert AuditEvent.objects.filter(verb="people.export", subject="teacher").count() == 1


def test_an_export_can_be_loaded_again(maple: District, tmp_path: Path) -> None:
    theo(maple)
    columns = [target.key for target in targets_of(DataType.STAFF)]
    path = tmp_path / "staff.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer_of_csv = csv.DictWriter(file, columns, extrasaction="ignore")
        writer_of_csv.writeheader()
        for row in exported("staff"):
            writer_of_csv.writerow({name: cell.removeprefix("'") for name, cell in row.items()})
    before = state_digest(maple)

    document = json.loads(
        run("load_people", "maple", path, "--type", "staff", "--update", "--json")
    )

    assert (document["created"], document["unchanged"]) == (0, 1)
    assert state_digest(maple) == before
