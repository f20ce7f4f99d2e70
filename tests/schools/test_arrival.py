"""How records arrive today: one answer at a time, and nothing that was switched off is lost."""

from typing import Any

import pytest

from core.problems import ConsoleError
from core.vocabulary import SourceSystem
from schools.arrival import Arrival, answer_arrival, arrival_of, picture_type
from schools.models import District, ExternalIdentity, Person, RosterSource

pytestmark = pytest.mark.django_db

NONE, POWERSCHOOL, SIF, FILES = (
    SourceSystem.NONE,
    SourceSystem.POWERSCHOOL,
    SourceSystem.SIF,
    SourceSystem.FILES,
)


@pytest.fixture
def ridge(db: None) -> District:
    return District.objects.create(slug="ridge", name="Ridge", time_zone="UTC")


def answer(district: District, system: SourceSystem, **more: Any) -> RosterSource:
    return answer_arrival(
        district=district, answer=Arrival(system, **more), by="alice@ridge.example"
    )


def rows(district: District) -> dict[str, str]:
    found = RosterSource.objects.filter(district=district)
    return dict(found.values_list("system", "state"))


def test_A46_what_delivers_is_on_and_not_at_all_is_off(ridge: District) -> None:
    assert arrival_of(ridge) is None
    assert answer(ridge, NONE).state == "off"
    assert answer(ridge, FILES).state == "on"
    assert answer(ridge, POWERSCHOOL).state == "on"
    assert rows(ridge) == {"powerschool": "on"}
    found = arrival_of(ridge)
    assert found
    assert (found.system, found.student_id_field) == ("powerschool", "sis_id")


def test_an_answer_that_was_wrong_is_put_right(ridge: District) -> None:
    answer(ridge, POWERSCHOOL, old_mapping="by mistake")
    answer(ridge, SIF, student_id_field="student_number")
    assert rows(ridge) == {"sif": "on"}
    answer(ridge, NONE)
    assert rows(ridge) == {"none": "off"}
    assert arrival_of(ridge).student_id_field == ""  # type: ignore[union-attr]


def test_A11_a_source_that_was_switched_off_is_remembered_and_stays_off(ridge: District) -> None:
    answer(ridge, POWERSCHOOL, student_id_field="student_number")
    RosterSource.objects.update(state="off")
    answer(ridge, FILES)
    assert rows(ridge) == {"powerschool": "off", "files": "on"}
    assert answer(ridge, POWERSCHOOL, old_mapping="now known").state == "off"
    assert rows(ridge) == {"powerschool": "off"}


def test_B48_a_source_with_identifiers_cannot_be_answered_away(ridge: District) -> None:
    answer(ridge, SIF)
    person = Person.objects.create(district=ridge, kind="student", roles=[], last_name="Sato")
    identity = ExternalIdentity.objects.create(
        district=ridge, person=person, system="sif", external_id="7"
    )
    with pytest.raises(ConsoleError, match="SIF has left identifiers of 1 people here"):
        answer(ridge, NONE)
    assert rows(ridge) == {"sif": "on"}
    identity.delete()
    answer(ridge, NONE)
    assert rows(ridge) == {"none": "off"}


def test_A14_another_student_id_needs_another_confirmation(ridge: District) -> None:
    answer(ridge, SIF)
    RosterSource.objects.update(verified_source="student.sis_id", verified_by="a")
    assert answer(ridge, SIF, old_mapping="more").verified_source == "student.sis_id"
    assert answer(ridge, SIF, student_id_field="barcode").verified_source == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"student_id_field": "last_name"},
        {"old_mapping": "x" * 20_001},
        {"picture": b"x" * (2 * 1024 * 1024 + 1)},
        {"picture": b"no picture"},
    ],
)
def test_what_cannot_be_is_refused(ridge: District, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConsoleError):
        answer(ridge, SIF, **wrong)
    assert rows(ridge) == {}


def test_districts_are_apart(ridge: District) -> None:
    other = District.objects.create(slug="other", name="Other", time_zone="UTC")
    answer(other, POWERSCHOOL)
    answer(ridge, NONE)
    assert rows(other) == {"powerschool": "on"}


def test_pictures_are_known_by_their_content() -> None:
    assert picture_type(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR...") == "image/png"
    assert picture_type(b"\xff\xd8\xff\xe0....") == "image/jpeg"
    assert picture_type(b"RIFF\0\0\0\0WEBPVP8 ") == "image/webp"
    for other in (b"", b"\x89PNG", b"RIFF\0\0\0\0WAVE", b"GIF89a", b"<svg/>"):
        assert picture_type(other) == ""
