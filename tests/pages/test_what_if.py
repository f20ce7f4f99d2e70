"""The what-if page (C03)."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clever_sync.models import MirrorObject, Pull
from core.vocabulary import DataType, ImportRule, RunMode, RunState
from imports import driver
from imports.models import Run, WhatIf
from mappings.actions import publish, save_draft
from mappings.models import SchoolMatch, SchoolMatchDraft
from mappings.queries import active_ruleset, spec_of
from mappings.spec import FieldSpec
from schools.models import Person
from tests.pages import scenes
from tests.pages.scenes import ALICE, Scene

STUDENT = DataType.STUDENT
GOLDEN = 15
# Of sixty students one is not linked, and those of one school are out of scope.
PEOPLE = 54


def address(scene: Scene, data_type: str = "student", name: str = "what_if") -> str:
    return reverse(name, args=[scene.slug, data_type])


def read_clever(scene: Scene) -> None:
    """As if the last pull had met everybody, with a state ID each."""
    schools: dict[int | None, str] = dict(
        SchoolMatch.objects.filter(district=scene.district).values_list(
            "school_id", "clever_school_id"
        )
    )
    people = Person.objects.filter(district=scene.district, kind="student").exclude(clever_id=None)
    tie = scene.district.connection
    pull = Pull.objects.get(connection=tie)
    MirrorObject.objects.bulk_create(
        MirrorObject(
            connection=tie,
            type="user",
            clever_id=str(one.clever_id),
            roles=["student"],
            raw_hash=b"0" * 16,
            content_hash=b"0" * 16,
            changed_in=pull,
            payload={
                "name.first": one.first_name,
                "name.last": one.last_name,
                "student.sis_id": one.sis_id,
                "student.state_id": f"ST{one.pk}",
                "student.school": schools.get(one.school_id or 0, "f" * 24),
            },
        )
        for one in people
    )


def drafted(scene: Scene, field: str = "community_id", source: str = "student.state_id") -> None:
    active = active_ruleset(scene.district, STUDENT)
    assert active
    spec = spec_of(active)
    kept = tuple(rule for rule in spec.fields if rule.field != field)
    spec = replace(spec, fields=(*kept, FieldSpec(field, source)))
    save_draft(district=scene.district, spec=spec, by=ALICE)


def worked_out(scene: Scene, client: Client, **given: str) -> str:
    assert client.post(address(scene), given).status_code == 303
    run = Run.objects.get(district=scene.district, mode=RunMode.WHAT_IF, state=RunState.QUEUED)
    waiting = client.get(address(scene)).content.decode()
    assert "It goes on when you leave this page" in waiting
    assert "<progress" in client.get(address(scene, name="what_if_live")).content.decode()
    # In the transaction of a test the run's time has not come yet.
    Run.objects.filter(pk=run.pk).update(next_attempt_at="2020-01-01T00:00:00Z")
    driver.advance_run(run.pk)
    assert client.get(address(scene, name="what_if_live"))["HX-Refresh"] == "true"
    return client.get(address(scene)).content.decode()


@pytest.fixture
def read(maple: Scene) -> Scene:
    read_clever(maple)
    return maple


def test_C03_page_tells_fields_people_schools_and_examples(read: Scene, alice: Client) -> None:
    drafted(read)
    assert "Show what would change" in alice.get(address(read)).content.decode()
    page = worked_out(read, alice)
    found = WhatIf.objects.get()
    people = found.summary["people"]
    assert people == PEOPLE and f"makes a difference for {people} people" in page
    assert f"Community ID: {people} people" in page
    assert "<del>blank</del> → <ins>ST" in page
    assert "Maple Ridge High (S02)" in page
    assert "Start Import" not in page


def test_C03_viewer_sees_figures_without_names(read: Scene, alice: Client, bob: Client) -> None:
    drafted(read)
    worked_out(read, alice)
    page = bob.get(address(read)).content.decode()
    assert f"Community ID: {PEOPLE} people" in page
    assert "<ins>•••</ins>" in page and "ST1" not in page
    assert bob.post(address(read)).status_code == 403


def test_C03_a_draft_that_changed_asks_for_new_figures(read: Scene, alice: Client) -> None:
    drafted(read)
    worked_out(read, alice)
    drafted(read, "barcode")
    page = alice.get(address(read)).content.decode()
    assert "were changed since these figures were made" in page
    assert f"Community ID: {PEOPLE} people" not in page
    assert f"Barcode: {PEOPLE} people" in worked_out(read, alice)
    active = active_ruleset(read.district, STUDENT)
    assert active
    publish(
        district=read.district,
        spec=replace(spec_of(active), import_rule=ImportRule.ADD_ONLY),
        by=ALICE,
    )
    assert f"Barcode: {PEOPLE} people" not in alice.get(address(read)).content.decode()


def test_C03_without_a_draft_or_a_pull_the_page_says_what_comes_first(
    juniper: Scene, read: Scene, alice: Client
) -> None:
    assert "There is no draft" in alice.get(address(read)).content.decode()
    refused = alice.post(address(read), follow=True).content.decode()
    assert "There is no draft whose effect could be shown." in refused
    drafted(read)
    Pull.objects.all().delete()
    assert "it reads Clever and changes no record" in alice.get(address(read)).content.decode()
    assert "it reads Clever and changes no record" in (
        alice.post(address(read), follow=True).content.decode()
    )
    assert not Run.objects.filter(mode=RunMode.WHAT_IF).exists()
    assert alice.get(address(juniper)).status_code == 200


def test_C03_school_matches_that_are_not_saved_can_be_supposed(read: Scene, alice: Client) -> None:
    first, second = SchoolMatch.objects.filter(district=read.district).order_by("pk")[:2]
    answers = {first.clever_school_id: second.school_id, second.clever_school_id: first.school_id}
    SchoolMatchDraft.objects.create(district=read.district, answers=answers, chosen_by=ALICE)
    assert "School matches that are not saved" in alice.get(address(read)).content.decode()
    page = worked_out(read, alice, schools="on")
    assert "Site: 10 people" in page and "A school would be empty" in page


def test_C03_another_run_is_said(read: Scene, alice: Client) -> None:
    drafted(read)
    run = scenes.running_now(read.district)
    page = alice.get(address(read)).content.decode()
    assert f"Run #{run.pk}</a> is on. It keeps the settings that it began with" in page
    refused = alice.post(address(read), follow=True).content.decode()
    assert f"Run #{run.pk} is on. What would change can be worked out" in refused


def test_C03_strangers_and_unknown_types_find_nothing(
    maple: Scene, alice: Client, charlie: Client
) -> None:
    for name in ("what_if", "what_if_live"):
        assert charlie.get(address(maple, name=name)).status_code == 404
        assert alice.get(address(maple, "parents", name)).status_code == 404


def test_what_ifs_stand_in_operations_without_their_other_side(read: Scene, alice: Client) -> None:
    drafted(read)
    worked_out(read, alice)
    found = WhatIf.objects.get()
    page = alice.get(reverse("operations", args=[read.slug])).content.decode()
    assert page.count("What-if #") == 1 or page.count(">What-if") >= 1
    assert alice.get(reverse("run", args=[read.slug, found.run_id])).status_code == 200
    assert alice.get(reverse("run", args=[read.slug, found.base_id])).status_code == 404


def test_queries_do_not_grow_with_people(read: Scene, alice: Client) -> None:
    drafted(read)
    worked_out(read, alice)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(address(read)).status_code == 200
        return len(queries)

    before = count()
    larger = scenes.full("larger", students=300, teachers=4)
    read_clever(larger)
    drafted(larger)
    worked_out(larger, alice)
    with CaptureQueriesContext(connection) as queries:
        assert alice.get(address(larger)).status_code == 200
    assert len(queries) == before == GOLDEN
