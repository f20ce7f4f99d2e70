"""unlink_person and merge_people: they say what would change, and do it when told to (C15)."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.command import operator
from imports.models import IdentityChange
from schools.digest import state_digest
from schools.models import District, FieldLock, Person
from tests.imports_alerts.setting import district, mirrored, person, school

pytestmark = pytest.mark.django_db


@pytest.fixture
def maple() -> District:
    return district()


@pytest.fixture
def linked(maple: District) -> Person:
    mirrored(maple, "c1")
    at = school(maple, 1)
    return person(maple, clever_id="c1", sis_id="100", grade="5", school=at, email=None)


@pytest.fixture
def double(maple: District) -> Person:
    """The same person once more, written down by hand, with a lock."""
    one = person(maple, "Garcia-Lopez", grade="6", school=school(maple, 2), email="m@x.example")
    FieldLock.objects.create(district=maple, person=one, field="grade", reason="Skips")
    return one


def said(name: str, *words: object) -> str:
    out = StringIO()
    call_command(name, "maple", *map(str, words), stdout=out)
    return out.getvalue()


def document(name: str, *words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(name, *words, "--json"))
    return found


def test_C15_unlink_person_shows_first_and_unlinks_when_told_to(
    maple: District, linked: Person
) -> None:
    before = state_digest(maple)
    shown = said("unlink_person", linked.pk)
    assert f"record {linked.pk} " in shown and "Clever ID c1" in shown
    assert "Clever shares this person now" in shown and "Nothing was done." in shown
    looked = document("unlink_person", linked.pk)
    assert (looked["clever_id"], looked["shared"], looked["done"]) == ("c1", True, False)
    assert state_digest(maple) == before, "looking changes nothing"
    assert said("unlink_person", linked.pk, "--do").startswith("Unlinked: record")
    linked.refresh_from_db()
    assert (linked.clever_id, linked.former_clever_id) == (None, "c1")
    change = IdentityChange.objects.get()
    assert (change.kind, change.done_by) == ("unlink", operator())
    with pytest.raises(CommandError, match="not linked to Clever"):
        said("unlink_person", linked.pk, "--do")


def test_C15_merge_people_shows_first_and_merges_when_told_to(
    maple: District, linked: Person, double: Person
) -> None:
    before = state_digest(maple)
    shown = said("merge_people", linked.pk, double.pk, "--take", "grade")
    assert "To be merged: record" in shown and "linked to Clever ID c1" in shown
    assert "Level: 5 -> 6" in shown and "Email: - -> m@x.example" in shown
    assert "do not come along: 1." in shown and "Nothing was done." in shown
    looked = document("merge_people", linked.pk, double.pk)
    assert (looked["record"], looked["archived"], looked["done"]) == (linked.pk, double.pk, False)
    assert [c["field"] for c in looked["changes"]] == ["email"], "what is blank here is filled"
    assert state_digest(maple) == before, "looking changes nothing"
    done = document("merge_people", linked.pk, double.pk, "--take", "grade", "--do")
    assert done["done"] is True
    linked.refresh_from_db()
    double.refresh_from_db()
    assert (linked.grade, linked.email, linked.clever_id) == ("6", "m@x.example", "c1")
    assert double.archived_at is not None and double.merged_into == linked
    assert IdentityChange.objects.get().done_by == operator()
    with pytest.raises(CommandError, match=f"There is no record {double.pk} in maple"):
        said("merge_people", linked.pk, double.pk, "--do")


def test_C15_what_cannot_be_merged_is_refused_and_nothing_is_done(
    maple: District, linked: Person, double: Person
) -> None:
    mirrored(maple, "c2")
    both = person(maple, clever_id="c2")
    teacher = person(maple, kind="employee", roles=["teacher"])
    stranger = person(district("oak"))
    before = state_digest(maple)
    assert "Clever shares these two as two people" in said("merge_people", linked.pk, both.pk)
    for words, sentence in (
        ((linked.pk, both.pk), "Clever shares these two as two people"),
        ((linked.pk, linked.pk), "the same record"),
        ((linked.pk, teacher.pk), "never share one record"),
        ((linked.pk, stranger.pk), f"There is no record {stranger.pk} in maple"),
        ((linked.pk, double.pk, "--take", "shoe"), 'no field "shoe"'),
    ):
        with pytest.raises(CommandError, match=sentence):
            said("merge_people", *words, "--do")
    assert state_digest(maple) == before
    assert not IdentityChange.objects.exists()
