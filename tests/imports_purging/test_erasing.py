"""One person is erased wherever they stand, and may be kept out for good (C34)."""

import json
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.audit_chain import verify
from accounts.models import AuditEvent
from clever_sync.models import KeptOut, MirrorObject, Pull
from core.problems import ConsoleError
from core.vocabulary import DataType, PullKind, RunState
from imports import identity
from imports.destroying.person import erase, preview, traces
from imports.destroying.proof import proof
from imports.lease import database_now
from imports.models import (
    Alert,
    AlertCandidate,
    Destruction,
    FileLine,
    IdentityChange,
    MatchDecision,
    PeopleFile,
    Run,
)
from schools import writer
from schools.models import FieldLock, Person, RosterSource, SourceExport
from schools.source_export import identifiers_in, take_export
from tests.everywhere import found
from tests.world import ADMIN, World, assert_invariants, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
R = "roles.student"
WORDS = ["Zqfirst", "Zqlast", "Zqstreet", "1907-11-23", "11/23/1907", "zqmail", "Zqedited", "zqsis"]


def mark(here: World, student: str, **more: object) -> None:
    here.clever.control.edit(student, {
        "name": {"first": "Zqfirst", "middle": "", "last": "Zqlast"},
        "email": "zqmail@child.example", f"{R}.dob": "11/23/1907", f"{R}.sis_id": "zqsis-1",
        f"{R}.location.address": "17 Zqstreet", **more,
    })  # fmt: skip


@pytest.fixture
def maple() -> Iterator[World]:
    """One of twenty students is known everywhere: edits, locks, merges, alerts, an old source."""
    with world(students=20, teachers=3, schools=2, corners=False) as ready:
        ready.connect()
        mark(ready, ready.students()[0])
        ready.sync()
        everywhere(ready)
        yield ready
        assert_invariants(ready)


def everywhere(here: World) -> None:
    who = here.person(here.students()[0])
    writer.edit_person(person_id=who.pk, changes={"middle_name": "Zqedited"}, by=ADMIN)
    FieldLock.objects.create(
        district=here.district, person=who, field="email", kept_from="zqmail@child.example"
    )
    double = writer.create_person(
        district=here.district, data_type=DataType.STUDENT, school=None, by=ADMIN,
        values={"first_name": "Zqfirst", "last_name": "Zqlast"},
    )  # fmt: skip
    who.refresh_from_db()
    identity.merge(
        district=here.district, survivor_id=who.pk, other_id=double.pk, chosen=[],
        revisions={who.pk: who.revision, double.pk: double.revision}, by=ADMIN,
    )  # fmt: skip
    alert = Alert.objects.create(
        district=here.district, data_type="student", clever_id=who.clever_id or "",
        reason="left_clever", state="decided",
    )  # fmt: skip
    AlertCandidate.objects.create(alert=alert, person=who, score=90, person_revision=1)
    MatchDecision.objects.create(
        district=here.district, clever_id="c" * 24, person=who, decision="never", decided_by=ADMIN
    )
    Person.objects.filter(pk=who.pk).update(legacy_id="a" * 24)
    source = RosterSource.objects.create(
        district=here.district, system="legacy_clever", state="off"
    )
    other = here.person(here.students()[1])
    Person.objects.filter(pk=other.pk).update(legacy_id="b" * 24)
    take_export(source=source, by=ADMIN)
    for name, cell in (("his.csv", "ZQSIS-1 "), ("others.csv", "another")):
        file = PeopleFile.objects.create(
            district=here.district, name=name, uploaded_by=ADMIN, size=1, encoding="utf-8",
            delimiter=",", columns=["sis_id"], lines=1,
        )  # fmt: skip
        FileLine.objects.create(file=file, number=2, cells=[cell])
    here.sync()


def victim(here: World) -> Person:
    return Person.objects.get(district=here.district, legacy_id="a" * 24)


def erased(here: World, who: Person, *, keep_out: bool = True) -> Destruction:
    return erase(
        district=here.district, person_id=who.pk, keep_out=keep_out, by=ADMIN, now=database_now()
    )


def test_C34_an_erased_person_stands_nowhere_and_everybody_else_stays(maple: World) -> None:
    who = victim(maple)
    places = {place.split(".")[0] for place in found(WORDS)}
    assert {"schools_person", "imports_plannedchange", "clever_sync_mirrorobject"} <= places
    assert "schools_localedit" in places
    assert IdentityChange.objects.filter(person=who).exists()
    others = Person.objects.exclude(last_name="Zqlast").order_by("pk")
    before = list(others.values())
    seen = preview(maple.district, traces(maple.district, who.pk))
    assert seen["record"] == 2 and seen["exports"] == 1 and seen["edits"] >= 2
    row = erased(maple, who)
    assert row.counts == {kind: count for kind, count in seen.items() if count}
    assert found(WORDS) == {}
    assert found([who.clever_id or "?"]).keys() <= {"accounts_auditevent.subject"}
    assert list(others.values()) == before
    assert [line.file.name for line in FileLine.objects.all()] == ["others.csv"]
    assert PeopleFile.objects.get(name="his.csv").purged_at is not None
    assert PeopleFile.objects.get(name="others.csv").purged_at is None
    (export,) = SourceExport.objects.all()
    assert [identifier for _, identifier in identifiers_in(export)] == ["b" * 24]
    assert (row.state, proof(row).broken, verify(maple.district.pk).broken) == ("done", "", "")
    told = AuditEvent.objects.get(verb="values.destroyed.person")
    assert (told.actor, told.subject) == (ADMIN, f"destruction:{row.pk}")


def test_C34_whoever_is_kept_out_comes_in_by_no_door(maple: World) -> None:
    who = victim(maple)
    clever_id = who.clever_id or ""
    erased(maple, who)
    assert KeptOut.objects.count() == 1
    assert bytes.fromhex(clever_id) not in bytes(KeptOut.objects.get().digest)
    for full in (True, False, True):
        maple.clever.control.advance(86_400)
        maple.clever.control.sync()
        maple.clever.control.edit(clever_id, {"name.first": f"Zqfirst{full}"})
        run = maple.sync(full=full)
        assert run.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS)
        assert not MirrorObject.objects.filter(clever_id=clever_id).exists()
        assert not Person.objects.filter(last_name="Zqlast").exists()
    kinds = set(Pull.objects.values_list("kind", flat=True))
    assert kinds == {PullKind.FULL, PullKind.EVENTS}, "neither by a page nor by an event"
    quiet = maple.sync(full=True)
    assert maple.rows(quiet) == []
    assert not Pull.objects.latest("pk").walks.exclude(proved=True).exists()


def test_C34_without_the_note_the_next_full_sync_brings_a_new_record(maple: World) -> None:
    who = victim(maple)
    clever_id = who.clever_id
    erased(maple, who, keep_out=False)
    assert not KeptOut.objects.exists()
    maple.sync(full=True)
    new = Person.objects.get(clever_id=clever_id)
    assert new.pk != who.pk and new.middle_name is None


def test_C34_an_erasure_waits_for_a_run_and_is_whole_or_not_at_all(
    maple: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, before = victim(maple), found(WORDS)
    run = Run.objects.filter(district=maple.district).latest("pk")
    Run.objects.filter(pk=run.pk).update(state=RunState.VALIDATING)
    with pytest.raises(ConsoleError, match="A run is on"):
        erased(maple, who)
    Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED)

    def dies(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("imports.destroying.person.certify", dies)
        with pytest.raises(RuntimeError):
            erased(maple, who)
    assert found(WORDS) == before and not KeptOut.objects.exists()
    erased(maple, who)
    with pytest.raises(ConsoleError, match="not there any more"):
        erased(maple, who)


def test_C34_the_command_names_what_would_go_and_erases_with_yes(maple: World) -> None:
    def said(*words: str) -> str:
        out = StringIO()
        call_command("destroy_data", "maple", *words, stdout=out)
        return out.getvalue()

    who = victim(maple)
    assert "Say --yes" in said("--person", str(who.pk))
    assert json.loads(said("--person", str(who.pk), "--json"))["counts"]["record"] == 2
    assert Person.objects.filter(pk=who.pk).exists()
    assert "CERTIFICATE" in said("--person", str(who.pk), "--keep-out", "--yes")
    assert not Person.objects.filter(pk=who.pk).exists() and KeptOut.objects.count() == 1
    with pytest.raises(CommandError, match="not there any more"):
        said("--person", str(who.pk), "--yes")
