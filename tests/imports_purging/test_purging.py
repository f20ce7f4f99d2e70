"""What is too old goes at night, in small pieces; figures and records stay (F82)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.audit_chain import verify
from accounts.models import AuditEvent, Membership, User
from clever_sync.models import MirrorObject, Pull, PullFill
from core.vocabulary import MemberRole, RunState
from imports import due, purging
from imports.lease import database_now
from imports.models import Destruction, Heartbeat, PlannedChange, Run, RunProblem
from schools import writer
from schools.models import LocalEdit
from tests.pages.conftest import signed_in
from tests.world import ADMIN, World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)
LONG, SHORT = timedelta(days=401), timedelta(days=31)


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=40, teachers=4, schools=2, corners=False) as ready:
        ready.connect()
        ready.sync()
        yield ready


def rows_of(run: Run) -> int:
    return PlannedChange.objects.filter(run=run).count()


def made_older(run: Run, by: timedelta) -> Run:
    Run.objects.filter(pk=run.pk).update(
        created_at=run.created_at - by, finished_at=run.created_at - by
    )
    run.refresh_from_db()
    return run


def test_F82_imports_keep_their_values_400_days_and_tests_30(maple: World) -> None:
    maple.clever.control.edit(maple.students()[0], {"name.first": "Marigold"})
    test, run = maple.test(), maple.sync()
    for one, age in ((test, timedelta(days=29)), (run, timedelta(days=399))):
        made_older(one, age)
    purging.purge(database_now())
    assert (rows_of(test), rows_of(run)) == (1, 1)
    made_older(test, timedelta(days=2))
    purging.purge(database_now())
    assert (rows_of(test), rows_of(run)) == (0, 1)
    made_older(run, timedelta(days=2))
    counts, digest = run.counts, maple.digest()
    done, finished = purging.purge(database_now())
    assert finished and done["changes"] == 1
    run.refresh_from_db()
    assert rows_of(run) == 0
    assert run.purged_at is not None
    assert run.counts == counts, "the figures stay"
    assert maple.digest() == digest, "no record is touched"
    assert maple.sync().state == RunState.COMPLETED


def test_F82_edits_made_here_go_after_the_same_time(maple: World) -> None:
    who = maple.people(kind="student")[0]
    writer.edit_person(person_id=who.pk, changes={"middle_name": "Juniper"}, by=ADMIN)
    LocalEdit.objects.update(at=timezone.now() - timedelta(days=399))
    purging.purge(database_now())
    assert LocalEdit.objects.count() == 1
    LocalEdit.objects.update(at=timezone.now() - LONG)
    purging.purge(database_now())
    assert LocalEdit.objects.count() == 0
    who.refresh_from_db()
    assert who.middle_name == "Juniper"


def test_F82_what_clever_said_of_people_gone_is_emptied_and_who_returns_is_restored(
    maple: World,
) -> None:
    who = maple.students()[0]
    before, person = maple.digest(), maple.person(who)
    maple.clever.control.remove(who)
    maple.sync()
    left = maple.digest()
    mirror = MirrorObject.objects.get(clever_id=who)
    purging.purge(database_now())
    mirror.refresh_from_db()
    assert mirror.payload, "a month is not over"
    assert mirror.gone_in_id is not None
    Pull.objects.filter(pk=mirror.gone_in_id).update(finished_at=timezone.now() - SHORT)
    purging.purge(database_now())
    mirror.refresh_from_db()
    assert (mirror.payload, mirror.key_sis_id, mirror.key_email) == ({}, None, None)
    quiet = maple.sync()
    assert (maple.rows(quiet), maple.digest()) == ([], left)
    others = MirrorObject.objects.filter(type="user", gone_in=None, payload={})
    assert not others.exists(), "of nobody else"

    maple.clever.control.bring_back(who)
    back = maple.sync()
    assert [row.action for row in maple.rows(back)] == ["restore"]
    assert maple.person(who).pk == person.pk
    assert maple.digest() == before
    assert_invariants(maple)


def test_F82_fills_are_kept_as_long_as_they_are_compared(maple: World) -> None:
    def counted() -> int:
        return PullFill.objects.values("pull").distinct().count()

    for number in range(3):
        maple.clever.control.bulk_edit("student", "name.middle", f"Juniper{number}")
        maple.sync()
    assert counted() == 4
    Pull.objects.update(finished_at=timezone.now() - SHORT)
    purging.purge(database_now())
    assert counted() == 1, "the newest is what the next pull is compared with"
    maple.sync()


def test_F82_a_purge_that_was_stopped_goes_on_where_it_was(
    maple: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "PIECE", 10)
    run = made_older(Run.objects.get(district=maple.district), LONG)
    all_rows = rows_of(run)
    assert purging.purge(database_now(), until=lambda: True)[1] is False
    run.refresh_from_db()
    assert (rows_of(run), run.purged_at) == (all_rows - 10, None)
    monkeypatch.setattr(purging, "TICK_SECONDS", -1.0)
    assert purging.nightly(database_now())
    assert rows_of(run) == all_rows - 20
    monkeypatch.setattr(purging, "TICK_SECONDS", 20.0)
    assert purging.nightly(database_now()), "not done: our turn again at the next tick"
    assert rows_of(run) == 0
    assert not purging.nightly(database_now()), "done: once a day"
    Heartbeat.objects.filter(name="purge").update(at=timezone.now() - timedelta(hours=24))
    assert purging.nightly(database_now())


def test_F82_the_tick_purges_and_so_does_the_command(maple: World) -> None:
    run = made_older(Run.objects.get(district=maple.district), LONG)
    due.work(loop=False)
    assert rows_of(run) == 0
    Run.objects.filter(pk=run.pk).update(purged_at=None)
    out = StringIO()
    call_command("purge", "--json", stdout=out)
    assert set(json.loads(out.getvalue())) >= {"changes", "edits", "clever"}
    out = StringIO()
    call_command("purge", stdout=out)
    assert out.getvalue() == "Purged: nothing was old enough.\n"


def test_F82_an_active_run_is_left_alone(maple: World) -> None:
    run = made_older(Run.objects.get(district=maple.district), LONG)
    Run.objects.filter(pk=run.pk).update(state=RunState.IMPORTING)
    purging.purge(database_now())
    assert rows_of(run) > 0


def test_F82_pages_of_a_purged_run_say_so_and_keep_the_figures(maple: World) -> None:
    run = made_older(Run.objects.get(district=maple.district), LONG)
    RunProblem.objects.create(run=run, code="code_unknown", people=3, examples=["a" * 24])
    purging.purge(database_now())
    owner = owner_of(maple)
    shown = look(owner, run, "")
    assert "were purged on" in shown and "cannot be undone any more" in shown
    assert "Download CSV" not in shown and "Download log" not in shown
    assert "40" in shown, "the figures are there"
    for what in ("changes.csv", "log.txt"):
        answer = owner.get(f"/d/maple/operations/{run.pk}/{what}")
        assert answer.status_code == 410
        assert "were purged on" in answer.content.decode()
    assert RunProblem.objects.get(run=run).examples == []


def owner_of(here: World) -> Client:
    user = User.objects.create_user("owner@maple.example")
    Membership.objects.create(district=here.district, user=user, role=MemberRole.OWNER)
    return signed_in(user.email)


def look(client: Client, run: Run, more: str) -> str:
    answer = client.get(f"/d/maple/operations/{run.pk}/{more}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def certificates(here: World) -> list[Destruction]:
    return list(Destruction.objects.filter(district=here.district).order_by("pk"))


def test_C34_each_district_is_told_in_the_audit_what_a_night_destroyed(maple: World) -> None:
    assert purging.nightly(database_now())
    assert certificates(maple) == [], "nothing was old enough: nothing is told"
    run = made_older(Run.objects.get(district=maple.district), LONG)
    rows = rows_of(run)
    Heartbeat.objects.filter(name="purge").delete()
    assert purging.nightly(database_now())
    (one,) = certificates(maple)
    assert (one.kind, one.state, one.counts) == ("night", "done", {"changes": rows})
    (told,) = AuditEvent.objects.filter(verb="values.destroyed.night")
    assert (told.district, told.actor, told.subject) == (
        maple.district, "nightly purge", f"destruction:{one.pk}",
    )  # fmt: skip
    assert told.details == {"counts": [f"changes {rows}"], "rows": rows, "digest": one.digest}
    assert f"{rows:,}" in one.text and "nightly purge" in one.text
    assert one.digest == sha256(one.text.encode()).hexdigest()


def test_C34_a_night_that_was_killed_has_counted_what_it_destroyed(
    maple: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "PIECE", 10)
    run = made_older(Run.objects.get(district=maple.district), LONG)
    rows = rows_of(run)
    steps = iter([False, True])
    assert not purging.purge(database_now(), until=lambda: next(steps))[1]
    (one,) = certificates(maple)
    assert (one.state, one.counts) == ("running", {"changes": 20})
    assert not AuditEvent.objects.filter(verb="values.destroyed.night").exists()
    purging.purge(database_now())
    (one,) = certificates(maple)
    assert (one.state, one.counts) == ("done", {"changes": rows}), "one certificate, all of it"
    assert verify(maple.district.pk).broken == ""
