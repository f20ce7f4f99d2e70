"""Harbor Point of the demonstration, as a visitor walks it: from PowerSchool to Clever."""

import pytest
from django.urls import reverse

from accounts.models import Membership, User
from clever_sandbox.running import running_sandbox
from clever_sync.actions import connect
from clever_sync.models import Connection
from core.vocabulary import DataType, RunMode, RunState
from imports.actions import start_run, why_not_start
from imports.driver import drive
from imports.models import Run
from integration_console.demonstration import districts, residents
from integration_console.demonstration.cast import HARBOR, cast, scenario
from integration_console.demonstration.stage import Stage
from mappings.actions import publish
from mappings.matching import match_many
from schools.models import District, Person, School
from schools.sources import identifiers_of
from tests.demonstration.test_demonstration import NOW, SMALL
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.test_match_rates import mapped, rates
from tests.world import speaking_to

STUDENT = DataType.STUDENT


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_C04_A16_harbor_point_is_recognised_told_and_migrated() -> None:
    """The demonstration's district, as a visitor walks it: 3 % and 97 %, blocked, then imported."""
    with running_sandbox(students=5) as sandbox, speaking_to(sandbox):
        stage = Stage(sandbox.url, scenario(SMALL, NOW))
        cast(stage, SMALL)
        district = districts.make_harbor_point(stage, SMALL)
        scenes.user(scenes.ALICE)
        connect_by_the_way_of_a_visitor(district, stage)
        alice = signed_in(scenes.ALICE)
        test = drive(try_out(district).pk)
        assert test.state == RunState.TESTED, test.message
        page = " ".join(rates(alice, district.slug).split())
        assert "SIS ID: 3 %; Student number: 98 %" in page
        start = reverse("start_import", args=[district.slug])
        refused = alice.post(start)
        assert "PowerSchool SIS" in refused.content.decode()
        alice.post(reverse("begin", args=[district.slug]))
        assert identifiers_of(district, "powerschool").count() == 0
        refused = alice.post(start)
        assert refused.status_code == 409
        assert "would be found in Clever" in refused.content.decode()
        assert not Person.objects.filter(clever_id__isnull=False).exists()

        publish(district=district, spec=mapped(district, "student.student_number"), by="a")
        assert "scrambled" in why_not_start(district, [STUDENT], drive(try_out(district).pk))
        alice.post(
            reverse("confirm_student_id", args=[district.slug]),
            {"source": "student.student_number", "compared": "on"},
        )
        assert alice.post(start).status_code == 303
        done = drive(Run.objects.latest("pk").pk)
        assert done.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS), done.message
        assert done.counts["student"]["link"] >= 190
        assert Person.objects.filter(district=district).count() <= 204


def try_out(district: District) -> Run:
    return start_run(
        district=district, mode=RunMode.TEST, data_types=[STUDENT], requested_by=scenes.ALICE
    ).run


def connect_by_the_way_of_a_visitor(district: District, stage: Stage) -> None:
    """The District ID, and all schools matched; PowerSchool is still on."""
    user = User.objects.get(email=scenes.ALICE)
    Membership.objects.create(district=district, user=user, role="owner")
    connect(district=district, text=str(stage.control.describe(district=HARBOR)["id"]), by="a")
    codes = residents.site_codes(stage.control.schools(district=HARBOR))
    local = {school.site_code: school for school in School.objects.filter(district=district)}
    match_many(district=district, answers={c: local[k] for c, k in codes.items()}, by="a")
    assert not Connection.objects.get(district=district).enabled
