"""Clever Data Integration Settings and Match Fields."""

import pytest
from django.test import Client

from accounts.models import AuditEvent
from clever_sync.models import MirrorObject, PullFinding
from core.vocabulary import DataType
from imports.models import Schedule
from mappings.models import Ruleset
from mappings.queries import draft_of
from schools.actions import rename_term
from schools.models import RosterSource
from tests.pages import scenes, scenes_rules
from tests.pages.conftest import signed_in
from tests.pages.rules import STAFF, STUDENT, TEACHER, active, at, draft, filled, said, send, source
from tests.pages.scenes import Scene


def choices(client: Client, scene: Scene, field: str, data_type: str = "student") -> list[str]:
    form = client.get(at("match_fields", scene, data_type)).context["form"]
    return [value for value, _ in form.fields[f"{field}-source"].choices]


def chosen(client: Client, scene: Scene, field: str) -> str:
    return str(client.get(at("match_fields", scene)).context["form"][f"{field}-source"].value())


def test_A30_each_data_type_has_its_pencil(maple: Scene, alice: Client) -> None:
    page = said(alice.get(at("settings", maple)))
    assert page.index(">Student<") < page.index(">Teacher<") < page.index(">Admin (Staff)<")
    for data_type in DataType:
        assert f'href="{at("match_fields", maple, data_type)}"' in page
        assert alice.get(at("match_fields", maple, data_type)).status_code == 200


def test_A21_settings_wait_for_the_setup(juniper: Scene, maple: Scene, alice: Client) -> None:
    pages = ("settings", "match_fields", "define_codes", "sync_settings")
    for name in (*pages, "automatic", "publish_rules", "discard_rules"):
        ask = alice.get if name in pages else alice.post
        answer = ask(at(name, juniper), follow=True)
        assert answer.redirect_chain[0] == ("/d/juniper/clever/configure/", 303), name
    assert {alice.get(at(name, maple)).status_code for name in pages} == {200}


def test_B50_students_and_teachers_are_ticked_and_staff_is_not(alice: Client) -> None:
    larch = scenes_rules.fresh()
    types = alice.get(at("settings", larch)).context["types"]
    assert [each["schedule"].automatic for each in types] == [True, True, False]


def test_B50_three_boxes_are_independent(maple: Scene, alice: Client) -> None:
    alice.post(at("automatic", maple), {"on": ["staff", "student"]})
    ticked = Schedule.objects.filter(district=maple.district, automatic=True)
    assert set(ticked.values_list("data_type", flat=True)) == {"staff", "student"}
    teachers = Schedule.objects.get(district=maple.district, data_type="teacher")
    assert teachers.next_due is None
    assert "Not synced automatically" in said(alice.get(at("settings", maple)))
    alice.post(at("automatic", maple), {"on": ["teacher"]})
    teachers.refresh_from_db()
    assert teachers.automatic
    assert teachers.next_due is not None
    assert AuditEvent.objects.filter(verb="schedule.automatic").count() == 2


def test_automatic_box_of_no_type_is_refused(maple: Scene, alice: Client) -> None:
    answer = alice.post(at("automatic", maple), {"on": ["contact\x00"]}, follow=True)
    assert "Choose among Student, Teacher and Admin (Staff)." in said(answer)
    assert not AuditEvent.objects.filter(verb="schedule.automatic").exists()


def test_A31_fresh_set_up_is_filled_in(alice: Client) -> None:
    form = alice.get(at("match_fields", scenes_rules.fresh())).context["form"]
    first = {key: form[f"{key}-source"].value() for key in ("email", "grade", "class_year")}
    assert first == {
        "email": "email", "grade": "student.grade", "class_year": "student.graduation_year",
    }  # fmt: skip


def test_A31_extension_field_named_like_ours_is_guessed_and_a_gpa_never_switched_on(
    maple: Scene, alice: Client
) -> None:
    tie = scenes_rules.mirror(maple.district, 40)
    assert chosen(alice, maple, "class_year") == "student.graduation_year"
    MirrorObject.objects.filter(connection=tie).update(payload={"student.sis_id": "7"})
    PullFinding.objects.filter(pull__connection=tie, field="student.ext.locker").update(
        field="student.ext.Grad Year"
    )
    page = alice.get(at("match_fields", maple))
    assert page.context["form"]["class_year-source"].value() == "student.ext.Grad Year"
    assert page.context["form"]["weighted_gpa-source"].value() == "none"
    assert "A first guess is filled in" in said(page)
    assert draft_of(maple.district, STUDENT) is None


def test_A32_list_holds_the_clever_fields_that_fit(maple: Scene, alice: Client) -> None:
    assert choices(alice, maple, "student_number") == [
        "none", "student.student_number", "student.sis_id", "student.state_id",
    ]  # fmt: skip
    assert choices(alice, maple, "weighted_gpa") == ["none", "student.weighted_gpa"]
    scenes_rules.mirror(maple.district, 1)
    assert choices(alice, maple, "weighted_gpa") == [
        "none", "student.weighted_gpa", "student.ext.locker", "student.ext.weighted_gpa",
    ]  # fmt: skip
    send(alice, at("match_fields", maple), student_number__source="student.state_id")
    assert source(draft(maple), "student_number") == "student.state_id"


@pytest.mark.parametrize("sent", ["email", "student.ext.none", "", "none\x00", "<b>", "é" * 9000])
def test_A32_field_that_does_not_fit_is_refused_and_nothing_is_lost(
    maple: Scene, alice: Client, sent: str
) -> None:
    changes = {"barcode__source": sent, "city__policy": "only_when_created"}
    answer = send(alice, at("match_fields", maple), **changes)
    page = said(answer)
    assert "Barcode, Matching Clever Field: choose one of the list." in page
    assert "Everything you entered is still here" in page
    assert answer.context["form"]["city-policy"].value() == "only_when_created"
    assert draft_of(maple.district, STUDENT) is None


def test_A13_A33_do_not_import_is_there_for_optional_fields_only(
    maple: Scene, alice: Client
) -> None:
    page = alice.get(at("match_fields", maple))
    required = {row.key or row.label: row.required for row in page.context["rows"]}
    assert [key for key, needed in required.items() if needed] == [
        "GUID / Clever ID", "sis_id", "last_name", "site",
    ]  # fmt: skip
    assert "none" not in choices(alice, maple, "sis_id")
    assert "none" in choices(alice, maple, "email")
    assert "clever_id-source" not in page.context["form"].fields
    refused = send(alice, at("match_fields", maple), sis_id__source="none")
    assert "SIS ID, Matching Clever Field: choose one of the list." in said(refused)
    send(alice, at("match_fields", maple), email__source="none")
    assert source(draft(maple), "email") == ""


def test_A33_policy_and_blank_policy_are_kept(maple: Scene, alice: Client) -> None:
    send(alice, at("match_fields", maple), city__policy="fill_when_blank", city__blank="clear")
    rule = next(rule for rule in draft(maple).fields if rule.field == "city")
    assert (rule.policy, rule.blank) == ("fill_when_blank", "clear")


def test_A11_older_integration_lets_the_sis_id_come_from_its_field(
    maple: Scene, alice: Client
) -> None:
    assert choices(alice, maple, "sis_id") == ["student.sis_id"]
    RosterSource.objects.create(district=maple.district, system="powerschool")
    assert "student.student_number" in choices(alice, maple, "sis_id")


def test_A35_A36_A37_next_save_and_save_and_close_keep_the_work(
    maple: Scene, alice: Client
) -> None:
    address = at("match_fields", maple)
    for then, leads_to in (
        ("next", (at("define_codes", maple),)),
        ("stay", (address,)),
        ("close", ("/d/maple/clever/configure/",)),
    ):
        city = {"next": "none", "stay": "student.location.city", "close": "none"}[then]
        answer = send(alice, address, then, city__source=city)
        assert answer.status_code == 303
        assert answer["Location"] in leads_to
    assert source(draft(maple), "city") == ""
    assert "data-guard" in said(alice.get(address))


def test_saving_what_is_published_leaves_no_draft(maple: Scene, alice: Client) -> None:
    answer = send(alice, at("match_fields", maple))
    assert answer.status_code == 303
    assert draft_of(maple.district, STUDENT) is None
    send(alice, at("match_fields", maple), city__source="none")
    send(alice, at("match_fields", maple), city__source="student.location.city")
    assert draft_of(maple.district, STUDENT) is None


def test_B25_barcode_and_community_id_are_not_mapped_at_first(maple: Scene, alice: Client) -> None:
    assert chosen(alice, maple, "barcode") == chosen(alice, maple, "community_id") == "none"


def test_B26_B27_B28_B29_B51_modify_field_mapping_offers_what_fits_each_type(
    maple: Scene, alice: Client
) -> None:
    page = said(alice.get(at("settings", maple)))
    assert page.count("Modify field mapping") == 3
    for data_type, fitting in (
        (STUDENT, ["student.student_number", "student.sis_id", "student.state_id"]),
        (TEACHER, ["teacher.teacher_number", "teacher.sis_id", "teacher.state_id"]),
        (STAFF, ["staff.staff_id"]),
    ):
        assert f'href="{at("match_fields", maple, data_type)}#identifiers"' in page
        for field in ("barcode", "community_id"):
            assert choices(alice, maple, field, data_type) == ["none", *fitting]


def test_B30_mapping_an_identifier_asks_for_a_word_first(maple: Scene, alice: Client) -> None:
    address = at("match_fields", maple)
    assert "wreak untold havoc" in said(alice.get(address))
    for changes in ({"barcode__source": "student.sis_id"}, {"change_identifiers": "on"}):
        refused = send(alice, address, **changes)
        assert refused.status_code == 200
        assert refused.context["form"].errors["confirm"]
        assert draft_of(maple.district, STUDENT) is None
    send(alice, address, barcode__source="student.sis_id", confirm="on", change_identifiers="on")
    kept = draft(maple)
    assert source(kept, "barcode") == "student.sis_id"
    assert kept.change_identifiers
    # What was confirmed once is not asked again when something else is changed.
    assert send(alice, address, city__source="none").status_code == 303
    assert send(alice, address, barcode__policy="only_when_created").status_code == 200


def test_B31_district_calls_the_community_id_what_it_likes(maple: Scene, alice: Client) -> None:
    rename_term(district=maple.district, field="community_id", label="Library card")
    assert "Library card" in said(alice.get(at("match_fields", maple)))
    assert "Barcode and Library card" in said(alice.get(at("settings", maple)))
    refused = send(alice, at("match_fields", maple), community_id__source="email")
    assert "Library card, Matching Clever Field: choose one of the list." in said(refused)


def test_C05_three_values_from_each_side(maple: Scene, alice: Client) -> None:
    rows = {r.key: r for r in alice.get(at("match_fields", maple)).context["rows"]}
    assert "None yet" in rows["email"].from_clever.why
    scenes_rules.mirror(maple.district, 40)
    rows = {r.key: r for r in alice.get(at("match_fields", maple)).context["rows"]}
    assert rows["sis_id"].from_clever.values == ("100001", "100002", "100003")
    assert len(rows["email"].here.values) == 3
    assert rows["email"].from_clever.why == "Blank in Clever for those looked at"
    assert rows["city"].here.values == ("Maple Ridge",)


def test_C05_samples_are_masked_for_whoever_may_not_see_them(
    maple: Scene, alice: Client, bob: Client
) -> None:
    scenes_rules.mirror(maple.district, 40)
    send(alice, at("match_fields", maple), weighted_gpa__source="student.weighted_gpa")
    olive = signed_in(scenes.OLIVE)
    address = at("match_fields", maple)
    secrets = ("100001", "student1@maple.example", "Garza")
    for client, personal, gpa in ((alice, True, True), (olive, True, False), (bob, False, False)):
        page = said(client.get(address)).replace("<wbr>", "")
        for secret in secrets:
            assert (secret in page) is personal
        assert (">3.8<" in page) is gpa
    sample = at("field_sample", maple) + "?field=weighted_gpa&weighted_gpa-source="
    assert "3.8" in said(alice.get(f"{sample}student.weighted_gpa"))
    assert "3.8" not in said(olive.get(f"{sample}student.weighted_gpa"))


def test_C05_sample_follows_the_choice_before_it_is_saved(maple: Scene, alice: Client) -> None:
    scenes_rules.mirror(maple.district, 40)
    sample = at("field_sample", maple) + "?field=barcode&barcode-source="
    assert "100001" in said(alice.get(f"{sample}student.sis_id"))
    assert "Not imported" in said(alice.get(f"{sample}none"))
    assert "Not imported" in said(alice.get(f"{sample}student.dob"))
    for wrong in ("?field=nothing", "?field=%00", "", "?field=clever_id"):
        assert alice.get(at("field_sample", maple) + wrong).status_code == 404


def test_settings_of_no_type_are_not_found(maple: Scene, alice: Client) -> None:
    for name in ("match_fields", "define_codes", "sync_settings", "field_sample"):
        assert alice.get(at(name, maple, "contact")).status_code == 404
    for name in ("publish_rules", "discard_rules"):
        assert alice.post(at(name, maple, "contact")).status_code == 404


def test_roles_read_or_edit_or_find_nothing(maple: Scene, alice: Client, bob: Client) -> None:
    lee, olive = signed_in(scenes.LEE), signed_in(scenes.OLIVE)
    pages = ["settings", "match_fields", "define_codes", "sync_settings"]
    sent = filled(alice, at("match_fields", maple)) | {"city-source": "none"}
    before = Ruleset.objects.count()
    for client, seen, done in ((bob, 200, 403), (olive, 200, 403), (lee, 404, 404)):
        assert {client.get(at(name, maple)).status_code for name in pages} == {seen}
        for name in ("match_fields", "define_codes", "sync_settings", "publish_rules", "automatic"):
            assert client.post(at(name, maple), sent).status_code == done
    assert Ruleset.objects.count() == before
    assert active(maple).version == 1
    assert alice.post(at("match_fields", maple), sent).status_code == 303
