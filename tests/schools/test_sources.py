"""Other sources: never two exclusive ones at once, and what one left behind can be brought back."""

import pytest

from core.problems import ConsoleError
from core.vocabulary import EXCLUSIVE_SOURCES, SourceState, SourceSystem
from schools.models import District, ExternalIdentity, Person, RosterSource
from schools.source_export import identifiers_in, restore_export, settings_in, take_export
from schools.sources import (
    clear_identifiers,
    exclusive_on,
    identifiers_of,
    name_of,
    old_source,
    set_source_state,
)

pytestmark = pytest.mark.django_db
BY = "avery@maple.example"


@pytest.fixture
def elm() -> District:
    return District.objects.create(slug="elm", name="Elm", time_zone="America/Denver")


def source(district: District, system: str, **more: object) -> RosterSource:
    return RosterSource.objects.create(district=district, system=system, **more)


def people(district: District, count: int, **more: object) -> list[Person]:
    rows = [
        Person(district=district, kind="student", roles=["student"], last_name=f"Lee {n}", **more)
        for n in range(count)
    ]
    return Person.objects.bulk_create(rows)


def identified(district: District, system: str, count: int) -> list[Person]:
    made = people(district, count)
    ExternalIdentity.objects.bulk_create(
        ExternalIdentity(
            district=district, person=person, system=system, external_id=f"{system}-{n} é"
        )
        for n, person in enumerate(made)
    )
    return made


def test_A46_two_exclusive_sources_are_never_on_at_once(elm: District) -> None:
    source(elm, "powerschool")
    source(elm, "sif", state="off")
    with pytest.raises(ConsoleError, match="PowerSchool SIS and SIF cannot both be on"):
        set_source_state(district=elm, system="sif", on=True)
    assert exclusive_on(elm) == ["powerschool"]
    assert set_source_state(district=elm, system="powerschool", on=False)
    assert set_source_state(district=elm, system="sif", on=True)
    assert exclusive_on(elm) == ["sif"]


def test_files_coexist_and_not_at_all_is_no_source(elm: District) -> None:
    source(elm, "files")
    source(elm, "none", state="off")
    source(elm, "sif")
    assert exclusive_on(elm) == ["sif"]
    assert not set_source_state(district=elm, system="files", on=True)
    for system in ("none", "powerschool", "nonsense"):
        with pytest.raises(ConsoleError, match="is no source of this district"):
            set_source_state(district=elm, system=system, on=True)


def test_only_exclusive_sources_are_what_a_district_comes_from(elm: District) -> None:
    for system in SourceSystem:
        source(elm, system)
        if system in EXCLUSIVE_SOURCES:
            old = old_source(elm)
            assert old
            assert old.system == system
    assert old_source(District(pk=0)) is None
    assert [name_of(system) for system in EXCLUSIVE_SOURCES] == [
        "PowerSchool SIS", "SIF", "older Clever integration",
    ]  # fmt: skip


def test_B48_identifiers_of_one_system_are_cleared_in_one_statement(
    elm: District, django_assert_num_queries: object
) -> None:
    identified(elm, "sif", 5)
    identified(elm, "powerschool", 3)
    other = District.objects.create(slug="oak", name="Oak", time_zone="America/Denver")
    identified(other, "sif", 2)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert clear_identifiers(district=elm, system="sif") == 5
    assert identifiers_of(elm, "sif").count() == 0
    assert identifiers_of(elm, "powerschool").count() == 3
    assert identifiers_of(other, "sif").count() == 2
    assert Person.objects.count() == 10


def test_A15_an_export_brings_everything_back_exactly_and_names_who_is_gone(elm: District) -> None:
    made = identified(elm, "sif", 12)
    old = source(
        elm, "sif", student_id_field="student_number", old_mapping="Student ID -> número",
        old_picture=b"\x89PNG\x00picture", old_picture_type="image/png",
    )  # fmt: skip
    before = list(identifiers_of(elm, "sif"))
    kept = take_export(source=old, by=BY)
    assert kept.identifiers == 12
    assert list(identifiers_in(kept)) == before
    clear_identifiers(district=elm, system="sif")
    ExternalIdentity.objects.create(
        district=elm, person=made[0], system="sif", external_id="came since"
    )
    RosterSource.objects.update(old_mapping="", old_picture=None, student_id_field="sis_id")
    Person.objects.filter(pk=made[3].pk).delete()
    kept.refresh_from_db()

    restored = restore_export(export=kept, by=BY)

    assert (restored.brought, restored.gone) == (11, 1)
    assert list(identifiers_of(elm, "sif")) == [r for r in before if r[0] != made[3].pk]
    old.refresh_from_db()
    assert (old.student_id_field, old.old_mapping) == ("student_number", "Student ID -> número")
    assert bytes(old.old_picture or b"") == b"\x89PNG\x00picture"
    kept.refresh_from_db()
    assert (kept.restored_by, bool(kept.restored_at)) == (BY, True)


def test_restoring_does_not_switch_on_and_makes_nobody_of_another_district(elm: District) -> None:
    made = identified(elm, "sif", 2)
    kept = take_export(source=source(elm, "sif"), by=BY)
    RosterSource.objects.all().delete()
    ExternalIdentity.objects.all().delete()
    oak = District.objects.create(slug="oak", name="Oak", time_zone="America/Denver")
    Person.objects.filter(pk=made[0].pk).update(district=oak)
    restored = restore_export(export=kept, by=BY)
    assert (restored.brought, restored.gone) == (1, 1)
    assert RosterSource.objects.get(district=elm).state == SourceState.OFF


def test_ids_of_an_older_clever_integration_stay_for_the_first_import(elm: District) -> None:
    made = people(elm, 3)
    for number, person in enumerate(made):
        Person.objects.filter(pk=person.pk).update(legacy_id=f"{number:024x}")
    kept = take_export(source=source(elm, "legacy_clever"), by=BY)
    assert settings_in(kept)["system"] == "legacy_clever"
    assert clear_identifiers(district=elm, system="legacy_clever") == 0
    assert Person.objects.filter(legacy_id__isnull=False).count() == 3
    Person.objects.filter(pk=made[1].pk).update(legacy_id=None)
    Person.objects.filter(pk=made[2].pk).delete()
    restored = restore_export(export=kept, by=BY)
    assert (restored.brought, restored.gone) == (2, 1)
    back = Person.objects.get(pk=made[1].pk)
    assert (back.legacy_id, back.revision, back.unsettled) == (f"{1:024x}", 2, True)
    assert Person.objects.get(pk=made[0].pk).revision == 1
