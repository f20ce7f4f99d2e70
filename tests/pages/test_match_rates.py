"""Match rates and the student ID, on a district like Harbor Point (A11 to A14, C04)."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from core.problems import ConsoleError
from core.vocabulary import DataType
from imports.models import Schedule
from mappings.actions import publish, save_draft
from mappings.models import SchoolLeftOut
from mappings.queries import active_specs, student_id_of
from mappings.spec import FieldSpec, RulesetSpec
from mappings.student_id import warning
from schools.models import District, Person, RosterSource
from tests.pages import scenes
from tests.pages.scenes import Scene
from tests.pages.scenes_sources import from_powerschool, mirror

STUDENT = DataType.STUDENT


@pytest.fixture
def harbor(maple: Scene) -> Scene:
    """PowerSchool is on, SIS IDs are shifted: what is called SIS ID here is the student number."""
    from_powerschool(maple.district)
    mirror(maple.district, shifted=True)
    Person.objects.filter(district=maple.district, status=4).update(status=1)
    Schedule.objects.filter(district=maple.district).update(first_import_at=None)
    return maple


def rates(client: Client, slug: str = "maple", data_type: str = "student") -> str:
    answer = client.get(reverse("match_rates", args=[slug]), {"type": data_type})
    assert answer.status_code == 200
    return answer.content.decode()


def mapped(district: District, source: str) -> RulesetSpec:
    """The published rules with another Clever field for the SIS ID."""
    (spec,) = active_specs(district, [STUDENT])
    fields = tuple(
        FieldSpec("sis_id", source) if rule.field == "sis_id" else rule for rule in spec.fields
    )
    return replace(spec, fields=fields)


def test_C04_shifted_columns_are_told_at_once_with_what_to_change(
    harbor: Scene, alice: Client
) -> None:
    page = " ".join(rates(alice).split())
    assert "SIS ID: 0 %; Student number: 100 %" in page
    assert "Your records hold Clever&#x27;s Student number in SIS ID." in page
    assert "choose Student number for SIS ID" in page
    assert "would recognise 0 of the 60 students" in page
    assert "Start Import is blocked until this is dealt with" in page
    Schedule.objects.update(first_import_at="2026-01-01T00:00:00Z")
    assert "Start Import is blocked" not in rates(alice)
    assert "60 match,<br>60 the same person" in page


def test_A14_ten_real_people_are_compared_and_confirmed(harbor: Scene, alice: Client) -> None:
    district = harbor.district
    assert "0 of 10 agree" in rates(alice)
    assert "Most of these people differ" in rates(alice)
    publish(district=district, spec=mapped(district, "student.student_number"), by="a")
    page = rates(alice)
    assert "10 of 10 agree" in page
    assert "Most of these people differ" not in page
    assert "will be scrambled" in page
    address = reverse("confirm_student_id", args=["maple"])
    unticked = alice.post(address, {"source": "student.student_number"})
    assert "Tick the box when you have compared" in unticked.content.decode()
    assert RosterSource.objects.get().verified_source == ""
    done = alice.post(
        address, {"source": "student.student_number", "compared": "on"}, follow=True
    ).content.decode()
    assert "The student ID is verified." in done
    kept = RosterSource.objects.get()
    assert (kept.verified_source, kept.verified_by) == ("student.student_number", scenes.ALICE)
    assert kept.verified_at
    assert "Verified" in rates(alice)


@pytest.mark.parametrize(
    "source", ["", "student.sis_id\x00", "student.state_id", "x" * 200, "<b>", "student.sis_id "]
)
def test_A14_only_the_present_source_is_confirmed(
    harbor: Scene, alice: Client, source: str
) -> None:
    publish(
        district=harbor.district, spec=mapped(harbor.district, "student.student_number"), by="a"
    )
    answer = alice.post(
        reverse("confirm_student_id", args=["maple"]), {"source": source, "compared": "on"}
    )
    assert answer.status_code in (200, 303)
    assert RosterSource.objects.get().verified_source == ""


def test_A14_another_source_voids_the_confirmation(harbor: Scene, alice: Client) -> None:
    RosterSource.objects.update(verified_source="student.sis_id")
    (spec,) = active_specs(harbor.district, [STUDENT])
    assert student_id_of(harbor.district, spec).confirmed
    moved = mapped(harbor.district, "student.student_number")
    assert not student_id_of(harbor.district, moved).confirmed


def test_A11_A12_another_field_than_before_warns_with_force_wherever_it_matters(
    harbor: Scene, alice: Client
) -> None:
    district = harbor.district
    (spec,) = active_specs(district, [STUDENT])
    assert warning(district, spec) == ""
    moved = mapped(district, "student.student_number")
    save_draft(district=district, spec=moved, by="a")
    SchoolLeftOut.objects.create(district=district, school=harbor.schools[-1])
    fields = alice.get(reverse("match_fields", args=["maple", "student"])).content.decode()
    assert "student data will be scrambled" in fields
    said = warning(district, moved)
    assert "kept the student ID in SIS ID, which is now filled from Student number" in said
    assert "student data will be scrambled" in said
    publish(district=district, spec=moved, by="a")
    assert "student data will be scrambled" in rates(alice)
    summary = alice.get(reverse("import_summary", args=["maple"])).content.decode()
    assert "student data will be scrambled" in summary
    RosterSource.objects.update(verified_source="student.student_number")
    assert warning(district, moved) == ""


def test_A13_neither_id_can_be_left_out_even_while_migrating(harbor: Scene) -> None:
    with pytest.raises(ConsoleError, match="SIS ID is used to identify people"):
        publish(district=harbor.district, spec=mapped(harbor.district, ""), by="a")


def test_a_confirmation_needs_an_answer_how_records_arrive(maple: Scene, alice: Client) -> None:
    mirror(maple.district, shifted=False)
    answer = alice.post(
        reverse("confirm_student_id", args=["maple"]),
        {"source": "student.sis_id", "compared": "on"},
        follow=True,
    )
    assert "Say first how records arrive today" in answer.content.decode()


def test_before_clever_was_read_a_test_is_offered_right_there(
    juniper: Scene, alice: Client
) -> None:
    page = rates(alice, "juniper")
    assert "Clever has not been read yet" in page
    assert reverse("test_import", args=["juniper"]) in page


def test_B05_people_are_compared_by_those_who_may_see_them(harbor: Scene, bob: Client) -> None:
    page = rates(bob)
    assert "SIS ID: 0 %" in page
    for name in Person.objects.filter(district=harbor.district).values_list("last_name", flat=True):
        assert f"{name}<" not in page
    assert bob.post(reverse("confirm_student_id", args=["maple"])).status_code == 403
    assert "nobody" not in rates(bob, data_type="nonsense\x00").lower()
