"""Between Test Import and Start Import Clever goes on living (engine.md 1)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from core.vocabulary import MemberRole, RunMode, RunState
from imports.actions import confirm_run, start_run
from imports.models import Run
from tests.pages.conftest import signed_in
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World, world

pytestmark = pytest.mark.django_db(transaction=True)


def admin_of(here: World) -> Client:
    user = User.objects.create_user(ADMIN, "a long password for tests")
    Membership.objects.create(district=here.district, user=user, role=MemberRole.OWNER)
    return signed_in(ADMIN)


def start(here: World, test: Run) -> Run:
    started = start_run(
        district=here.district,
        mode=RunMode.LIVE,
        data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN,
        tested_run=test,
    )
    return here.drive(started.run)


def newcomers(here: World, count: int) -> None:
    for number in range(count):
        here.clever.control.add_student(
            first=f"Nova{number}", last=f"Comer{number}", sis_id=f"99{number:04}"
        )


def test_H03_too_much_has_changed_since_the_test_and_a_person_decides() -> None:
    with world(corners=False) as here:
        here.connect()
        test, before = here.test(), here.digest()
        newcomers(here, 25)

        run = start(here, test)

        assert (run.state, here.digest()) == (RunState.READY, before)
        shown = admin_of(here).get(reverse("run", args=[here.district.slug, run.pk]))
        figures = {f.label: (f.tested, f.now) for f in shown.context["run"].moved}
        assert figures == {"Create": (created(test), created(test) + 25)}
        assert "Nothing was imported yet. Your decision is needed" in shown.content.decode()
        assert confirm_run(run=run, by=ADMIN)
        assert here.drive(run).state == RunState.COMPLETED
        assert len(here.people()) == created(test) + 25


def created(run: Run) -> int:
    return sum(of_type.get("create", 0) for of_type in run.counts.values())


def test_H03_a_little_that_clever_itself_has_changed_is_imported_and_told() -> None:
    with world(corners=False) as here:
        here.connect()
        test = here.test()
        newcomers(here, 2)

        run = start(here, test)

        assert run.state == RunState.COMPLETED
        assert len(here.people()) == created(test) + 2
        shown = admin_of(here).get(reverse("run", args=[here.district.slug, run.pk]))
        assert [f.now - f.tested for f in shown.context["run"].moved if f.label == "Create"] == [2]
