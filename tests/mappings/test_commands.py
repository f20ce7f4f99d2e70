"""The commands for matching, settings and the switch, as an operator types them."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent
from clever_sync.models import Connection, MirrorObject
from core.vocabulary import CalendarKind, DataType, HoldState, RunState
from imports.calendar.actions import replace_calendar
from imports.models import Alert, Brake, Hold, Run, Schedule, Settled
from imports.school_calendar import Days
from mappings.actions import (
    create_default_rulesets,
    leave_school_out,
    match_school,
    publish,
)
from mappings.models import Ruleset, SchoolMatch
from mappings.queries import active_specs, school_map
from mappings.spec import FieldSpec
from notifications.models import Recipient
from schools.actions import create_district, rename_term
from schools.models import District, Person, RosterSource, School
from tests.mappings.clever_schools import CLEVER_IDS, connected_district, local_school
from tests.mappings.rules import spec

pytestmark = pytest.mark.django_db

MAPLE, BIRCH, CEDAR = CLEVER_IDS.values()


@pytest.fixture
def ridge() -> District:
    district = connected_district()
    create_default_rulesets(district=district)
    return district


def run(*words: object) -> Any:
    """The document that the command prints."""
    out = io.StringIO()
    call_command(*[str(word) for word in words], "--json", stdout=out)
    return json.loads(out.getvalue())


def refused(*words: object) -> str:
    """The one line with which the command refuses."""
    with pytest.raises(CommandError) as caught:
        call_command(*[str(word) for word in words], stdout=io.StringIO())
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def pairs(folder: Path, *lines: str) -> Path:
    path = folder / "pairs.csv"
    path.write_text("\n".join(["clever_school_id,site_code", *lines]), encoding="utf-8")
    return path


def test_certain_schools_are_matched_and_the_rest_is_listed(ridge: District) -> None:
    local_school(ridge, "101")
    local_school(ridge, "x", "Birch Elem School")
    local_school(ridge, "y", "Quarry Middle School")

    document = run("match_schools", "ridge", "--auto")

    assert [(m["clever_school_id"], m["site_code"]) for m in document["matched"]] == [
        (MAPLE, "101")
    ]
    assert [(s["site_code"], s["reasons"]) for s in document["suggestions"]] == [
        ("x", ["similar_name"])
    ]
    assert [s["clever_school_id"] for s in document["clever_open"]] == [BIRCH, CEDAR]
    assert [s["site_code"] for s in document["local_open"]] == ["x", "y"]


def test_the_same_list_for_people(ridge: District) -> None:
    local_school(ridge, "x", "Birch Elem School")
    out = io.StringIO()

    call_command("match_schools", "ridge", "--auto", stdout=out)

    assert "0 schools matched." in out.getvalue()
    assert "Perhaps Birch Elementary School" in out.getvalue()
    assert "No answer yet: Cedar Elementary School" in out.getvalue()


def test_pairs_of_a_file_are_matched(ridge: District, tmp_path: Path) -> None:
    one, two = local_school(ridge, "101"), local_school(ridge, "A b")
    path = pairs(tmp_path, f"{MAPLE},a B", f"{BIRCH.upper()},101", f"{CEDAR},")

    assert run("match_schools", "ridge", "--file", path)["changed"] == 3
    assert school_map(ridge).local == {MAPLE: two.pk, BIRCH: one.pk, CEDAR: None}
    assert run("match_schools", "ridge", "--file", path)["changed"] == 0


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["f" * 24 + ",101"], "pairs.csv line 2: Clever shares no school 'ffff"),
        ([f"{MAPLE},999"], "line 2: there is no school with the site_code '999'"),
        ([f"{MAPLE},OFFICE"], "there is no school with the site_code 'OFFICE'"),
        ([f"{MAPLE},101", f"{MAPLE},"], "line 3: the Clever school"),
        ([f"{MAPLE},101", f"{BIRCH},101"], "line 3: site_code '101' is used in line 2"),
        ([f"{MAPLE}"], "line 2: 1 cells, but the first line names 2 columns"),
    ],
)
def test_wrong_pairs_match_nothing(
    ridge: District, tmp_path: Path, lines: list[str], sentence: str
) -> None:
    local_school(ridge, "101")

    assert sentence in refused("match_schools", "ridge", "--file", pairs(tmp_path, *lines))
    assert not SchoolMatch.objects.exists()


def test_without_clevers_schools_there_is_nothing_to_match(ridge: District) -> None:
    MirrorObject.objects.all().delete()

    assert "connect_clever loads them" in refused("match_schools", "ridge", "--auto")


def test_B46_the_switch_waits_for_a_district_id_and_for_sites(ridge: District) -> None:
    create_district(slug="oak", name="Oak", time_zone="America/Chicago")

    assert "no District ID is saved" in refused("enable_clever", "oak")
    assert "your sites must be mapped" in refused("enable_clever", "ridge")
    assert not Connection.objects.get(district=ridge).enabled
    assert not District.objects.filter(clever_enabled=True).exists()

    match_school(district=ridge, clever_school_id=MAPLE, school=local_school(ridge, "1"), by="a")
    assert run("enable_clever", "ridge") == {"district": "ridge", "enabled": True, "changed": True}
    assert Connection.objects.get(district=ridge).enabled
    assert District.objects.get(pk=ridge.pk).clever_enabled
    assert run("enable_clever", "ridge")["changed"] is False


def test_B47_clever_and_another_source_are_never_both_on(ridge: District) -> None:
    match_school(district=ridge, clever_school_id=MAPLE, school=local_school(ridge, "1"), by="a")
    source = RosterSource.objects.create(district=ridge, system="sif")

    assert "Clever and SIF cannot both be on" in refused("enable_clever", "ridge")

    RosterSource.objects.filter(pk=source.pk).update(state="off")
    assert run("enable_clever", "ridge")["changed"]


def people_of_ridge(ridge: District) -> None:
    for number in range(3):
        Person.objects.create(
            district=ridge,
            kind="student",
            roles=["student"],
            last_name="Lee",
            clever_id=f"{number:024x}" if number else None,
        )


def test_A25_reset_keeps_records(ridge: District) -> None:
    people_of_ridge(ridge)
    before = list(Person.objects.order_by("pk").values())

    document = run("reset_clever", "ridge")

    assert (document["people"], document["linked"]) == (3, 2)
    assert list(Person.objects.order_by("pk").values()) == before
    assert Ruleset.objects.filter(district=ridge, state="active").count() == 3


def test_A26_H05_reset_stops_everything_first(ridge: District) -> None:
    match_school(district=ridge, clever_school_id=MAPLE, school=local_school(ridge, "1"), by="a")
    for data_type in DataType:
        Schedule.objects.create(
            district=ridge,
            data_type=data_type,
            next_due="2026-01-01T00:00Z",
            first_import_at="2025-01-01T00:00Z",
        )
    active = Run.objects.create(district=ridge, mode="live", data_types=["student"])
    waiting = Run.objects.create(
        district=ridge, mode="live", data_types=["student"], state=RunState.READY
    )
    Alert.objects.create(
        district=ridge, data_type="student", clever_id="a" * 24, reason="likely_duplicate"
    )
    Hold.objects.create(
        district=ridge,
        run=waiting,
        cause="many_transfers",
        slice="transfer/student",
        data_type="student",
        count=1,
        population=1,
        digest=b"d" * 16,
        expires_at="2027-01-01T00:00Z",
    )
    Settled.objects.create(district=ridge, data_type="student", settings_key=b"k" * 16, pull=1)

    run("reset_clever", "ridge")

    active.refresh_from_db()
    waiting.refresh_from_db()
    assert (active.state, waiting.state) == (RunState.CANCELLED, RunState.DISCARDED)
    assert Hold.objects.get().state == HoldState.EXPIRED
    assert Alert.objects.get().state == "closed"
    assert not Schedule.objects.exclude(
        automatic=False, next_due=None, first_import_at=None
    ).exists()
    assert not Connection.objects.exists()
    assert not SchoolMatch.objects.exists()
    assert not Settled.objects.exists()
    assert School.objects.filter(district=ridge).count() == 2
    assert AuditEvent.objects.filter(verb="configuration.reset").count() == 1


def test_links_go_only_when_asked(ridge: District) -> None:
    people_of_ridge(ridge)

    assert run("reset_clever", "ridge", "--unlink")["linked"] == 0

    former = Person.objects.exclude(former_clever_id=None)
    assert {person.former_clever_id for person in former} == {f"{number:024x}" for number in (1, 2)}
    assert {person.revision for person in former} == {2}


DAYS = {"kind": "blackout", "first": "2026-12-20", "last": "2027-01-04", "name": "Winter break"}


def set_up(ridge: District) -> None:
    """Every section of the settings says something of its own."""
    chosen, other = local_school(ridge, "101"), local_school(ridge, "102")
    match_school(district=ridge, clever_school_id=MAPLE, school=chosen, by="a")
    match_school(district=ridge, clever_school_id=BIRCH, school=None, by="a")
    leave_school_out(district=ridge, school=other, by="a")
    own = spec(
        rules=[FieldSpec("barcode", "student.sis_id")],
        codes={"grade": {"TransitionalKindergarten": "TK"}},
        defaults={"city": "Elmton"},
        chosen=[chosen.pk],
    )
    publish(district=ridge, spec=own, by="a")
    Schedule.objects.create(
        district=ridge, data_type="student", frequency="weekly", weekday=2, at_minute=90
    )
    Brake.objects.create(
        district=ridge, data_type="student", name="many_transfers", percent="7.50", number=40
    )
    Brake.objects.create(
        district=ridge, data_type="staff", name="many_updates", off=True, reason="Few people"
    )
    Recipient.objects.create(district=ridge, data_type="student", email="eve@oak.example")
    rename_term(district=ridge, field="community_id", label="Library card")
    replace_calendar(
        district=ridge,
        calendar=[Days(CalendarKind.ADDS_ONLY, date(2020, 9, 1), date(2020, 9, 20), "September")],
        by="ada",
    )


def document_file(folder: Path, document: Any) -> Path:
    path = folder / "settings.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_C26_settings_travel_to_another_district(ridge: District, tmp_path: Path) -> None:
    set_up(ridge)
    document = run("export_settings", "ridge")
    oak = create_district(slug="oak", name="Oak", time_zone="America/Chicago")
    chosen = local_school(oak, "101")
    local_school(oak, "102")

    changed = run("import_settings", "oak", document_file(tmp_path, document))["changed"]

    assert run("export_settings", "oak") == document
    assert sorted(changed) == sorted(set(document) - {"format", "rollover"})
    assert active_specs(oak, [DataType.STUDENT])[0].schools == {chosen.pk}
    assert run("export_settings", "ridge") == document


def test_C26_loading_what_is_there_already_makes_no_version(
    ridge: District, tmp_path: Path
) -> None:
    set_up(ridge)
    versions = Ruleset.objects.count()

    document = run(
        "import_settings", "ridge", document_file(tmp_path, run("export_settings", "ridge"))
    )

    assert document["changed"] == []
    assert Ruleset.objects.count() == versions


def test_C26_a_section_that_is_missing_stays(ridge: District, tmp_path: Path) -> None:
    set_up(ridge)
    before = run("export_settings", "ridge")
    part = {"format": before["format"], "recipients": {"student": ["Sam@oak.example"]}}

    assert run("import_settings", "ridge", document_file(tmp_path, part))["changed"] == [
        "recipients"
    ]

    after = run("export_settings", "ridge")
    assert after == {**before, "recipients": {"student": ["sam@oak.example"]}}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "other/2"}, "has the format 'other/2'"),
        ({"shoe": 1}, "unknown field `shoe`"),
        ({"rules": {"parent": {"fields": []}}}, "Invalid enum value 'parent'"),
        ({"rules": {"student": {"fields": []}}}, "rules: Student: SIS ID is used to identify"),
        ({"rules": {"student": {"fields": [{"field": "a"}, {"field": "a"}]}}}, "two rules for a"),
        ({"rules": {"student": {"fields": [], "schools": "some"}}}, '"all" or a list'),
        ({"rules": {"student": {"fields": [], "schools": ["9"]}}}, "site code '9'"),
        ({"schools": {MAPLE: "9"}}, "schools: There is no school with the site code '9'"),
        ({"schools": {MAPLE: "101", BIRCH: "101"}}, "matched to another Clever school"),
        ({"left_out": ["101"]}, "left_out: 101 is matched"),
        ({"schedules": {"student": {"at": "25:00"}}}, "at '25:00' is not a time"),
        ({"schedules": {"student": {"frequency": "never"}}}, "frequency 'never' is not one of"),
        ({"schedules": {"student": {"weekday": 7}}}, "weekday is 0 (Monday) to 6"),
        ({"brakes": {"student": {"handbrake": {}}}}, "'handbrake' is not a brake"),
        (
            {"brakes": {"student": {"many_updates": {"percent": 101}}}},
            "many_updates: Percentage: write",
        ),
        ({"brakes": {"student": {"many_updates": {"number": 9}}}}, "has no number of people"),
        (
            {"brakes": {"student": {"many_updates": {"off": True}}}},
            "is off, and no reason says why",
        ),
        ({"recipients": {"student": ["a@x.org", "b"]}}, "“b” is not an e-mail address"),
        ({"terminology": {"email": "Mail"}}, "email cannot be renamed"),
        ({"rollover": "02-30"}, "is not a day of every year"),
        ({"calendar": [DAYS, DAYS | {"name": "Twice"}]}, "calendar: These days overlap with the"),
        ({"calendar": [DAYS | {"last": "2026-12-01"}]}, "calendar: The last day, Dec 1, 2026, is"),
        ({"calendar": [DAYS | {"last": "9999-12-31"}]}, "calendar: Choose days between Jan 1, 20"),
        ({"calendar": [DAYS | {"name": " "}]}, "calendar: The days from 2026-12-20 have no name"),
        ({"calendar": [DAYS | {"kind": "party"}]}, "Invalid enum value 'party'"),
    ],
)
def test_a_wrong_document_changes_nothing(
    ridge: District, tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    set_up(ridge)
    before = run("export_settings", "ridge")
    # A change that would be fine goes first, so that "nothing" is proved.
    fine = {"terminology": {"community_id": "Reader"}, "recipients": {"student": []}}
    document = {"format": before["format"], **fine, **change}

    found = refused("import_settings", "ridge", document_file(tmp_path, document))

    assert sentence in found
    assert "Nothing was changed." in found
    assert run("export_settings", "ridge") == before


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b'{"format": 1}'])
def test_what_is_no_document_is_refused(ridge: District, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)

    assert "settings.json is not a settings document" in refused("import_settings", "ridge", path)
    assert "cannot be read" in refused("import_settings", "ridge", tmp_path / "none.json")
