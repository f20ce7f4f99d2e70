"""Whom an import takes for whom: by which keys, and never by blank ones."""

import pytest

from schools.models import Person
from tests.story.terminal import Town

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def how(elm: Town, run: int) -> dict[str, str]:
    """Clever ID → by which key it was linked."""
    return {r["clever_id"]: r["why"]["match"] for r in elm.changes(run) if r["action"] == "link"}


def test_A13_B19_clever_id_sis_id_number_and_email_each_find_their_person(elm: Town) -> None:
    guid, by_sis, by_number, by_email = elm.shared("student")[:4]
    number = by_number["roles"]["student"]["student_number"]
    elm.loads(
        [
            "clever_id,sis_id,student_number,email,last_name",
            f"{guid['id']},,,,Before",
            f",{by_sis['roles']['student']['sis_id']},,,{by_sis['name']['last']}",
            f",,{number},,{by_number['name']['last']}",
            f",,,{by_email['email'].upper()},{by_email['name']['last']}",
        ]
    )
    run = elm.runs()
    assert how(elm, run["run"]) == {
        by_sis["id"]: "sis_id",
        by_number["id"]: "student_number",
        by_email["id"]: "email",
    }
    assert elm.record(guid["id"])["last_name"] == guid["name"]["last"]
    counts = run["counts"]["student"]
    assert (counts["link"], counts["update"], counts["create"]) == (3, 1, 20)
    assert Person.objects.filter(kind="student").count() == 24

    elm.clever.control.edit(guid["id"], {"roles.student.sis_id": "A-NEW-ONE"})
    assert elm.runs()["counts"]["student"]["update"] == 1, "the Clever ID comes before the SIS ID"
    assert elm.record(guid["id"])["sis_id"] == "A-NEW-ONE"


def test_B20_blank_fields_never_match(elm: Town) -> None:
    blank = [p["id"] for p in elm.shared("student")[:3]]
    for who in blank:
        elm.clever.control.edit(
            who, {"email": "", "roles.student.student_number": None, "roles.student.sis_id": ""}
        )
    elm.loads(["last_name,first_name,email,student_number,sis_id", "Okafor,Ada,,,", "Lund,Bo,,,"])
    run = elm.runs()
    assert how(elm, run["run"]) == {}
    assert run["counts"]["student"]["create"] == 24
    here = Person.objects.filter(last_name__in=["Okafor", "Lund"], first_name__in=["Ada", "Bo"])
    assert set(here.values_list("clever_id", flat=True)) == {None}
    assert elm.record(blank[0])["sis_id"] is None


def test_B25_barcode_and_community_id_match_nobody_before_they_are_mapped(elm: Town) -> None:
    one, other = (p["roles"]["student"]["student_number"] for p in elm.shared("student")[:2])
    elm.loads(["last_name,barcode,community_id", f"Okafor,{one},", f"Lund,,{other}"])
    tested = elm.runs("--test")
    assert how(elm, tested["run"]) == {}
    elm.sets(fields={name: {"source": "student.student_number"}
                     for name in ("barcode", "community_id")})  # fmt: skip
    tested = elm.runs("--test")
    assert set(how(elm, tested["run"]).values()) <= {"barcode", "community_id"}
    assert tested["counts"]["student"]["link"] + tested["alerts"] == 2


@pytest.mark.parametrize(
    ("rule", "links", "creates", "city"),
    [
        ("add_and_update", 1, 23, "there"),
        ("update_only", 1, 0, "there"),
        ("add_only", 1, 23, "here"),
    ],
)
def test_A44_B21_the_import_rule_says_whether_it_adds_and_modifies(
    elm: Town, rule: str, links: int, creates: int, city: str
) -> None:
    one = elm.shared("student")[0]
    elm.clever.control.edit(one["id"], {"roles.student.location.city": "there"})
    sis_id = one["roles"]["student"]["sis_id"]
    elm.loads(["sis_id,last_name,city", f"{sis_id},{one['name']['last']},here"])
    elm.sets(import_rule=rule)
    counts = elm.runs()["counts"]["student"]
    assert (counts["link"], counts["create"]) == (links, creates)
    assert elm.record(one["id"])["city"] == city
    assert len(elm.records()) == 1 + creates
    assert sum(elm.runs()["counts"]["student"][a] for a in ("link", "create", "update")) == 0
