"""Records made and changed by hand: what is offered, refused, warned of and kept."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Membership
from core.vocabulary import MemberRole
from schools import writer
from schools.models import District, FieldLock, LocalEdit, Person, PersonSite, School
from tests.locking import locked
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.people_setting import edited, fields_of, made, shown, told
from tests.pages.scenes import Scene

NEW = {"last_name": "Quill", "first_name": "Nora", "sis_id": "N-1", "birth_date": "2014-05-06"}


def site(scene: Scene, number: int = 0) -> str:
    return str(scene.schools[number].pk)


def test_B13_new_student_is_kept_with_site_and_other_sites(maple: Scene, alice: Client) -> None:
    answer = made(
        alice, "maple", **NEW, grade="4", site=site(maple), additional_sites=[site(maple, 3)]
    )
    assert told(alice, answer) == "The record was created."
    one = Person.objects.get(sis_id="N-1")
    assert (one.kind, one.roles, one.school, one.status) == (
        "student", ["student"], maple.schools[0], 1,
    )  # fmt: skip
    assert (str(one.birth_date), one.grade, one.clever_id) == ("2014-05-06", "4", None)
    assert [s.school for s in PersonSite.objects.filter(person=one)] == [maple.schools[3]]
    event = AuditEvent.objects.get(verb="person.created")
    assert (event.actor, event.subject) == (scenes.ALICE, f"person:{one.pk}")
    assert LocalEdit.objects.filter(person=one, edited_by=scenes.ALICE).count() == 2


@pytest.mark.parametrize("data_type", ["teacher", "staff"])
def test_B13_new_employee_has_the_fields_of_the_type(
    maple: Scene, alice: Client, data_type: str
) -> None:
    form = shown(alice, "person_new", "maple", type=data_type).context["form"]
    assert "grade" not in form.fields
    assert ("staff_id" in form.fields) == (data_type == "staff")
    told(alice, made(alice, "maple", data_type, last_name="Quill", site=site(maple)))
    assert Person.objects.get(last_name="Quill").roles == [data_type]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("last_name", " ", "Last name: a record needs one; write it."),
        ("birth_date", "2014-02-30", "Birth date: “2014-02-30” is not a day that exists;"),
        ("email", "nobody", "Email: “nobody” is not an e-mail address;"),
        ("class_year", "31", "Class year: “31” is not a year;"),
        ("weighted_gpa", "x", "Weighted GPA: “x” is not a number below 1000"),
        ("barcode", "1" * 16, "is longer than 15 characters; shorten it."),
        ("first_name", "n" * 70_000, "is longer than 255 characters; shorten it."),
        ("birth_date", "9" * 70_000, "is longer than 255 characters; shorten it."),
        ("grade", "99", "Level: choose one of the list."),
        ("sex", "<b>", "Sex: choose one of the list."),
        ("status", "77", "Status: choose one of the list."),
        ("status", "", "Status: choose one of the list."),
        ("site", "", "Site: choose one of the schools of the list."),
        ("site", "\x00", "Site: choose one of the schools of the list."),
        ("site", "999999999999999999999999", "Site: choose one of the schools of the list."),
        ("additional_sites", ["x"], "Other sites: choose one of the schools of the list."),
        ("first_name", "No\x00ra", "Null characters are not allowed."),
        ("revision", "x" * 99, ""),
        ("since", "9" * 400, ""),
    ],
)
def test_bad_value_is_a_sentence_at_its_field_and_nothing_typed_is_lost(
    maple: Scene, alice: Client, field: str, value: Any, said: str
) -> None:
    before = Person.objects.count()
    sent = {**NEW, "address": "1 <i>Elm</i> Street", "site": site(maple), field: value}
    answer = made(alice, "maple", **sent)
    if not said:
        assert answer.status_code in (200, 303)
        return
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Nothing was saved yet" in page
    assert any(said in error for error in answer.context["form"].errors[field])
    assert 'value="1 &lt;i&gt;Elm&lt;/i&gt; Street"' in page
    assert Person.objects.count() == before


def test_names_are_cleaned_and_escaped(maple: Scene, alice: Client) -> None:
    sent = {**NEW, "last_name": " <script>Ó\u202equill ", "site": site(maple), "extra": "x"}
    told(alice, made(alice, "maple", **sent))
    one = Person.objects.get(sis_id="N-1")
    assert one.last_name == "<script>Óquill"
    assert "<script>Ó" not in shown(alice, "person", "maple", one.pk).content.decode()


@pytest.mark.parametrize("alike", [{"sis_id": "n-1"}, {"birth_date": "2014-05-06"}])
def test_B13_somebody_alike_is_shown_before_a_second_record_is_made(
    maple: Scene, alice: Client, alike: dict[str, str]
) -> None:
    first = {**NEW, "site": site(maple)}
    told(alice, made(alice, "maple", **first))
    again = {**first, "sis_id": "N-2", "birth_date": "2015-05-06", **alike}
    if "sis_id" in alike:
        again["last_name"] = "Other"
    answer = made(alice, "maple", **again)
    page = answer.content.decode()
    one = Person.objects.get(sis_id="N-1")
    assert "A record like this one is here." in page
    assert reverse("person", args=["maple", one.pk]) in page
    assert ("the same SIS ID" if "sis_id" in alike else "the same name") in page
    assert Person.objects.filter(first_name="Nora").count() == 1
    told(alice, made(alice, "maple", **again, confirmed="1"))
    assert Person.objects.filter(first_name="Nora").count() == 2


def test_another_birth_date_and_another_district_are_no_likeness(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    far = School.objects.create(district=juniper.district, site_code="1", name="Far")
    told(alice, made(alice, "juniper", **NEW, site=str(far.pk)))
    told(alice, made(alice, "maple", **NEW, site=site(maple)))
    other = {**NEW, "sis_id": "N-2", "birth_date": "2013-01-02"}
    told(alice, made(alice, "maple", **other, site=site(maple)))
    answer = made(alice, "maple", **{**NEW, "last_name": "X", "sis_id": "x"}, site=str(far.pk))
    assert answer.context["form"].errors["site"]


def test_B13_deleted_double_is_offered_to_be_restored(maple: Scene, alice: Client) -> None:
    told(alice, made(alice, "maple", **NEW, site=site(maple)))
    gone = Person.objects.get(sis_id="N-1")
    writer.archive_people(district=maple.district, person_ids=[gone.pk])
    page = made(alice, "maple", **NEW, site=site(maple)).content.decode()
    assert "was deleted" in page
    assert "Restore it instead" in page


def test_B15_edit_says_what_clever_will_set_back(maple: Scene, alice: Client) -> None:
    one = maple.person
    form = shown(alice, "person_edit", "maple", one.pk).context["form"]
    assert form["first_name"].help_text == "Clever will set this back at the next sync."
    assert form["email"].help_text == "Locked: no sync writes this field."
    assert form["home_language"].help_text == ""
    said = told(alice, edited(alice, one, first_name="Ana", home_language="Spanish"))
    assert said == (
        "Saved: First name, Home language. Clever will set back at the next sync: First name."
    )
    one.refresh_from_db()
    assert (one.first_name, one.home_language, one.unsettled) == ("Ana", "Spanish", True)
    edit = LocalEdit.objects.get(person=one)
    assert (edit.edited_by, edit.after) == (
        scenes.ALICE, {"first_name": "Ana", "home_language": "Spanish"},
    )  # fmt: skip
    event = AuditEvent.objects.get(verb="person.edited")
    assert event.details == {"fields": ["first_name", "home_language"]}


def test_B15_nobody_unlinked_is_set_back(maple: Scene, alice: Client) -> None:
    loose = maple.district.people.filter(clever_id=None, kind="student").first()
    assert loose
    form = shown(alice, "person_edit", "maple", loose.pk).context["form"]
    assert not any("Clever" in bound.help_text for bound in form)
    assert "Clever will" not in told(alice, edited(alice, loose, first_name="Ana"))


def test_saving_without_a_change_writes_nothing(maple: Scene, alice: Client) -> None:
    one = maple.person
    assert told(alice, edited(alice, one)) == "Nothing was changed."
    assert Person.objects.get(pk=one.pk).revision == one.revision
    assert not LocalEdit.objects.exists()
    assert not AuditEvent.objects.filter(verb="person.edited").exists()


def test_value_beyond_our_lists_is_kept(maple: Scene, alice: Client) -> None:
    one = maple.person
    Person.objects.filter(pk=one.pk).update(grade="TK", sex="Nonbinary")
    told(alice, edited(alice, one, city="Elmton"))
    one.refresh_from_db()
    assert (one.grade, one.sex, one.city) == ("TK", "Nonbinary", "Elmton")


def test_second_of_two_editors_sees_what_changed_and_by_whom(maple: Scene, alice: Client) -> None:
    one, address = maple.person, reverse("person_edit", args=["maple", maple.person.pk])
    stale = fields_of(alice.get(address).context["form"])
    olive = signed_in(scenes.OLIVE)
    told(olive, edited(olive, one, city="Oliveton", grade="9"))
    answer = alice.post(address, {**stale, "city": "Aliceton", "title": "x"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Somebody changed this record while you were editing it." in page
    assert [event.actor for event in answer.context["events"]] == [scenes.OLIVE]
    assert "<ins>Oliveton</ins>" in page
    assert Person.objects.get(pk=one.pk).city == "Oliveton"
    again = fields_of(answer.context["form"])
    assert (again["city"], again["initial-city"], again["grade"]) == ("Aliceton", "Oliveton", "9")
    assert told(alice, alice.post(address, again)).startswith("Saved: City.")
    one.refresh_from_db()
    assert (one.city, one.grade) == ("Aliceton", "9"), "what only Olive changed stays"


def test_lock_meanwhile_is_said_too(maple: Scene, alice: Client) -> None:
    address = reverse("person_edit", args=["maple", maple.person.pk])
    stale = fields_of(alice.get(address).context["form"])
    locked(maple.person, "city", by=scenes.OLIVE)
    page = alice.post(address, {**stale, "city": "Aliceton"}).content.decode()
    assert "Locked" in page and "Agreed with the family" in page


def test_double_click_makes_one_record(maple: Scene, alice: Client) -> None:
    address = f"{reverse('person_new', args=['maple'])}?type=student"
    sent = {**fields_of(alice.get(address).context["form"]), **NEW, "site": site(maple)}
    assert [alice.post(address, sent).status_code for _ in range(2)] == [303, 200]
    assert Person.objects.filter(sis_id="N-1").count() == 1


def test_A02_librarian_edits_and_makes_people_of_own_schools_only(maple: Scene) -> None:
    lee, own, far = signed_in(scenes.LEE), maple.schools[0], maple.schools[5]
    here = maple.district.people.filter(school=own, kind="student").first()
    elsewhere = maple.district.people.filter(school=far, kind="student").first()
    assert here
    assert elsewhere
    assert lee.get(reverse("person_edit", args=["maple", elsewhere.pk])).status_code == 404
    assert lee.post(reverse("person_edit", args=["maple", elsewhere.pk])).status_code == 404
    PersonSite.objects.create(person=here, school=far)
    form = shown(lee, "person_edit", "maple", here.pk).context["form"]
    assert [int(pk) for pk, _ in form.fields["site"].choices if pk] == [own.pk]
    for moved in ({"site": str(far.pk)}, {"additional_sites": [str(far.pk)]}):
        answer = edited(lee, here, **moved)
        assert "choose one of the schools of the list" in answer.content.decode()
    told(lee, edited(lee, here, city="Elmton"))
    here.refresh_from_db()
    assert (here.city, here.school) == ("Elmton", own)
    assert [s.school for s in here.sites.all()] == [far], "unseen other sites stay"
    assert made(lee, "maple", **NEW, site=str(far.pk)).status_code == 200
    told(lee, made(lee, "maple", **NEW, site=str(own.pk)))
    assert Person.objects.get(sis_id="N-1").school == own


def test_A02_librarian_learns_no_name_from_a_likeness(maple: Scene) -> None:
    lee, own = signed_in(scenes.LEE), maple.schools[0]
    far = maple.district.people.filter(school=maple.schools[5], kind="student").first()
    assert far
    page = made(lee, "maple", last_name="Quill", sis_id=far.sis_id, site=str(own.pk))
    text = page.content.decode()
    assert "Somebody at another school, with the same SIS ID." in text
    assert far.last_name not in text
    assert f"/people/{far.pk}/" not in text


def test_A02_librarian_does_not_move_whom_another_school_shares(maple: Scene) -> None:
    lee = signed_in(scenes.LEE)
    guest = maple.district.people.filter(school=maple.schools[5], kind="student").first()
    assert guest
    PersonSite.objects.create(person=guest, school=maple.schools[0])
    answer = shown(lee, "person_edit", "maple", guest.pk)
    assert "site" not in answer.context["form"].fields
    assert "is not one of your schools" in answer.content.decode()
    told(lee, edited(lee, guest, site=str(maple.schools[0].pk), city="Elmton"))
    guest.refresh_from_db()
    assert (guest.school, guest.city) == (maple.schools[5], "Elmton")


def test_only_who_sees_the_gpa_writes_it(maple: Scene, alice: Client) -> None:
    olive, one = signed_in(scenes.OLIVE), maple.person
    assert "weighted_gpa" in shown(alice, "person_edit", "maple", one.pk).context["form"].fields
    assert "weighted_gpa" not in shown(olive, "person_edit", "maple", one.pk).context["form"].fields
    edited(olive, one, weighted_gpa="4.0")
    assert Person.objects.get(pk=one.pk).weighted_gpa is None


@pytest.mark.parametrize("name", ["person_new", "person_edit"])
def test_viewer_is_refused_and_stranger_finds_nothing(
    maple: Scene, bob: Client, charlie: Client, client: Client, name: str
) -> None:
    number = [maple.person.pk] if name == "person_edit" else []
    address = reverse(name, args=["maple", *number])
    for ask in ("get", "post"):
        assert getattr(bob, ask)(address).status_code == 403
        assert getattr(charlie, ask)(address).status_code == 404
        assert getattr(client, ask)(address).status_code == 302
    assert not LocalEdit.objects.exists()


def test_H14_role_withdrawn_in_another_tab_counts_at_once(maple: Scene, alice: Client) -> None:
    one = maple.person
    olive, address = signed_in(scenes.OLIVE), reverse("person_edit", args=["maple", one.pk])
    sent = fields_of(olive.get(address).context["form"])
    Membership.objects.filter(user__email=scenes.OLIVE).update(role=MemberRole.VIEWER)
    assert olive.post(address, {**sent, "city": "Oliveton"}).status_code == 403
    assert Person.objects.get(pk=one.pk).city == one.city


def test_other_districts_people_are_not_found(maple: Scene, juniper: Scene, alice: Client) -> None:
    address = reverse("person_edit", args=["juniper", maple.person.pk])
    assert alice.get(address).status_code == 404
    assert alice.post(address, {"last_name": "x"}).status_code == 404


def test_C11_person_page_says_who_owns_each_field(maple: Scene, alice: Client) -> None:
    one, done = maple.person, maple.runs["done"]
    FieldLock.objects.create(
        district=maple.district, person=one, field="city", until="2020-01-01T00:00Z"
    )
    told(alice, edited(alice, one, first_name="Ana", home_language="Spanish"))
    answer = shown(alice, "person", "maple", one.pk)
    facts = {fact.label: fact.owner for _, facts in answer.context["groups"] for fact in facts}
    assert (facts["Level"].kind, facts["Level"].written.run) == ("clever", done.pk)
    assert facts["Email"].kind == "locked"
    assert facts["City"].kind == "clever", "a lock that is over locks nothing"
    assert (facts["First name"].kind, facts["First name"].set_back) == ("clever", True)
    assert (facts["Home language"].kind, facts["Home language"].written.by) == (
        "here", scenes.ALICE,
    )  # fmt: skip
    text = answer.content.decode()
    assert f'<a href="/d/maple/operations/{done.pk}/">run #{done.pk}</a>' in text
    assert "edited here, Clever sets it back at the next sync" in text


def test_C11_owner_follows_the_policy_and_the_link(maple: Scene, alice: Client) -> None:
    one = maple.person

    def owner(label: str) -> Any:
        groups = shown(alice, "person", "maple", one.pk).context["groups"]
        return next(f.owner for _, facts in groups for f in facts if f.label == label)

    rules = maple.district.rulesets.get(data_type="student", state="active").field_rules
    for policy, kind in (("fill_when_blank", "here"), ("do_not_import", "here")):
        rules.filter(field="city").update(policy=policy)
        assert owner("City").kind == kind
    rules.filter(field="city").update(policy="clever_decides")
    assert owner("City").kind == "clever"
    ruleset = maple.district.rulesets.filter(data_type="student", state="active")
    ruleset.update(import_rule="add_only")
    assert owner("City").kind == "here"
    ruleset.update(import_rule="add_and_update")
    Person.objects.filter(pk=one.pk).update(clever_id=None)
    assert owner("City").kind == "here"


GOLDEN = {"person_new": 6, "person_edit": 16}


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_golden_number_of_queries(maple: Scene, alice: Client, name: str) -> None:
    more = District.objects.get(slug="maple")
    School.objects.bulk_create(
        School(district=more, site_code=f"X{n}", name=f"School {n}") for n in range(40)
    )
    number = [maple.person.pk] if name == "person_edit" else []
    with CaptureQueriesContext(connection) as queries:
        alice.get(reverse(name, args=["maple", *number]))
    assert len(queries) == GOLDEN[name]
