from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.problems import ConsoleError
from core.vocabulary import DataType
from schools.load import FileRefused, load_people
from schools.models import District, LocalEdit, Person
from tests.schools.people_files import district_with_schools, load, refused, write

pytestmark = pytest.mark.django_db

TEACHER, STAFF = DataType.TEACHER, DataType.STAFF


@pytest.fixture
def maple() -> District:
    return district_with_schools()


def test_a_full_line_becomes_a_person(maple: District, tmp_path: Path) -> None:
    loaded = load(
        maple,
        tmp_path,
        [
            "sis_id,first_name,last_name,birth_date,sex,grade,class_year,weighted_gpa,email,site,"
            "additional_sites,status,barcode",
            '100,Ada,"Birch, Jr.",2011-09-03,Female,9,2029,3.750,ada@maple.example,101,'
            "103;102,5,B7",
        ],
    )

    assert (loaded.created, loaded.updated) == (1, 0)
    ada = Person.objects.get()
    assert (ada.kind, ada.roles, ada.status) == ("student", ["student"], 5)
    assert (ada.first_name, ada.last_name, ada.sex) == ("Ada", "Birch, Jr.", "Female")
    assert ada.birth_date == date(2011, 9, 3)
    assert ada.weighted_gpa == Decimal("3.75")
    assert (ada.class_year, ada.barcode) == (2029, "B7")
    assert ada.school is not None
    assert ada.school.site_code == "101"
    assert {site.school.site_code for site in ada.sites.all()} == {"102", "103"}
    assert ada.unsettled
    assert ada.revision == 1


def test_blank_cells_are_nothing_and_text_is_cleaned(maple: District, tmp_path: Path) -> None:
    load(maple, tmp_path, ["sis_id,last_name,email,site", "  100 ,  Jose\u0301\u200b ,,", ",,,"])

    person = Person.objects.get()
    assert (person.sis_id, person.last_name) == ("100", "José")
    assert (person.email, person.school, person.status) == (None, None, 1)


def test_a_byte_order_mark_and_windows_lines_are_read(maple: District, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"\xef\xbb\xbfSIS_ID,Last_Name\r\n100,Lee\r\n")

    load_people(district=maple, path=path, data_type=DataType.STUDENT, by="test")

    assert Person.objects.get().sis_id == "100"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"sis_id,last_name\n1,Lee\n2,Garc\xeda\n", "people.csv line 3: not UTF-8 (byte 0xed)"),
        ("sis_id,last_name\n1,Lee\n".encode("utf-16"), "people.csv is in UTF-16"),
        (b"sis_id,last_name\n1,L\x00ee\n", "people.csv line 2: a NUL character"),
        (b"", "people.csv is empty"),
        (b"sis_id;last_name\n", "the column 'sis_id;last_name' is not known; known columns are"),
        (b"sis_id,shoe_size\n", "line 1: the column 'shoe_size' is not known; known columns are"),
        (b"sis_id,,last_name\n", "line 1: column 2 has no name and is not known"),
        (b"sis_id,last_name,sis_id\n", "the column 'sis_id' stands there twice"),
        (b"sis_id\n1\n", "the column 'last_name' is missing; add it"),
        (b"sis_id,last_name\n1,Lee,3\n", "line 2: 3 cells, but the first line names 2 columns"),
        (b'sis_id,last_name\n1,"Lee\n', "line 2: not readable as CSV"),
        (b"sis_id,last_name\n1,%s\n" % (b"x" * 2_000_000), "line 2: longer than a million"),
        (b"sis_id,last_name\rx,y\r", "not readable as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(
    maple: District, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)

    with pytest.raises(ConsoleError) as caught:
        load_people(district=maple, path=path, data_type=DataType.STUDENT, by="test")

    assert sentence in str(caught.value)
    assert not Person.objects.exists()


def test_a_missing_file_is_a_sentence(maple: District, tmp_path: Path) -> None:
    with pytest.raises(ConsoleError, match=r"nobody.csv cannot be read: No such file"):
        load_people(
            district=maple, path=tmp_path / "nobody.csv", data_type=DataType.STUDENT, by="test"
        )


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("birth_date", "2010-02-30", "birth_date '2010-02-30' is not a day that exists; write it"),
        ("birth_date", "3/3/2010", "is not a day that exists; write it as YYYY-MM-DD"),
        ("birth_date", "0000-00-00", "is not a day that exists"),
        ("class_year", "29", "class_year '29' is not a year; write four digits"),
        ("weighted_gpa", "abc", "weighted_gpa 'abc' is not a number"),
        ("status", "7", "status '7' is not a status; write one of the numbers 1 Active"),
        ("barcode", "1234567890123456", "is longer than 15 characters; shorten it"),
        ("site", "999", "site '999' names no school of this district ('999'); load the school"),
        ("additional_sites", "101;999", "names no school of this district ('999')"),
        ("email", "nobody", "email 'nobody' is not an e-mail address"),
        ("clever_id", "77", "clever_id '77' is not a Clever ID"),
        ("first_name", "x" * 256, "is longer than 255 characters"),
    ],
)
def test_a_value_that_cannot_be_names_line_field_and_remedy(
    maple: District, tmp_path: Path, column: str, cell: str, sentence: str
) -> None:
    found = refused(maple, tmp_path, [f"last_name,{column}", "Lee,", f"Ortiz,{cell}"])

    assert "people.csv line 3: " in found
    assert sentence in found
    assert found.endswith("Nothing was loaded.")


def test_twenty_errors_are_named_and_the_rest_is_counted(maple: District, tmp_path: Path) -> None:
    lines = ["last_name,birth_date", *(f"Lee,{number}" for number in range(50))]

    with pytest.raises(FileRefused) as caught:
        load(maple, tmp_path, lines)

    assert len(caught.value.errors) == 20
    assert caught.value.total == 50
    assert "30 more errors. Nothing was loaded." in str(caught.value)


def test_every_record_needs_a_last_name(maple: District, tmp_path: Path) -> None:
    found = refused(maple, tmp_path, ["sis_id,last_name", "1,Lee", "2, "])

    assert "line 3: last_name is blank; every record needs one" in found


@pytest.mark.parametrize("column", ["sis_id", "student_number", "barcode", "username"])
def test_an_identifier_stands_once_in_a_file(maple: District, tmp_path: Path, column: str) -> None:
    found = refused(maple, tmp_path, [f"{column},last_name", "aB1,Lee", "2,Ito", "Ab1,Ortiz"])

    assert f"line 4: {column} 'Ab1' stands in line 2 already; take one out" in found


def test_who_is_here_already_is_not_doubled(maple: District, tmp_path: Path) -> None:
    load(maple, tmp_path, ["sis_id,last_name", "100,Lee"])

    found = refused(maple, tmp_path, ["sis_id,last_name", "200,New", "100,Lee"])

    assert "line 3: sis_id '100' belongs to a student who is here already" in found
    assert "--update" in found


def test_the_number_counts_where_there_is_no_sis_id(maple: District, tmp_path: Path) -> None:
    load(maple, tmp_path, ["student_number,last_name", "5100,Lee"])

    found = refused(maple, tmp_path, ["sis_id,student_number,last_name", ",5100,Lee"])

    assert "student_number '5100' belongs to a student who is here already" in found


def test_an_update_writes_filled_cells_and_keeps_the_rest(maple: District, tmp_path: Path) -> None:
    load(maple, tmp_path, ["sis_id,last_name,email,city,site", "1,Lee,l@x.org,Elm,101", "2,Ito,,,"])

    loaded = load(
        maple,
        tmp_path,
        ["sis_id,email,city,site", "1,,Oak,102", "2,,,"],
        update=True,
    )

    assert (loaded.created, loaded.updated, loaded.unchanged) == (0, 1, 1)
    lee = Person.objects.get(sis_id="1")
    assert (lee.email, lee.city, lee.last_name) == ("l@x.org", "Oak", "Lee")
    assert lee.school is not None
    assert lee.school.site_code == "102"
    assert lee.revision == 2
    assert Person.objects.get(sis_id="2").revision == 1
    edit = LocalEdit.objects.get()
    assert (edit.cause, edit.edited_by) == ("file", "test")
    assert edit.before["city"] == "Elm"
    assert edit.after["city"] == "Oak"
    assert edit.after.keys() == {"city", "site"}


def test_an_update_may_bring_new_people_if_they_have_a_name(
    maple: District, tmp_path: Path
) -> None:
    found = refused(maple, tmp_path, ["sis_id,city", "9,Elm"], update=True)
    assert "line 2: nobody here has this identifier, and a new record needs a last_name" in found

    assert load(maple, tmp_path, ["sis_id,last_name", "9,Lee"], update=True).created == 1


def test_a_status_that_a_file_sets_is_the_peoples(maple: District, tmp_path: Path) -> None:
    load(maple, tmp_path, ["sis_id,last_name,status", "1,Lee,4"])
    Person.objects.update(status_before=1)

    load(maple, tmp_path, ["sis_id,status", "1,5"], update=True)

    lee = Person.objects.get()
    assert (lee.status, lee.status_before) == (5, None)


def test_somebody_elses_identifier_is_refused(maple: District, tmp_path: Path) -> None:
    load(maple, tmp_path, ["sis_id,last_name,barcode,username", "1,Lee,B1,lee", "2,Ito,B2,ito"])

    found = refused(maple, tmp_path, ["sis_id,barcode", "1,B2"], update=True)
    assert "line 2: barcode 'B2' belongs to somebody else here" in found

    found = refused(maple, tmp_path, ["last_name,username", "Ortiz,ITO"])
    assert "username 'ITO' belongs to somebody else here" in found


def test_F65_two_people_here_with_one_identifier_are_settled_first(
    maple: District, tmp_path: Path
) -> None:
    for name in ("Lee", "Ito"):
        Person.objects.create(
            district=maple, kind="student", roles=["student"], sis_id="1", last_name=name
        )

    found = refused(maple, tmp_path, ["sis_id,city", "1,Elm"], update=True)

    assert "sis_id '1' belongs to 2 people here; settle that first" in found


def test_a_teacher_and_a_student_may_have_the_same_number(maple: District, tmp_path: Path) -> None:
    load(maple, tmp_path, ["sis_id,last_name", "1,Lee"])

    assert load(maple, tmp_path, ["sis_id,last_name", "1,Stone"], TEACHER).created == 1


def test_archived_people_are_not_here(maple: District, tmp_path: Path) -> None:
    load(maple, tmp_path, ["sis_id,last_name", "1,Lee"])
    Person.objects.update(archived_at="2026-01-01T00:00Z")

    assert load(maple, tmp_path, ["sis_id,last_name", "1,Lee"]).created == 1


def test_C16_a_teacher_loaded_as_staff_gains_the_role(maple: District, tmp_path: Path) -> None:
    teachers = ["sis_id,last_name,email,site", "T1,Stone,Theo@maple.example,101"]
    load(maple, tmp_path, teachers, TEACHER)

    loaded = load(
        maple,
        tmp_path,
        ["staff_id,last_name,email,site,title", "S1,STONE,theo@maple.example,102,Librarian"],
        STAFF,
    )

    assert (loaded.created, loaded.joined) == (0, 1)
    theo = Person.objects.get()
    assert theo.roles == ["staff", "teacher"]
    assert (theo.last_name, theo.staff_id, theo.title) == ("Stone", "S1", "Librarian")
    assert theo.school is not None
    assert theo.school.site_code == "101"
    assert [site.school.site_code for site in theo.sites.all()] == ["102"]
    assert theo.revision == 2
    assert LocalEdit.objects.get().after["roles"] == ["staff", "teacher"]


def test_C16_a_shared_mailbox_makes_nobody_one_person(maple: District, tmp_path: Path) -> None:
    load(maple, tmp_path, ["last_name,email", "Stone,office@maple.example"], TEACHER)

    loaded = load(maple, tmp_path, ["last_name,email", "Osei,office@maple.example"], STAFF)

    assert (loaded.created, loaded.joined) == (1, 0)


def test_C16_the_staff_id_tells_too(maple: District, tmp_path: Path) -> None:
    Person.objects.create(
        district=maple, kind="employee", roles=["teacher"], staff_id="S1", last_name="Stone"
    )

    assert load(maple, tmp_path, ["staff_id,last_name", "s1,Stone-Ito"], STAFF).joined == 1
    assert Person.objects.get().last_name == "Stone"


def test_two_lines_for_one_person_are_refused(maple: District, tmp_path: Path) -> None:
    load(maple, tmp_path, ["last_name,email", "Stone,t@maple.example"], TEACHER)

    found = refused(
        maple,
        tmp_path,
        ["last_name,email", "Stone,t@maple.example", "Stone,T@maple.example"],
        data_type=STAFF,
    )

    assert "line 3: is the same person here as line 2; take one out" in found


def test_whoever_shares_an_identifier_is_looked_at_again(maple: District, tmp_path: Path) -> None:
    load(maple, tmp_path, ["last_name,email", "Stone,t@maple.example", "Ito,i@maple.example"])
    Person.objects.update(unsettled=False)

    load(maple, tmp_path, ["last_name,email", "Osei,T@Maple.example"], TEACHER)

    assert Person.objects.get(last_name="Stone").unsettled
    assert not Person.objects.get(last_name="Ito").unsettled


def test_other_districts_do_not_matter(maple: District, tmp_path: Path) -> None:
    other = District.objects.create(slug="oak", name="Oak", time_zone="America/Chicago")
    Person.objects.create(
        district=other, kind="student", roles=["student"], sis_id="1", last_name="Lee"
    )
    Person.objects.update(unsettled=False)

    assert load(maple, tmp_path, ["sis_id,last_name", "1,Lee"], update=True).created == 1
    assert not Person.objects.get(district=other).unsettled


def test_many_lines_take_seconds(maple: District, tmp_path: Path) -> None:
    rows = [
        f"{number},Ada,Name{number},2011-09-03,a{number}@x.example,101" for number in range(6000)
    ]
    path = write(tmp_path, "sis_id,first_name,last_name,birth_date,email,site", *rows)

    loaded = load_people(district=maple, path=path, data_type=DataType.STUDENT, by="test")

    assert loaded.created == 6000
    assert Person.objects.filter(school__site_code="101").count() == 6000
