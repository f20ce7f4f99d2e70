from dataclasses import replace

import pytest

from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.states import IllegalMove
from core.vocabulary import DataType, Policy, RulesetState
from mappings.actions import RULESET, create_default_rulesets, discard_draft, publish, save_draft
from mappings.models import Ruleset
from mappings.queries import (
    active_ruleset,
    active_specs,
    draft_of,
    mapped_sources,
    specs_by_id,
)
from mappings.spec import FieldSpec, RulesetSpec
from schools.actions import create_district, rename_term
from schools.models import District, RosterSource
from tests.mappings.rules import spec

pytestmark = pytest.mark.django_db

STUDENT = DataType.STUDENT


@pytest.fixture
def ridge() -> District:
    district = create_district(slug="ridge", name="Ridge", time_zone="America/Chicago")
    create_default_rulesets(district=district)
    return district


def student_spec(district: District) -> RulesetSpec:
    return active_specs(district, [STUDENT])[0]


def test_H01_publishing_makes_a_version_and_changes_none(ridge: District) -> None:
    first = student_spec(ridge)
    no_email = spec(rules=[FieldSpec("email", "")])

    second = publish(district=ridge, spec=no_email, by="ada")

    assert (second.version, second.state) == (2, RulesetState.ACTIVE)
    assert replace(student_spec(ridge), id=0, codes={}) == replace(no_email, id=0, codes={})
    assert specs_by_id(ridge, [first.id]) == [first]
    assert Ruleset.objects.get(pk=first.id).state == RulesetState.RETIRED
    assert AuditEvent.objects.filter(verb="rules.publish", actor="ada").count() == 1


def test_a_run_is_answered_with_the_versions_that_it_names(ridge: District) -> None:
    first = student_spec(ridge)
    publish(district=ridge, spec=first, by="a")

    assert active_specs(ridge, [STUDENT], [first.id]) == [first]
    assert active_specs(ridge, [STUDENT])[0].id != first.id


def test_a_draft_is_kept_beside_the_published_version(ridge: District) -> None:
    active = active_ruleset(ridge, STUDENT)
    bad = spec(rules=[FieldSpec("sis_id", "")])

    save_draft(district=ridge, spec=bad, by="a")
    save_draft(district=ridge, spec=spec(rules=[FieldSpec("city", "")]), by="a")

    draft = draft_of(ridge, STUDENT)
    assert draft is not None
    assert draft.version == 2
    assert active_ruleset(ridge, STUDENT) == active
    assert discard_draft(district=ridge, data_type=STUDENT)
    assert not discard_draft(district=ridge, data_type=STUDENT)


def test_publishing_uses_the_draft_up(ridge: District) -> None:
    save_draft(district=ridge, spec=spec(), by="a")

    published = publish(district=ridge, spec=spec(), by="a")

    assert draft_of(ridge, STUDENT) is None
    assert published.version == 2


def test_A13_what_cannot_be_is_refused_in_the_districts_words(ridge: District) -> None:
    rename_term(district=ridge, field="community_id", label="Library card")

    with pytest.raises(ConsoleError, match="Student: SIS ID is used to identify people"):
        publish(district=ridge, spec=spec(rules=[FieldSpec("sis_id", "")]), by="a")
    with pytest.raises(ConsoleError, match="Email cannot feed Library card"):
        publish(district=ridge, spec=spec(rules=[FieldSpec("community_id", "email")]), by="a")

    assert student_spec(ridge).fields == spec().fields
    assert Ruleset.objects.filter(data_type=STUDENT).count() == 1


def test_A11_the_student_id_may_come_from_the_old_field_while_migrating(ridge: District) -> None:
    moved = spec(rules=[FieldSpec("sis_id", "student.student_number")])
    with pytest.raises(ConsoleError, match="cannot feed SIS ID"):
        publish(district=ridge, spec=moved, by="a")

    RosterSource.objects.create(district=ridge, system="powerschool")

    assert publish(district=ridge, spec=moved, by="a").version == 2


def test_C34_only_published_rules_make_the_pull_keep_anything(ridge: District) -> None:
    gpa = [
        FieldSpec("weighted_gpa", "student.weighted_gpa"),
        FieldSpec("unweighted_gpa", "student.ext.gpa"),
    ]
    before = mapped_sources(ridge)
    save_draft(district=ridge, spec=spec(rules=gpa), by="a")
    assert mapped_sources(ridge) == before

    publish(district=ridge, spec=spec(rules=gpa), by="a")
    assert mapped_sources(ridge) == before | {"student.weighted_gpa", "student.ext.gpa"}

    without = FieldSpec("birth_date", "student.dob", Policy.DO_NOT_IMPORT)
    publish(district=ridge, spec=spec(rules=[without]), by="a")
    assert mapped_sources(ridge) == before - {"student.dob"}
    assert "student.dob" in before


def test_codes_keep_the_spelling_of_people_and_are_looked_up_without_it(ridge: District) -> None:
    publish(district=ridge, spec=replace(spec(), codes={"grade": {"TK ": "K"}}), by="a")

    assert student_spec(ridge).codes == {"grade": {"tk": "K"}}
    ruleset = active_ruleset(ridge, STUDENT)
    assert ruleset is not None
    assert ruleset.code_rules.get().code == "TK "


def test_a_version_that_is_retired_stays_retired() -> None:
    with pytest.raises(IllegalMove):
        RULESET.move(Ruleset.objects.all(), RulesetState.ACTIVE, only_from=RulesetState.RETIRED)
