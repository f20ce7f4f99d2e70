"""Define Codes."""

from dataclasses import replace

from django.test import Client

from clever_sync.models import MirrorObject
from integration_console.rules.codes import CodeField
from mappings.actions import publish
from mappings.queries import draft_of
from tests.pages import scenes_rules
from tests.pages.rules import STUDENT, active, at, draft, filled, said, send
from tests.pages.scenes import Scene


def fields(client: Client, scene: Scene, data_type: str = "student") -> dict[str, list[str]]:
    """The code fields of the page, each with its codes in their order."""
    tables = client.get(at("define_codes", scene, data_type)).context["form"].tables
    return {table.of.key: [code.code for code in table.of.codes] for table in tables}


def field(client: Client, scene: Scene, key: str) -> CodeField:
    """One code field of the page."""
    tables = client.get(at("define_codes", scene)).context["form"].tables
    found: CodeField = next(table.of for table in tables if table.of.key == key)
    return found


def place_of(client: Client, scene: Scene, field: str, code: str) -> str:
    """The name of the row in which a code stands, as the form sends it."""
    return f"{field}__{fields(client, scene)[field].index(code)}__value"


def test_C05_codes_with_their_numbers_and_unmapped_ones_on_top(maple: Scene, alice: Client) -> None:
    scenes_rules.mirror(maple.district, 400)
    page = alice.get(at("define_codes", maple))
    grade = field(alice, maple, "grade")
    assert [(code.code, code.people) for code in grade.codes[:2]] == [("TK", 20), ("Ungraded", 12)]
    assert sum(code.people for code in grade.codes) == 400
    text = said(page)
    assert "Level: 2 codes are not mapped." in text
    assert "The field of 32 people is left as it is" in text
    rows = [text.index(f'data-label="Clever">{code}<') for code in ("TK", "Ungraded", "12", "13")]
    assert rows == sorted(rows)
    # Codes of the table that nobody carries stand below.
    assert [code.code for code in grade.codes if not code.people] == [
        "13", "Kindergarten", "PreKindergarten",
    ]  # fmt: skip


def test_C06_new_code_stands_there_and_is_not_guessed(maple: Scene, alice: Client) -> None:
    tie = scenes_rules.mirror(maple.district, 40)
    one = MirrorObject.objects.filter(connection=tie, clever_id__startswith="c0de")[0]
    MirrorObject.objects.filter(pk=one.pk).update(payload={"student.grade": "Transition"})
    grade = field(alice, maple, "grade")
    new = next(code for code in grade.codes if code.code == "Transition")
    assert (new.people, new.value, new.open) == (1, "", True)


def test_A38_clever_code_gets_a_local_one(maple: Scene, alice: Client) -> None:
    scenes_rules.mirror(maple.district, 40)
    answer = send(alice, at("define_codes", maple), **{place_of(alice, maple, "grade", "TK"): "PK"})
    assert answer.status_code == 303
    assert draft(maple).codes["grade"]["tk"] == "PK"
    assert draft(maple).codes["grade"]["kindergarten"] == "K"
    # Spellings of people survive.
    rules = draft_of(maple.district, STUDENT)
    assert rules
    assert rules.code_rules.filter(code="PreKindergarten").exists()


def test_A38_rows_are_added_and_removed(maple: Scene, alice: Client) -> None:
    address = at("define_codes", maple)
    rows = len(fields(alice, maple)["grade"])
    more = {f"grade__{rows}__code": "TK", f"grade__{rows}__value": "PK"}
    send(alice, address, **more, **{place_of(alice, maple, "grade", "13"): ""})
    assert "TK" in fields(alice, maple)["grade"]
    assert "13" not in fields(alice, maple)["grade"]


def test_A34_A39_codes_follow_from_the_fields_matched_before(maple: Scene, alice: Client) -> None:
    scenes_rules.mirror(maple.district, 40)
    assert set(fields(alice, maple)) == {"grade", "sex", "state"}
    match = at("match_fields", maple)
    changes = {"class_year__source": "grade:class_year", "sex__source": "none"}
    assert send(alice, match, "next", **changes)["Location"] == at("define_codes", maple)
    assert set(fields(alice, maple)) == {"grade", "state", "class_year"}
    table = field(alice, maple, "class_year")
    # Grades with a number need no row; for the others the grades that have one are offered.
    assert {code.code for code in table.open} == {"TK", "Ungraded"}
    assert table.local[:2] == ("PK", "K")
    place = f"class_year__{[c.code for c in table.codes].index('TK')}__value"
    send(alice, at("define_codes", maple), **{place: "PK"})
    assert draft(maple).codes["class_year"] == {"tk": "PK"}
    assert "sex" in draft(maple).codes, "the codes of a field that is not matched now are kept"


def test_A40_next_leads_to_sync_settings_and_close_to_the_configuration(
    maple: Scene, alice: Client
) -> None:
    address = at("define_codes", maple)
    assert send(alice, address, "next")["Location"] == at("sync_settings", maple)
    assert send(alice, address, "close")["Location"] == "/d/maple/clever/configure/"
    assert send(alice, address)["Location"] == address


def test_values_are_taken_as_they_come_until_one_is_mapped(maple: Scene, alice: Client) -> None:
    tie = scenes_rules.mirror(maple.district, 40)
    MirrorObject.objects.filter(connection=tie).update(payload={"student.location.state": "CO"})
    assert "Values are taken as they come" in said(alice.get(at("define_codes", maple)))
    assert "not mapped." not in said(alice.get(at("define_codes", maple)))
    send(alice, at("define_codes", maple), state__0__value="Colorado")
    assert draft(maple).codes["state"] == {"co": "Colorado"}


def test_type_without_codes_says_where_they_would_come_from(maple: Scene, alice: Client) -> None:
    page = said(alice.get(at("define_codes", maple, "teacher")))
    assert "No field with codes is matched" in page
    assert send(alice, at("define_codes", maple, "teacher"), "next").status_code == 303


def test_hostile_codes_get_a_sentence_and_nothing_is_written(maple: Scene, alice: Client) -> None:
    address, rows = at("define_codes", maple), len(fields(alice, maple)["grade"])
    sent = filled(alice, address)
    for wrong in (
        {f"grade-{rows}-code": "x" * 5000, f"grade-{rows}-value": "K"},
        {f"grade-{rows}-code": "a\x00b", f"grade-{rows}-value": "K"},
        {f"grade-{rows}-code": "TK", f"grade-{rows}-value": "<script>"},
        {f"grade-{rows}-code": "", f"grade-{rows}-value": "K"},
        {f"grade-{rows}-code": " kindergarten ", f"grade-{rows}-value": "PK"},
        {"grade-TOTAL_FORMS": "999999999"},
        {"grade-TOTAL_FORMS": "nonsense"},
        {"seen": "9" * 40},
    ):
        answer = alice.post(address, {**sent, **wrong, "then": "next"})
        assert answer.status_code == 200, wrong
        assert "<script>" not in said(answer).split("</head>")[1]
    assert draft_of(maple.district, STUDENT) is None


def test_codes_are_published_with_the_rest(maple: Scene, alice: Client) -> None:
    scenes_rules.mirror(maple.district, 40)
    send(alice, at("define_codes", maple), **{place_of(alice, maple, "grade", "TK"): "PK"})
    kept = draft_of(maple.district, STUDENT)
    assert kept
    alice.post(at("publish_rules", maple), {"seen": kept.pk})
    assert active(maple).code_rules.get(field="grade", code="TK").value == "PK"
    assert draft_of(maple.district, STUDENT) is None
    publish(
        district=maple.district,
        spec=replace(scenes_rules.spec_of_type(maple.district, STUDENT), codes={}),
        by="a",
    )
    assert all(code.open for code in field(alice, maple, "grade").codes)
