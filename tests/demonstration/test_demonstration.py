"""The demonstration in small: every night keeps its promise, and telling it again changes nothing.

One test tells the whole story, as telling it is what takes time.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import AuditEvent, User
from clever_sandbox.running import RunningSandbox, running_sandbox
from clever_sync.models import Connection
from core.vocabulary import DataType, PersonKind, RunMode, Status
from imports.actions import start_run
from imports.changes import Reader
from imports.driver import drive
from imports.headline import headline
from imports.models import Alert, Hold, PlannedChange, Run, RunProblem
from imports.resolving import queue
from imports.resolving.certain import certain_of
from imports.resolving.sides import Comparer
from imports.undoing.scope import Figures
from integration_console.demonstration import districts, logins, office, story
from integration_console.demonstration.calendar import (
    APPROVED_AT,
    TESTED_AT,
    UNDONE_AT,
    ZONE,
    Calendar,
)
from integration_console.demonstration.cast import HARBOR, MAPLE, WRONG_DOMAIN
from integration_console.demonstration.nights import NIGHTS
from integration_console.demonstration.residents import OLD_STREET
from integration_console.demonstration.sizes import Sizes
from notifications.models import Recipient
from schools.digest import state_digest
from schools.models import District, FieldLock, Person, RosterSource
from schools.sources import identifiers_of
from tests.demonstration.links import that_lead_nowhere
from tests.world import speaking_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SMALL = Sizes(
    students=480,
    teachers=40,
    staff=20,
    new_students=15,
    willow_students=53,
    willow_teachers=6,
    willow_staff=5,
    first_page_missing=380,
    transitional=5,
    harbor_schools=3,
    harbor_students=200,
    harbor_crossed=6,
    harbor_unknown=4,
)
# As script/server has it: a story of another year would read everything every night.
NOW = datetime.now(UTC)


class CtrlC(Exception):
    """Somebody stopped the preparation."""


def test_every_night_keeps_its_promise_and_a_second_start_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clever_sync.client.PAUSES", (0.0,) * 5)
    kept = tmp_path / "scenario.json"
    with running_sandbox(students=5) as first, speaking_to(first):
        for moment in ("Night  3", "40 people were written"):
            with pytest.raises(CtrlC):
                prepare(first, kept, stop_at=moment)
        assert not kept.exists()
        assert len(prepare(first, kept)) == len(NIGHTS)
        maple = District.objects.get(slug=districts.MAPLE_RIDGE)
        check_the_nights(nights_of(maple))
        check_the_mistake(maple)
        check_the_times(nights_of(maple))
        check_the_people(maple)
        check_the_office(maple)
        check_what_is_open(maple)
        check_what_resolve_alerts_shows(maple)
        check_the_headline(maple)
        check_harbor_point(first)
        check_cedar_falls()
        check_that_no_link_leads_nowhere(maple)
        before = everything(maple)
        assert prepare(first, kept) == []
        assert everything(maple) == before
    with running_sandbox(scenario=json.loads(kept.read_text())) as second, speaking_to(second):
        assert prepare(second, kept) == []
        assert second.control.describe(district=MAPLE)["clock"] > "2026-11"
        check_that_a_sync_changes_nothing(maple)


def prepare(sandbox: RunningSandbox, kept: Path, stop_at: str = "never") -> list[str]:
    """Prepares the demonstration; what it said of nights."""
    said: list[str] = []

    def say(line: str) -> None:
        if "Night" in line:
            said.append(line)
        if stop_at in line:
            raise CtrlC

    story.prepare(sandbox_url=sandbox.url, scenario_file=kept, now=NOW, sizes=SMALL, say=say)
    return said


def nights_of(maple: District) -> list[Run]:
    live = Run.objects.filter(district=maple, mode=RunMode.LIVE).order_by("pk")
    return list(live.exclude(trigger__in=("hold", "undo")))


def check_the_nights(runs: list[Run]) -> None:
    assert len(runs) == len(NIGHTS) == 14
    students = [run.counts["student"] for run in runs]
    assert (students[0]["link"], students[0]["create"]) == (465, 15)
    assert set(students[0]) == {"link", "create", "unchanged"}
    assert students[3] == {"unchanged": 481}
    assert students[4] == {"move": 1, "unchanged": 480}
    read = [run.pull.why_full for run in runs[8:10] if run.pull]
    assert read == ["paused", "paused"]
    assert students[9] == {"held": 380, "unchanged": 100}
    assert students[10]["conflict"] == 3
    assert runs[11].counts["teacher"]["held"] == 40
    assert runs[12].counts["teacher"] == {"unchanged": 40}
    assert {run.state for run in runs} <= {"completed", "completed_with_errors"}
    last = PlannedChange.objects.filter(run=runs[-1]).exclude(action="conflict")
    assert last.filter(exception="held").count() == SMALL.willow == 64
    assert set(last.filter(exception="held").values_list("action", flat=True)) == {"transfer"}
    assert last.filter(exception=None).count() == 37
    unknown = RunProblem.objects.get(run=runs[-1], code="code_unknown")
    assert (unknown.value, unknown.people) == ("TransitionalKindergarten", 5)


def check_the_mistake(maple: District) -> None:
    """The held addresses were approved by day, and a real undo has taken all of it back."""
    approved, test, undo = Run.objects.filter(
        district=maple, trigger__in=("hold", "undo")
    ).order_by("pk")
    assert approved.trigger == "hold"
    assert approved.counts["teacher"]["update"] == SMALL.teachers == 40
    assert (test.mode, test.state, test.undoes) == ("test", "tested", approved)
    assert (undo.mode, undo.state, undo.undoes) == ("live", "completed", approved)
    assert Figures.of(undo) == Figures.of(test) == Figures(SMALL.teachers, 0)
    assert Figures.seen(undo) == Figures.of(test)
    back = PlannedChange.objects.filter(run=undo, exception=None)
    assert back.count() == back.filter(before__email__endswith=WRONG_DOMAIN).count() == 40
    calendar = Calendar.before(NOW)
    hours = (APPROVED_AT, TESTED_AT, UNDONE_AT)
    for run, hour in zip((approved, test, undo), hours, strict=True):
        at = calendar.at(12, hour)
        assert at <= run.created_at < at + timedelta(minutes=1)
    held = Hold.objects.get(district=maple, state="approved")
    assert held.count == SMALL.teachers
    decided = AuditEvent.objects.get(district=maple, verb="undo started")
    assert (
        calendar.at(12, UNDONE_AT) <= decided.at < calendar.at(12, UNDONE_AT) + timedelta(minutes=1)
    )
    assert not AuditEvent.objects.filter(at__gt=NOW).exists()


def check_the_times(runs: list[Run]) -> None:
    """Everything has happened on its night, in the district's time, and took as long as it took."""
    calendar = Calendar.before(NOW)
    for number, run in enumerate(runs, start=1):
        at = calendar.import_of(number)
        assert run.finished_at
        assert run.now
        lateness = timedelta(minutes=15 if number == 8 else 0)
        assert at <= run.created_at < at + timedelta(minutes=1)
        assert at + lateness <= run.finished_at < at + lateness + timedelta(minutes=1)
        assert run.created_at <= run.now <= run.finished_at
        for event in run.events.all():
            assert run.created_at <= event.at < run.finished_at + timedelta(minutes=1)
    assert timedelta() < NOW - runs[-1].created_at < timedelta(days=1, hours=1)
    assert runs[-1].created_at.astimezone(ZONE).strftime("%H:%M") == "05:00"
    for hold in Hold.objects.all():
        assert timedelta(days=6.9) < hold.expires_at - hold.opened_at <= timedelta(days=7)
    assert not Person.objects.filter(changed_at__gt=NOW).exists()
    assert not Connection.objects.filter(checked_at__gt=NOW).exists()


def check_the_people(maple: District) -> None:
    """Nobody is doubled, and only those have left who were taken out in Clever."""
    everybody = Person.objects.filter(district=maple)
    for column in ("clever_id", "sis_id"):
        known = everybody.filter(**{f"{column}__isnull": False}, kind=PersonKind.STUDENT)
        assert known.count() == known.values(column).distinct().count()
    assert everybody.filter(status=Status.TRANSFERRED).count() == 1 + 3
    assert not everybody.filter(email__endswith=WRONG_DOMAIN).exists()
    assert everybody.filter(roles=["staff", "teacher"]).count() == 1
    assert everybody.filter(roles__contains=["teacher"]).count() == SMALL.teachers
    assert everybody.filter(roles__contains=["staff"]).count() == SMALL.staff


def check_the_office(maple: District) -> None:
    """What the office has locked stood in the way of every night, and people are told by mail."""
    locked = FieldLock.objects.filter(district=maple, ended_at=None)
    assert locked.count() == office.LOCKED
    assert {(lock.person.address or "").endswith(OLD_STREET) for lock in locked} == {True}
    assert all(lock.kept_from for lock in locked)
    told = Recipient.objects.filter(district=maple)
    assert told.filter(data_type="student").count() == 3
    assert told.filter(data_type="teacher").count() == told.filter(data_type="staff").count() == 2


def check_what_is_open(maple: District) -> None:
    held = Hold.objects.filter(district=maple, state="open")
    assert {hold.cause for hold in held} == {"school_to_zero"}
    assert {hold.data_type: hold.count for hold in held} == {
        "student": 53,
        "teacher": 6,
        "staff": 5,
    }
    alerts = Alert.objects.filter(district=maple)
    assert sorted((alert.reason, alert.state) for alert in alerts) == [
        ("clever_id_changed", "open"),
        ("likely_duplicate", "open"),
        ("likely_duplicate", "open"),
        ("likely_duplicate", "open"),
    ]
    shown = alerts.filter(candidates__isnull=False).values_list(
        "candidates__person__first_name", flat=True
    )
    assert {"Jayden", "Camila"} <= set(shown)


def check_what_resolve_alerts_shows(maple: District) -> None:
    """The twins, the double surname and the changed Clever ID are good examples of their kind."""
    waiting = Alert.objects.filter(district=maple).prefetch_related("candidates__person")
    comparer = Comparer(maple, Reader(maple, lambda _: True), NOW, queue.imported(maple))
    shown = {one.name: one for one in comparer.shown(list(waiting.order_by("pk")))}
    jayden, kayden = shown["Jayden Okonkwo"], shown["Kayden Okonkwo"]
    assert jayden.best
    assert kayden.best
    assert jayden.best.person == kayden.best.person, "both look like the one who is here"
    assert jayden.best.score > kayden.best.score
    assert {"same_first_name", "same_birth_date"} <= set(jayden.best.codes)
    assert "similar_first_name" in kayden.best.codes
    camila = shown["Camila Ferrer Quintana"]
    assert camila.best
    assert "part_of_last_name" in camila.best.codes
    (new,) = (one for one in shown.values() if one.alert.reason == "clever_id_changed")
    assert new.former, "proposed as one person under a new Clever ID (C17)"
    assert new.former.person.status == Status.ACTIVE, "and nobody has left meanwhile"
    certain, why = certain_of(list(shown.values()))
    assert camila.alert.pk in certain
    assert {jayden.alert.pk, kayden.alert.pk} <= set(why), "twins are for one look each"


def check_the_headline(maple: District) -> None:
    figures = headline(maple, NOW)
    assert figures.removals_stopped == 380 + 64
    assert figures.people_lost == 0
    first = 480 + 40 + 20 - 1
    nights = 9 + 3 + 0 + 1 + 14 + 5 + 5 + 4 + 0 + 2 + 0 + 0 + 37
    assert figures.changes_written == first + nights
    # The wrong addresses were written, and so were the right ones again.
    assert figures.changes_undone == SMALL.teachers


def check_harbor_point(sandbox: RunningSandbox) -> None:
    """SIS ID matches 3 %, student number 98 %; and it is for the visitor to connect it."""
    harbor = District.objects.get(slug=districts.HARBOR_POINT)
    assert not Connection.objects.filter(district=harbor).exists()
    here = set(Person.objects.filter(district=harbor).values_list("sis_id", flat=True))
    clever = [
        p["roles"]["student"] for p in sandbox.control.people("student", 999, district=HARBOR)
    ]
    assert len(here) == len(clever) == 200
    assert len(here & {student["sis_id"] for student in clever}) == 6
    assert len(here & {student["student_number"] for student in clever}) == 196
    powerschool = RosterSource.objects.get(district=harbor)
    assert (powerschool.system, powerschool.state) == ("powerschool", "on")
    assert "Student ID -> SIS ID" in powerschool.old_mapping
    assert identifiers_of(harbor, "powerschool").count() == 200


def check_cedar_falls() -> None:
    """It has asked Support, and waits: the request is there for Support to see."""
    cedar = District.objects.get(slug=districts.CEDAR_FALLS)
    assert not cedar.clever_enabled
    assert cedar.clever_requested_at
    assert cedar.clever_requested_by == districts.ADMIN


def check_that_no_link_leads_nowhere(maple: District) -> None:
    logins.ensure([maple], [])
    client = Client()
    client.force_login(
        User.objects.get(email=logins.OWNER.email),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    bad, right = that_lead_nowhere(client, f"/d/{maple.slug}/")
    assert bad == []
    assert right > 100


def everything(maple: District) -> tuple[str, list[tuple[object, ...]], int]:
    runs = Run.objects.order_by("pk").values_list("pk", "state", "created_at", "finished_at")
    return state_digest(maple), list(runs), Person.objects.count()


def check_that_a_sync_changes_nothing(maple: District) -> None:
    """The sandbox that begins anew is in the state in which the last night met it."""
    before = state_digest(maple)
    open_before = Hold.objects.filter(state="open").count(), Alert.objects.count()
    run = start_run(
        district=maple, mode=RunMode.LIVE, data_types=list(DataType), requested_by="d@maple.example"
    ).run
    drive(run.pk)
    assert state_digest(maple) == before
    assert not PlannedChange.objects.filter(run=run, exception=None).exclude(action="conflict")
    assert (Hold.objects.filter(state="open").count(), Alert.objects.count()) == open_before
    assert headline(maple, NOW).removals_stopped == 380 + 64
