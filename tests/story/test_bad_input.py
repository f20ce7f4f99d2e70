"""Whatever is typed wrong ends in one plain sentence and changes nothing, in every command."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import get_commands
from django.db import OperationalError, connection

from clever_sync.models import Connection
from imports.models import Alert, Hold
from mappings.actions import create_default_rulesets
from schools.actions import create_district
from schools.models import District, School
from tests.imports_alerts.setting import NOW, district, mirrored, person, run
from tests.story.terminal import in_a_process, refuses, typed

pytestmark = pytest.mark.django_db

HUGE = "9" * 30
LONG = "x" * 5000
HOSTILE = ("a\0b", "\udcff", "\x1b[31m", LONG)
OURS = ("clever_sync", "imports", "integration_console", "notifications")

DISTRICT_FIRST: dict[str, tuple[str, ...]] = {
    "connect_clever": ("66c09f00b3d4e5f607180001",),
    "destroy_data": ("--yes",),
    "enable_clever": (),
    "explain_person": ("somebody",),
    "export_records": ("--type", "student"),
    "export_settings": (),
    "import_file": ("people.csv", "--key", "sis_id"),
    "import_roster": ("--inline",),
    "import_settings": ("settings.json",),
    "list_alerts": (),
    "list_holds": (),
    "load_people": ("people.csv", "--type", "student"),
    "load_schools": ("schools.csv",),
    "match_schools": ("--auto",),
    "merge_people": (HUGE, "1", "--do"),
    "process_alerts": (),
    "reset_clever": (),
    "state_digest": (),
    "unlink_person": (HUGE, "--do"),
    "verify_certificates": (),
}
NUMBER_FIRST: dict[str, tuple[str, ...]] = {
    "approve_hold": (),
    "decide_alert": ("--create",),
    "discard_hold": (),
    "export_changes": (),
    "undo_run": (),
}
OF_RUNS = ("export_changes", "undo_run")
OTHERS = {
    *("create_district", "create_support", "doctor", "prepare_demonstration", "purge", "run_due"),
}


@pytest.fixture
def maple() -> District:
    """A district that is connected, as far as it knows, and one of its neighbours."""
    for slug, code in (("maple", "M1"), ("oak", "O1")):
        made = create_district(
            slug=slug, name=slug.title(), time_zone="America/Denver", clever_enabled=True
        )
        create_default_rulesets(district=made)
        School.objects.create(district=made, site_code=code, name=f"{slug.title()} School")
    return District.objects.get(slug="maple")


@contextmanager
def nothing_changes() -> Iterator[None]:
    """No row appears, goes or changes in any table of ours."""
    before = fingerprint()
    yield
    assert fingerprint() == before


def fingerprint() -> dict[str, tuple[int, str]]:
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*), coalesce(md5(string_agg(t::text, '|')), '')"
                           f' FROM (SELECT * FROM "{table}" ORDER BY 1) t')  # fmt: skip
            found[table] = cursor.fetchone()
    return found


def test_every_command_of_ours_is_in_these_tables() -> None:
    commands = {name for name, app in get_commands().items() if app in OURS}
    missing = commands - {*DISTRICT_FIRST, *NUMBER_FIRST, *OTHERS}
    assert not missing, "put it into the table of those that begin with the same argument"


@pytest.mark.parametrize("name", DISTRICT_FIRST)
def test_a_district_that_is_missing_unknown_or_hostile(maple: District, name: str) -> None:
    words = DISTRICT_FIRST[name]
    with nothing_changes():
        assert "slug" in refuses(name)
        assert 'There is no district "nowhere".' in refuses(name, "nowhere", *words)
        for hostile in HOSTILE:
            assert refuses(name, hostile, *words).startswith("CommandError: slug ")
        assert "unrecognized arguments: --shoe" in refuses(name, "maple", *words, "--shoe")
        assert "unrecognized arguments: two lines" in refuses(name, "maple", *words, "two\nlines")


@pytest.mark.parametrize("name", NUMBER_FIRST)
def test_a_number_that_is_missing_none_or_nobodys(maple: District, name: str) -> None:
    words = NUMBER_FIRST[name]
    with nothing_changes():
        assert "required" in refuses(name)
        assert "invalid int value: 'abc'" in refuses(name, "abc", *words)
        assert "invalid int value" in refuses(name, "1.5", *words)
        assert "invalid int value" in refuses(name, "", *words)
        for number in ("0", "77", HUGE):
            thing = "run" if name in OF_RUNS else name.split("_")[1]
            assert f"There is no {thing}" in refuses(name, number, *words)
        assert "There is no" in refuses(name, *words, "--", "-1")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("import_roster", "maple", "--types", "student,parent"), '"parent" is not a data type'),
        (("import_roster", "maple", "--types", ","), "Name at least one data type"),
        (("import_roster", "maple", "--types", "student\udcff"), "types holds a character"),
        (("import_roster", "maple", "--inline"), "Clever is not connected yet"),
        (("export_records", "maple"), "required: --type"),
        (("export_records", "maple", "--type", "parent"), "invalid choice: 'parent'"),
        (("export_records", "maple", "--type", "staff", "--format", "xls"), "choice: 'xls'"),
        (("export_changes", "1", "--format", "xls"), "invalid choice: 'xls'"),
        (("import_file", "maple", "x.csv"), "required: --key"),
        (("import_file", "maple", "x.csv", "--key", "sis_id"), "x.csv cannot be read"),
        (("import_file", "maple", "a\0b", "--key", "sis_id"), "file holds a character"),
        (("import_file", "maple", LONG, "--key", "sis_id"), "file is longer than 4096"),
        (("destroy_data", "maple", "--person", "abc"), "invalid int value: 'abc'"),
        (("destroy_data", "maple", "--person", HUGE, "--yes"), "This record is not there any more"),
        (("verify_certificates", "maple", "--file", "x.txt"), "cannot be read"),
        (("load_people", "maple", "x.csv"), "required: --type"),
        (("load_people", "maple", "x.csv", "--type", "parent"), "invalid choice: 'parent'"),
        (("load_people", "maple", "a\0b", "--type", "staff"), "file holds a character"),
        (("load_people", "maple", "x\udcff", "--type", "staff"), "file holds a character"),
        (("load_people", "maple", LONG, "--type", "staff"), "file is longer than 4096"),
        (("load_people", "maple", "x" * 300, "--type", "staff"), "cannot be read"),
        (("match_schools", "maple"), "one of the arguments --auto --file is required"),
        (("match_schools", "maple", "--auto", "--file", "x"), "not allowed with"),
        (("match_schools", "maple", "--auto"), "connect_clever loads them"),
        (("enable_clever", "maple"), "no District ID is saved yet"),
        (("connect_clever", "maple", "maple ridge"), "neither a District ID nor a link"),
        (("connect_clever", "maple", ""), "No District ID was given"),
        (("connect_clever", "maple", "https://clever.com/in/x"), "carries no District ID"),
        (("process_alerts", "maple"), "Nothing is waiting to be processed"),
        (("decide_alert", "1"), "one of the arguments"),
        (("decide_alert", "1", "--create", "--never"), "not allowed with"),
        (("decide_alert", "1", "--match", "Ada"), "invalid int value: 'Ada'"),
        (("approve_hold", "1", "--schools", "M1\0"), "schools holds a character"),
        (("run_due", "--often"), "unrecognized arguments: --often"),
        (("doctor", "now"), "unrecognized arguments: now"),
        (("create_support", "sam"), "is not an e-mail address"),
        (("create_support", "sam@x.example\0"), "email holds a character"),
        (("create_support", f"{'s' * 300}@x.example"), "e-mail address"),
    ],
)
def test_an_argument_that_is_wrong(maple: District, words: tuple[str, ...], sentence: str) -> None:
    with nothing_changes():
        assert sentence in refuses(*words)


NEW = ("create_district", "elm", "--name", "Elm", "--time-zone", "America/Denver")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({1: "maple"}, "maple already"),
        ({1: "Elm Street!"}, "cannot stand in an address"),
        ({1: "e" * 300}, "address"),
        ({1: ""}, "address"),
        ({3: " "}, "needs a name"),
        ({3: "E" * 300}, "name"),
        ({3: "E\0lm"}, "name holds a character"),
        ({5: "Mars/Base"}, "is not a time zone"),
        ({5: "../../etc/passwd"}, "is not a time zone"),
        ({5: ""}, "is not a time zone"),
        ({6: "--owner", 7: "nobody"}, "is not an e-mail address"),
        ({6: "--owner", 7: f"{'o' * 300}@x.example"}, "e-mail address"),
    ],
)
def test_a_district_that_cannot_be(maple: District, changed: dict[int, str], sentence: str) -> None:
    words = dict(enumerate(NEW)) | changed
    with nothing_changes():
        assert sentence in refuses(*words.values())


PEOPLE = ("load_people", "maple", "--type", "student")
SCHOOLS = ("load_schools", "maple")
SETTINGS = ("import_settings", "maple")
HEAD = b"sis_id,last_name,site\n"


@pytest.mark.parametrize(
    ("command", "content", "sentence"),
    [
        (PEOPLE, b"", "is empty; its first line must name the columns"),
        (PEOPLE, b"\n\n", "is empty; its first line must name the columns"),
        (PEOPLE, b"sis_id,shoe_size\n1,2\n", "line 1: the column 'shoe_size' is not known"),
        (PEOPLE, b"sis_id,site\n1,M1\n", "line 1: the column 'last_name' is missing; add it"),
        (PEOPLE, b"sis_id,sis_id,last_name\n1,2,Lee\n", "'sis_id' stands there twice"),
        (PEOPLE, b"1,Lee,M1\n2,Ito,M1\n", "line 1: the column '1' is not known"),
        (PEOPLE, HEAD + b"1,Lee\n", "line 2: 2 cells, but the first line names 3"),
        (PEOPLE, HEAD + b"1,Lee,M1,M1\n", "line 2: 4 cells"),
        (PEOPLE, HEAD + b"1,Lee,O1\n", "line 2: site 'O1' names no school of this district"),
        (PEOPLE, HEAD + b"1,Lee,M1\n1,Ito,M1\n", "line 3: sis_id '1' stands in line 2 already"),
        (PEOPLE, HEAD + b"1,,M1\n", "line 2: last_name is blank"),
        (PEOPLE, HEAD + b"1,L\0ee,M1\n", "line 2: a NUL character"),
        (PEOPLE, HEAD + b"1,\xe9,M1\n", "line 2: not UTF-8 (byte 0xe9), perhaps Latin-1"),
        (PEOPLE, "sis_id,last_name\n".encode("utf-16"), "is in UTF-16"),
        (PEOPLE, HEAD + b'1,"Lee,M1\n', "line 2: not readable as CSV"),
        (PEOPLE, HEAD + b"x" * 300 + b",Lee,M1\n", "line 2: sis_id 'xxxxx"),
        (PEOPLE, HEAD + b"1," + b"L" * (2 << 20) + b",M1\n", "longer than a million"),
        (PEOPLE, b"last_name,birth_date\nLee,31/12/2010\n", "write it as YYYY-MM-DD"),
        (PEOPLE, b"last_name,status\nLee,active\n", "line 2: status 'active' is not a status"),
        (PEOPLE, b"last_name,class_year\nLee,31\n", "line 2: class_year '31' is not a year"),
        (PEOPLE, b"last_name,clever_id\nLee,7\n", "line 2: clever_id '7' is not a Clever ID"),
        (PEOPLE, b"PK\x03\x04" + bytes(range(256)), "line 1"),
        (SCHOOLS, b"", "is empty"),
        (SCHOOLS, b"site_code\nA\n", "the column 'name' is missing"),
        (SCHOOLS, b"site_code,name\nA,Ash\na,Ash\n", "line 3: site_code 'a' stands in line 2"),
        (SCHOOLS, b"site_code,name\n,Ash\n", "line 2: site_code is blank"),
        (SCHOOLS, b"site_code,name\nA," + b"A" * 201 + b"\n", "longer than 200 characters"),
        (SCHOOLS, b"site_code,name\nA,Ash\nB\n", "line 3: 1 cells"),
        (SETTINGS, b"", "is not a settings document"),
        (SETTINGS, b"[]", "is not a settings document"),
        (SETTINGS, b"\xff\xfe{", "is not a settings document"),
        (SETTINGS, b"[" * 100_000, "is not a settings document"),
        (SETTINGS, b'{"format": "clever-integration-settings/9"}', "has the format"),
    ],
)
def test_a_file_that_is_wrong(
    maple: District, tmp_path: Path, command: Sequence[str], content: bytes, sentence: str
) -> None:
    path = tmp_path / "given.file"
    path.write_bytes(content)
    name, slug, *options = command
    with nothing_changes():
        said = refuses(name, slug, *options, path)
    assert sentence in said
    assert "given.file" in said


@pytest.mark.parametrize("command", [PEOPLE, SCHOOLS, SETTINGS])
def test_a_file_that_is_none(maple: District, tmp_path: Path, command: Sequence[str]) -> None:
    name, slug, *options = command
    with nothing_changes():
        assert "cannot be read: No such file" in refuses(name, slug, *options, tmp_path / "no.csv")
        assert "cannot be read: Is a directory" in refuses(name, slug, *options, tmp_path)


@pytest.mark.parametrize("command", [PEOPLE, SCHOOLS])
def test_a_header_alone_loads_nobody_and_is_no_mistake(
    maple: District, tmp_path: Path, command: Sequence[str]
) -> None:
    """A school without anybody new is a day like another."""
    path = tmp_path / "header.csv"
    path.write_bytes(HEAD if command is PEOPLE else b"site_code,name\n")
    name, slug, *options = command
    said = typed(name, slug, *options, path)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("0 ")


def test_what_belongs_to_another_district(tmp_path: Path) -> None:
    ours, theirs = district("maple"), district("oak")
    for of in (ours, theirs):
        mirrored(of, f"c-{of.slug}")
    alert = Alert.objects.create(
        district=ours, clever_id="c-maple", data_type="student", reason="likely_duplicate"
    )
    stranger = person(theirs)
    hold = Hold.objects.create(
        district=ours, run=run(ours), cause="many_transfers", slice="transfer/student",
        data_type="student", action="transfer", count=1, population=2, digest=bytes(16),
        expires_at=NOW + timedelta(days=7000),
    )  # fmt: skip
    School.objects.create(district=theirs, site_code="OAK", name="Oak School")
    taken = "66c09f00b3d4e5f607180001"
    Connection.objects.filter(district=theirs).update(clever_district_id=taken)
    with nothing_changes():
        said = refuses("decide_alert", alert.pk, "--match", stranger.pk)
        assert f"Record {stranger.pk} is not one of the candidates" in said
        said = refuses("approve_hold", hold.pk, "--schools", "OAK")
        assert 'There is no site "OAK" in this district' in said
        said = refuses("connect_clever", "maple", taken)
        assert "already used by another district" in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "pairs.csv is empty"),
        ("clever_school_id", "the column 'site_code' is missing"),
        ("clever_school_id,site_code\nnobody,S1", "line 2: Clever shares no school 'nobody'"),
        ("clever_school_id,site_code\noak-1,S1", "line 2: Clever shares no school 'oak-1'"),
        ("clever_school_id,site_code\nmine,OAK", "line 2: there is no school with the site_code"),
        ("clever_school_id,site_code\nmine,DO", "line 2: there is no school with the site_code"),
        ("clever_school_id,site_code\nmine,S1\nmine,S2", "line 3: the Clever school mine stands"),
        ("clever_school_id,site_code\nmine,S1\nalso,S1", "line 3: site_code 'S1' is used in"),
        ("clever_school_id,site_code\nmine,S3", "matched to another Clever school already"),
    ],
)
def test_pairs_of_schools_that_cannot_be(tmp_path: Path, content: str, sentence: str) -> None:
    ours, theirs = district("maple"), district("oak")
    for clever_id in ("mine", "also"):
        mirrored(ours, clever_id, type="school", payload={"name": clever_id})
    mirrored(theirs, "oak-1", type="school", payload={"name": "Oak"})
    School.objects.create(district=theirs, site_code="OAK", name="Oak School")
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(content)
    with nothing_changes():
        assert sentence in refuses("match_schools", "maple", "--file", pairs)


@pytest.mark.slow
def test_what_is_wrong_around_a_command_is_one_line_too() -> None:
    """A setting that is missing, a database that is away, a reader who has had enough."""
    nowhere = "postgres://nobody@127.0.0.1:1/none"
    for more, sentence in (
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"DATABASE_URL": nowhere}, "The database does not do its part: connection to server"),
    ):
        said = in_a_process("state_digest", "maple", **more)
        assert (said.code, said.out) == (1, "")
        assert sentence in said.err
        assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("happens", "code", "sentence"),
    [(KeyboardInterrupt, 130, "Interrupted. A run that was begun goes on"),
     (OperationalError("no\nroom"), 1, "The database does not do its part: no room")],
)  # fmt: skip
def test_an_end_in_the_middle_is_one_line(
    maple: District, happens: BaseException, code: int, sentence: str
) -> None:
    with patch("integration_console.management.commands.state_digest.state_digest") as digest:
        digest.side_effect = happens
        said = typed("state_digest", "maple")
    assert (said.code, said.out, len(said.err.splitlines())) == (code, "", 1)
    assert sentence in said.err
