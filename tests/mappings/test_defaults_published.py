from typing import Any

import pytest

from core.vocabulary import DataType
from mappings.actions import create_default_rulesets
from mappings.defaults import default_spec
from mappings.queries import active_specs
from schools.models import District

pytestmark = pytest.mark.django_db


def test_the_defaults_come_back_from_the_database_as_they_were_declared() -> None:
    district = District.objects.create(slug="maple", name="Maple", time_zone="America/Chicago")
    rulesets = create_default_rulesets(district=district)

    specs = active_specs(district, list(DataType))

    by_type = {ruleset.data_type: ruleset.pk for ruleset in rulesets}
    assert specs == [default_spec(by_type[spec.data_type], spec.data_type) for spec in specs]
    assert [spec.data_type for spec in specs] == ["staff", "student", "teacher"]


def test_a_second_call_changes_nothing() -> None:
    district = District.objects.create(slug="maple", name="Maple", time_zone="America/Chicago")
    create_default_rulesets(district=district)

    assert create_default_rulesets(district=district) == []


def test_the_rules_of_all_types_cost_no_more_statements_than_those_of_one(
    django_assert_num_queries: Any,
) -> None:
    district = District.objects.create(slug="maple", name="Maple", time_zone="America/Chicago")
    create_default_rulesets(district=district)

    for types in ([DataType.STUDENT], list(DataType)):
        with django_assert_num_queries(4):
            active_specs(district, types)
