"""Defaults for new records: what a record gets where Clever gives nothing (B13)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from core.vocabulary import DataType
from mappings.drafts import publish_draft
from mappings.models import Ruleset
from mappings.queries import draft_of, written_spec
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.people_setting import fields_of, member_of, shown, told
from tests.pages.scenes import Scene
from tests.world import world

ADDRESS = reverse("new_records", args=["maple", "student"])


def saved(client: Client, address: str = ADDRESS, **changes: Any) -> Any:
    sent = fields_of(client.get(address).context["form"])
    return client.post(address, {**sent, **changes})


def draft(scene: Scene) -> Ruleset:
    found = draft_of(scene.district, DataType.STUDENT)
    assert found
    return found


def test_B13_unmapped_fields_are_offered_and_identifiers_are_not(
    maple: Scene, alice: Client
) -> None:
    form = shown(alice, "new_records", "maple", "student").context["form"]
    unmapped = {bound.name for bound in form.unmapped()}
    assert unmapped == {"home_language", "weighted_gpa", "unweighted_gpa"}
    assert form["sex"].value() == "Unknown"
    names = {bound.name for bound in (*form.unmapped(), *form.mapped())}
    assert not names & {"sis_id", "barcode", "last_name", "email", "username", "status", "site"}
    rules = Ruleset.objects.get(district=maple.district, data_type="student", state="active")
    rules.field_rules.filter(field="city").update(policy="do_not_import")
    form = shown(alice, "new_records", "maple", "student").context["form"]
    assert "city" in {bound.name for bound in form.unmapped()}


def test_B13_default_is_kept_in_the_draft_beside_everything_else(
    maple: Scene, alice: Client
) -> None:
    before = Ruleset.objects.get(district=maple.district, data_type="student", state="active")
    said = told(alice, saved(alice, home_language="Spanish", sex=""))
    assert said.startswith("Saved as a draft. It is not published yet")
    assert written_spec(draft(maple)).defaults == {"home_language": "Spanish"}
    old, new = written_spec(before), written_spec(draft(maple))
    assert (old.fields, old.codes, old.schools) == (new.fields, new.codes, new.schools)
    assert {rule.field: rule.value for rule in before.default_rules.all()} == {"sex": "Unknown"}
    assert AuditEvent.objects.get(verb="rules.draft").actor == scenes.ALICE
    made = publish_draft(
        district=maple.district, data_type=DataType.STUDENT, by="x", seen=draft(maple).pk
    )
    assert written_spec(made).defaults == {"home_language": "Spanish"}
    form = shown(alice, "new_records", "maple", "student").context["form"]
    assert form["home_language"].value() == "Spanish"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("weighted_gpa", "four", "Weighted GPA: “four” is not a number below 1000"),
        ("class_year", "31", "Class year: “31” is not a year;"),
        ("sex", "x", "Sex: choose one of the list."),
        ("grade", "99", "Level: choose one of the list."),
        ("home_language", "x" * 101, "is longer than 100 characters; shorten it."),
        ("home_language", "x" * 90_000, "shorten it."),
        ("home_language", "\x00", "Null characters are not allowed."),
    ],
)
def test_bad_default_is_a_sentence_at_its_field(
    maple: Scene, alice: Client, field: str, value: str, said: str
) -> None:
    answer = saved(alice, **{"city": "Elm <b>", field: value})
    assert answer.status_code == 200
    assert any(said in error for error in answer.context["form"].errors[field])
    assert "Elm &lt;b&gt;" in answer.content.decode()
    assert draft_of(maple.district, DataType.STUDENT) is None


@pytest.mark.parametrize("seen", ["x", "-1", "9" * 40, ""])
def test_hostile_seen_and_unknown_fields_do_nothing(maple: Scene, alice: Client, seen: str) -> None:
    answer = saved(alice, seen=seen, sis_id="x", barcode="1", home_language="Spanish")
    assert answer.status_code == 200
    assert draft_of(maple.district, DataType.STUDENT) is None


def test_second_of_two_editors_is_told_and_loses_nothing(maple: Scene, alice: Client) -> None:
    stale = fields_of(alice.get(ADDRESS).context["form"])
    told(alice, saved(alice, city="Elmton"))
    answer = alice.post(ADDRESS, {**stale, "home_language": "Spanish"})
    page = answer.content.decode()
    assert "What you entered is still here and not saved." in page
    assert 'value="Spanish"' in page
    assert written_spec(draft(maple)).defaults["city"] == "Elmton"
    again = {**stale, "home_language": "Spanish", "seen": str(draft(maple).pk)}
    told(alice, alice.post(ADDRESS, again))
    assert written_spec(draft(maple)).defaults["home_language"] == "Spanish"


def test_save_and_close_leads_to_the_settings(maple: Scene, alice: Client) -> None:
    answer = saved(alice, city="Elmton", then="close")
    assert answer["Location"] == reverse("settings", args=["maple"])
    assert saved(alice, city="Elm", then="save")["Location"] == ADDRESS


def test_only_who_may_import_changes_defaults(
    maple: Scene, bob: Client, charlie: Client, client: Client
) -> None:
    lee = signed_in(scenes.LEE)
    page = shown(bob, "new_records", "maple", "student").content.decode()
    assert "Save and Close" not in page
    for who, read, write in ((bob, 200, 403), (lee, 404, 404), (charlie, 404, 404)):
        assert who.get(ADDRESS).status_code == read
        assert who.post(ADDRESS, {"city": "Elm"}).status_code == write
    assert client.get(ADDRESS).status_code == 302
    assert draft_of(maple.district, DataType.STUDENT) is None


def test_unknown_type_is_not_found(maple: Scene, alice: Client) -> None:
    assert alice.get(reverse("new_records", args=["maple", "parent"])).status_code == 404
    for data_type in DataType:
        assert shown(alice, "new_records", "maple", data_type).status_code == 200


def test_golden_number_of_queries(maple: Scene, alice: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        shown(alice, "new_records", "maple", "student")
    assert len(queries) == 8


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_B13_new_record_of_a_real_sync_gets_the_defaults() -> None:
    with world(students=8, teachers=2, schools=2) as maple:
        maple.connect()
        alice = member_of(maple.district)
        maple.sync()
        assert {p.home_language for p in maple.people(kind="student")} == {None}
        told(alice, saved(alice, home_language="Spanish", city="Nowhere"))
        newest = draft_of(maple.district, DataType.STUDENT)
        assert newest
        publish_draft(district=maple.district, data_type=DataType.STUDENT, by="x", seen=newest.pk)
        new = maple.clever.control.add_student()
        maple.sync()
        one = maple.person(new)
        assert one.home_language == "Spanish"
        assert one.city != "Nowhere", "Clever sends a city"
        others = [p for p in maple.people(kind="student") if p.pk != one.pk]
        assert {p.home_language for p in others} == {None}, "nobody who is here is changed"
