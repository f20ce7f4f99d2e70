"""Versions of the settings: list, differences, restore, discard (C26, H01)."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from core.vocabulary import BlankPolicy, DataType, ImportRule, Policy, RulesetState
from mappings.actions import publish, save_draft
from mappings.models import Ruleset
from mappings.queries import active_ruleset, draft_of, written_spec
from mappings.spec import FieldSpec, RulesetSpec
from tests.pages import scenes
from tests.pages.scenes import ALICE, Scene

STUDENT = DataType.STUDENT
GOLDEN = 17


def address(scene: Scene, data_type: str = "student", **query: int) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return reverse("versions", args=[scene.slug, data_type]) + (f"?{asked}" if asked else "")


def spec(scene: Scene) -> RulesetSpec:
    active = active_ruleset(scene.district, STUDENT)
    assert active
    return written_spec(active)


def second(scene: Scene) -> Ruleset:
    """A version with another field, code, scope and rule."""
    first = spec(scene)
    rules = {rule.field: rule for rule in first.fields}
    rules["email"] = FieldSpec("email", "email", Policy.FILL_WHEN_BLANK, BlankPolicy.CLEAR)
    rules["barcode"] = FieldSpec("barcode", "student.state_id")
    codes = {**first.codes, "grade": {**first.codes["grade"], "TK": "PK"}}
    return publish(
        district=scene.district,
        spec=replace(
            first,
            fields=tuple(rules.values()),
            codes=codes,
            import_rule=ImportRule.UPDATE_ONLY,
            all_schools=False,
            schools=frozenset([scene.schools[0].pk]),
        ),
        by=ALICE,
    )


def restore(scene: Scene, client: Client, version: int, seen: int | None) -> str:
    place = reverse("restore_version", args=[scene.slug, "student", version])
    return client.post(place, {"seen": seen or ""}, follow=True).content.decode()


def test_C26_versions_tell_who_when_and_which_is_published(maple: Scene, alice: Client) -> None:
    second(maple)
    save_draft(district=maple.district, spec=spec(maple), by=scenes.OLIVE)
    page = alice.get(address(maple)).content.decode()
    for word in ("Published", "Retired", "Draft", "alice@<wbr>maple.example", "The first settings"):
        assert word in page


def test_C26_differences_are_said_in_plain_words(maple: Scene, alice: Client) -> None:
    second(maple)
    page = alice.get(address(maple, old=1, new=2)).content.decode()
    for old, new in (
        ("Email", "Email, fill when blank, a blank clears ours"),
        ("Do Not Import", "Student state ID"),
        ("–", "PK"),
        ("All Mapped Schools", "1 chosen: S01"),
        ("Add and update", "Update only"),
    ):
        assert f"<del>{old}</del>" in page and f"<ins>{new}</ins>" in page
    assert page.count("<ins>") == 5
    assert "Both versions say the same" in alice.get(address(maple, old=2, new=2)).content.decode()


def test_C26_an_old_version_is_restored_as_a_draft(maple: Scene, alice: Client) -> None:
    before, new = spec(maple), second(maple)
    page = restore(maple, alice, 1, new.pk)
    assert "Version 1 is the draft now" in page
    draft = draft_of(maple.district, STUDENT)
    assert draft and replace(written_spec(draft), id=0) == replace(before, id=0)
    assert active_ruleset(maple.district, STUDENT) == new
    assert AuditEvent.objects.filter(verb="rules.restore").count() == 1
    assert "says the same as what is published" in restore(maple, alice, 2, draft.pk)


def test_C26_restoring_never_writes_over_what_was_not_seen(maple: Scene, alice: Client) -> None:
    new = second(maple)
    save_draft(district=maple.district, spec=spec(maple), by=scenes.OLIVE)
    assert "nothing was changed" in restore(maple, alice, 1, new.pk)
    for version in (0, 3, 99, 10**17):
        assert "There is no version" in restore(maple, alice, version, None)
    assert Ruleset.objects.filter(state=RulesetState.DRAFT).get().created_by == scenes.OLIVE


def test_C26_a_draft_is_discarded(maple: Scene, alice: Client) -> None:
    second(maple)
    draft = save_draft(
        district=maple.district, spec=replace(spec(maple), all_schools=True), by=ALICE
    )
    page = alice.get(address(maple)).content.decode()
    place = reverse("discard_rules", args=[maple.slug, "student"])
    assert place in page and f'value="{draft.pk}"' in page
    alice.post(place, {"seen": draft.pk})
    assert draft_of(maple.district, STUDENT) is None


def test_H01_the_page_says_which_version_the_run_that_is_on_uses(
    maple: Scene, alice: Client
) -> None:
    run = scenes.running_now(maple.district)
    second(maple)
    page = alice.get(address(maple)).content.decode()
    assert f"Run #{run.pk}</a> is on and uses version 1." in page
    assert "applies from the next run" in page


def test_only_members_see_and_only_who_may_import_restores(
    maple: Scene, juniper: Scene, alice: Client, bob: Client, charlie: Client
) -> None:
    new = second(maple)
    assert charlie.get(address(maple)).status_code == 404
    assert alice.get(address(maple, "parents")).status_code == 404
    assert "Restore" not in bob.get(address(maple)).content.decode()
    place = reverse("restore_version", args=[maple.slug, "student", 1])
    assert bob.post(place, {"seen": new.pk}).status_code == 403
    assert alice.get(place).status_code == 405
    assert "No version yet" in alice.get(address(juniper)).content.decode()
    assert draft_of(maple.district, STUDENT) is None


@pytest.mark.parametrize("query", ["old=x&new=1", "old=%00", "before=-4", "old=99&new=1"])
def test_hostile_places_are_nothing(maple: Scene, alice: Client, query: str) -> None:
    assert alice.get(f"{address(maple)}?{query}").status_code == 200


def test_queries_do_not_grow_with_versions(maple: Scene, alice: Client) -> None:
    second(maple)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(address(maple, old=1, new=2)).status_code == 200
        return len(queries)

    before = count()
    for number in range(60):
        rule = ImportRule.ADD_ONLY if number % 2 else ImportRule.UPDATE_ONLY
        publish(district=maple.district, spec=replace(spec(maple), import_rule=rule), by=ALICE)
    assert count() == before == GOLDEN
    page = alice.get(address(maple)).content.decode()
    assert "Older" in page
    assert "Restore version 1<" in alice.get(address(maple, before=13)).content.decode()
