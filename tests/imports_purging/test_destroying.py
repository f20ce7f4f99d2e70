"""An owner orders that what was imported is destroyed, and a certificate proves it (C34)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.audit_chain import verify
from accounts.models import AuditEvent
from clever_sync.models import Connection, MirrorObject
from core import fault_points
from core.problems import ConsoleError
from core.vocabulary import DataType, RunState
from imports import due
from imports.destroying import orders, work
from imports.destroying.proof import proof
from imports.destroying.queries import open_order, preview
from imports.lease import database_now
from imports.models import Alert, Destruction, PlannedChange, Run, RunEvent
from integration_console.switches import switch_off, switch_on
from notifications import destroying as letters
from notifications.models import Letter
from schools import writer
from schools.models import FieldLock, Person, RosterSource, SourceExport
from schools.source_export import take_export
from tests.everywhere import found
from tests.world import ADMIN, World, assert_invariants, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

R = "roles.student"
WORDS = ["Zqfirst", "Zqlast", "Zqstreet", "1907-11-23", "zqmail", "Zqedited"]


class Killed(BaseException):
    """The worker dies."""


@pytest.fixture
def maple() -> Iterator[World]:
    """Everybody is marked; there are alerts, edits, a lock, letters and an old source."""
    with world(students=24, teachers=3, schools=2, corners=False) as ready:
        ready.connect()
        control = ready.clever.control
        for number, student in enumerate(ready.students()):
            control.edit(student, {
                "name": {"first": "Zqfirst", "middle": "", "last": f"Zqlast{number}"},
                "email": f"zqmail{number}@child.example", f"{R}.dob": "11/23/1907",
                f"{R}.location.address": f"{number} Zqstreet",
            })  # fmt: skip
        ready.sync()
        touch(ready)
        ready.sync()
        yield ready


def touch(here: World) -> None:
    """What people do beside the imports."""
    one, other, third = here.people(kind="student")[:3]
    writer.edit_person(person_id=one.pk, changes={"middle_name": "Zqedited"}, by=ADMIN)
    FieldLock.objects.create(
        district=here.district, person=other, field="email", kept_from="zqmail@child.example"
    )
    writer.create_person(
        district=here.district, data_type=DataType.STUDENT, school=None, by=ADMIN,
        values={"first_name": "Zqfirst", "last_name": "Zqlast99", "birth_date": "1907-11-23"},
    )  # fmt: skip
    here.clever.control.add_student(name={"first": "Zqfirst", "last": "Zqlast99"}, dob="11/23/1907")
    Person.objects.filter(pk=third.pk).update(legacy_id="a" * 24)
    source = RosterSource.objects.create(
        district=here.district, system="legacy_clever", state="off", old_mapping="Zqmapping"
    )
    take_export(source=source, by=ADMIN)
    Letter.objects.create(district=here.district, email="ann@maple.example", state="sent")


def ordered(here: World, **more: Any) -> Destruction:
    given = {"reason": "contract", "records": False, "by": ADMIN, "now": database_now(), **more}
    return orders.order(district=here.district, **given)


def made_due(row: Destruction) -> None:
    week = timedelta(days=7)
    Destruction.objects.filter(pk=row.pk).update(asked_at=row.asked_at - week, due_at=row.asked_at)


def carried_out(here: World, row: Destruction) -> Destruction:
    due.work(loop=False)
    letters.carry_out_due(database_now())
    row.refresh_from_db()
    return row


def off(here: World) -> None:
    switch_off(district=here.district, by=ADMIN)


def places(words: list[str]) -> set[str]:
    return set(found(words))


def test_C34_what_was_imported_goes_and_the_records_stay(maple: World) -> None:
    assert Alert.objects.filter(district=maple.district).exists()
    assert {"imports_plannedchange.after", "clever_sync_mirrorobject.payload"} <= places(WORDS)
    people, before = Person.objects.count(), maple.digest()
    seen = preview(maple.district, records=False)
    assert seen["mirror"] == 28 and seen["changes"] > 20 and seen["exports"] == 1
    row = ordered(maple)
    made_due(row)
    off(maple)
    row = carried_out(maple, row)
    assert (row.state, row.left) == ("done", [])
    assert {place.split(".")[0] for place in places(WORDS)} == {"schools_person"}
    assert (Person.objects.count(), maple.digest()) == (people, before)
    assert not SourceExport.objects.exists() and not Letter.objects.filter(state="sent").exists()
    assert all(row.counts[kind] >= count for kind, count in seen.items()), (
        "as many as were shown, or more"
    )
    assert proof(row).broken == "" and verify(maple.district.pk).broken == ""
    assert not [word for word in WORDS if word.lower() in row.text.lower()]
    assert not Run.objects.filter(purged_at=None).exists(), "each run says that it is gone"

    switch_on(district=maple.district, by=ADMIN)
    again = maple.sync()
    assert again.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS), again.message
    assert maple.digest() == before, "everybody is met again under the own Clever ID"
    assert_invariants(maple)


def test_C34_records_that_only_clever_wrote_go_if_that_is_ordered(maple: World) -> None:
    seen = preview(maple.district, records=True)["records"]
    touched = Person.objects.filter(district=maple.district).count() - seen
    assert touched == 4, "edited, locked, known to another source, made by hand"
    row = ordered(maple, records=True)
    made_due(row)
    off(maple)
    row = carried_out(maple, row)
    assert row.counts["records"] == seen
    assert Person.objects.filter(district=maple.district).count() == touched
    assert "Records that something else" in row.text


def test_C34_nothing_goes_before_its_time_and_any_owner_calls_it_off(maple: World) -> None:
    off(maple)
    row = ordered(maple)
    with pytest.raises(ConsoleError, match="already"):
        ordered(maple)
    before = found(WORDS)
    carried_out(maple, row)
    row.refresh_from_db()
    assert (row.state, row.counts, found(WORDS)) == ("waiting", {}, before)
    assert orders.cancel(destruction=row, by="olga@maple.example")
    assert not orders.cancel(destruction=row, by=ADMIN), "once"
    made_due(row)
    assert carried_out(maple, row).state == "cancelled"
    assert found(WORDS) == before
    told = AuditEvent.objects.filter(verb__startswith="destruction.").order_by("pk")
    assert list(told.values_list("verb", "actor")) == [
        ("destruction.ordered", ADMIN), ("destruction.cancelled", "olga@maple.example"),
    ]  # fmt: skip
    assert open_order(maple.district) is None
    assert ordered(maple).state == "waiting", "another one may be ordered"


def test_C34_nothing_goes_while_clever_is_on_or_a_run_is(maple: World) -> None:
    row = ordered(maple)
    made_due(row)
    assert carried_out(maple, row).state == "waiting"
    off(maple)
    run = Run.objects.filter(district=maple.district).latest("pk")
    Run.objects.filter(pk=run.pk).update(
        state=RunState.VALIDATING, lease_until=database_now() + timedelta(hours=1)
    )
    assert carried_out(maple, row).state == "waiting"
    Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED)
    assert carried_out(maple, row).state == "done"


def test_C34_a_killed_worker_goes_on_and_counts_each_row_once(
    maple: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PIECE", 7)
    monkeypatch.setattr(work, "RECORDS_AT_ONCE", 5)
    seen = preview(maple.district, records=True)
    row = ordered(maple, records=True)
    made_due(row)
    off(maple)
    kills = 0
    while kills < 200:
        passed = iter([None, Killed()])

        def crash(name: str, passed: Iterator[Any] = passed) -> None:
            if name == "destroying.piece" and (killed := next(passed)):
                raise killed

        fault_points.install(crash)
        try:
            due.work(loop=False)
            break
        except Killed:
            kills += 1
        finally:
            fault_points.install(None)
    assert kills > 10
    row = carried_out(maple, row)
    assert row.state == "done"
    assert row.counts["records"] == seen["records"]
    assert row.counts["exports"] == 1
    assert not PlannedChange.objects.filter(run__district=maple.district).exists()
    assert AuditEvent.objects.filter(verb="values.destroyed.district").count() == 1


def test_C34_a_piece_that_fails_is_neither_gone_nor_counted(
    maple: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ordered(maple)
    made_due(row)
    off(maple)

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(work, "add", dies)
        with pytest.raises(Killed):
            work.carry_out(row.pk, database_now())
    row.refresh_from_db()
    assert (row.state, row.counts) == ("waiting", {})
    assert MirrorObject.objects.filter(type="user").count() == 28


def test_C34_another_district_keeps_everything(maple: World) -> None:
    with world("birch", students=5, teachers=1, schools=1, seed="other") as birch:
        birch.connect()
        birch.sync()
        rows, digest = preview(birch.district, records=True), birch.digest()
        row = ordered(maple, records=True)
        made_due(row)
        off(maple)
        carried_out(maple, row)
        assert preview(birch.district, records=True) == rows
        assert birch.digest() == digest
        assert Connection.objects.get(district=birch.district).last_full_pull_id


def test_C34_the_command_names_first_and_destroys_with_yes(maple: World, tmp_path: Path) -> None:
    def said(*words: str) -> str:
        out = StringIO()
        call_command("destroy_data", "maple", *words, stdout=out)
        return out.getvalue()

    before = found(WORDS)
    assert "Nothing was destroyed. Say --yes" in said()
    assert json.loads(said("--json", "--records"))["counts"]["records"] > 20
    assert found(WORDS) == before and not Destruction.objects.exists()
    with pytest.raises(CommandError, match="Clever is switched on"):
        said("--yes")
    off(maple)
    waiting = ordered(maple)
    with pytest.raises(CommandError, match="waiting time is not over"):
        said("--yes")
    orders.cancel(destruction=waiting, by=ADMIN)
    text = said("--yes")
    assert "without a waiting time" in text
    assert {place.split(".")[0] for place in places(WORDS)} == {"schools_person"}
    row = Destruction.objects.get(state="done")
    file = tmp_path / "certificate.txt"
    file.write_text(row.text)
    out = StringIO()
    call_command("verify_certificates", "maple", "--file", str(file), stdout=out)
    assert "1 certificates, all as they were written" in out.getvalue()
    file.write_text(row.text.replace("rows", "row"))
    with pytest.raises(SystemExit):
        call_command("verify_certificates", "maple", "--file", str(file), stderr=StringIO())
    Destruction.objects.filter(pk=row.pk).update(text=row.text.replace("Finished", "Ended"))
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_certificates", "maple", stderr=err)
    assert f"No. {row.pk}: The text is not the one" in err.getvalue()


def test_C34_owners_are_told_when_it_is_ordered_called_off_and_done(maple: World) -> None:
    events = RunEvent.objects.filter(kind="destruction").order_by("pk")
    orders.cancel(destruction=ordered(maple), by=ADMIN)
    off(maple)
    row = ordered(maple)
    made_due(row)
    carried_out(maple, row)
    assert [event.details["what"] for event in events] == [
        "ordered", "cancelled", "ordered", "done",
    ]  # fmt: skip
