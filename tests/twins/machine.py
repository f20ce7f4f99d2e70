"""Two districts that live the same life, one of them with faults (engine.md 12).

Whatever happens in whatever order, at Clever, by people here and to the machine, the district
that was struck by faults is after each run what its twin is.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import count
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from clever_sandbox.control_client import ControlError
from clever_sandbox.people import REMOVED
from clever_sync.models import Connection
from core.problems import ConsoleError
from core.vocabulary import DataType, Decision, RunMode, RunState
from imports import alerts, holds
from imports.actions import start_run
from imports.models import Alert, Hold, Run
from imports.undoing.actions import start_undo
from schools import keeping, writer
from schools.models import FieldLock, Person, School
from tests.faults.striking import FAULTS, Fault, speaking_of, struck_by
from tests.invariants import assert_invariants_of
from tests.world import ADMIN, World, world

EVERY_TYPE = tuple(DataType)
SIZE: dict[str, Any] = {
    "students": 9,
    "teachers": 3,
    "staff": 2,
    "schools": 2,
    "seed": 11,
    "corners": False,
    "clock": "2026-09-01T05:00:00Z",
}
NUMBERS = count(1)
SOMEBODY = st.integers(0, 8)
EDITS = st.sampled_from(
    [
        ("name.first", "Marigold"),
        ("name.first", "Basil"),
        ("name.last", "Okafor-Lund"),
        ("email", None),
        ("email", "someone.else@maple.example"),
        ("roles.student.grade", "5"),
        ("roles.student.grade", "TransitionalTK"),
        ("roles.student.dob", "2012-02-30"),
        ("roles.student.student_number", "777001"),
        ("roles.student.student_number", ""),
    ]
)
LOCAL_FIELDS = st.sampled_from(["first_name", "middle_name", "email", "sis_id"])
# At most two strike one run: a third death without progress rightly ends it.
STRUCK = st.lists(st.sampled_from(sorted(FAULTS)), max_size=2)


class Twins(RuleBasedStateMachine):
    """`here` has the faults, `twin` has not; every other step is taken by both."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        number = next(NUMBERS)
        self.here = self.stack.enter_context(world(f"here-{number}", **SIZE))
        self.twin = self.stack.enter_context(world(f"twin-{number}", **SIZE))
        self.days = 0

    # The beginning and the end

    @initialize(known=st.lists(SOMEBODY, max_size=4, unique=True))
    def some_are_here_already(self, known: list[int]) -> None:
        """Records that are older than Clever, one of them a likeness without any key."""

        def begin(one: World) -> None:
            with speaking_of(one):
                one.connect()
            school = School.objects.get(district=one.district, site_code="S01")
            people = one.clever.control.people(role="student", limit=20)
            for place in known:
                record = people[place]
                values = {
                    "first_name": record["name"]["first"],
                    "last_name": record["name"]["last"],
                }
                if place:
                    values["sis_id"] = record["roles"]["student"]["sis_id"]
                writer.create_person(
                    district=one.district, data_type=DataType.STUDENT, values=values,
                    school=school, by=ADMIN,
                )  # fmt: skip

        self.both(begin)

    def teardown(self) -> None:
        """When the faults stop, one more night that reads everything brings both to one end."""
        try:
            if Connection.objects.filter(district=self.twin.district).exists():
                self.sync(faults=[], full=True)
            assert_invariants_of(self.here.district, sis_ids_may_be_shared=True)
        finally:
            for one in (self.here, self.twin):
                Connection.objects.filter(district=one.district).delete()
            self.stack.close()

    def both(self, step: Callable[[World], object]) -> Any:
        """Takes a step in both districts; it must come to the same, also when it is refused."""
        came = [self.refused_or(step, one) for one in (self.here, self.twin)]
        assert came[0] == came[1], came
        return came[0]

    def refused_or(self, step: Callable[[World], object], one: World) -> object:
        try:
            return step(one)
        except (ConsoleError, ControlError) as refusal:
            return type(refusal).__name__

    # What happens at Clever

    @rule(who=SOMEBODY, edit=EDITS)
    def clever_edits(self, who: int, edit: tuple[str, Any]) -> None:
        self.both(lambda one: bool(one.clever.control.edit(student(one, who), dict([edit]))))

    @rule(who=SOMEBODY)
    def somebody_leaves(self, who: int) -> None:
        self.both(lambda one: one.clever.control.remove(student(one, who)))

    @rule()
    def everybody_comes_back(self) -> None:
        def back(one: World) -> None:
            for person in one.clever.control.people(all=True, limit=50):
                if person["hidden"] == REMOVED:
                    one.clever.control.bring_back(person["id"])

        self.both(back)

    @rule()
    def somebody_comes(self) -> None:
        name = f"Newcomer {next(NUMBERS)}"
        self.both(lambda one: one.clever.control.add_student(first="Ines", last=name))

    @rule(who=SOMEBODY, other=SOMEBODY)
    def sis_ids_are_swapped(self, who: int, other: int) -> None:
        def swap(one: World) -> None:
            ids = [student(one, who), student(one, other)]
            was = [one.clever.control.person(i)["roles"]["student"].get("sis_id") for i in ids]
            for clever_id, sis_id in zip(ids, reversed(was), strict=True):
                one.clever.control.edit(clever_id, {"roles.student.sis_id": sis_id})

        self.both(swap)

    @rule(who=SOMEBODY, other=SOMEBODY)
    def one_sis_id_for_two(self, who: int, other: int) -> None:
        def share(one: World) -> None:
            first = one.clever.control.person(student(one, who))
            sis_id = first["roles"]["student"].get("sis_id")
            one.clever.control.edit(student(one, other), {"roles.student.sis_id": sis_id})

        self.both(share)

    @rule(who=SOMEBODY)
    def a_new_clever_id(self, who: int) -> None:
        self.both(lambda one: bool(one.clever.control.new_clever_id(student(one, who))))

    @rule()
    def employees_are_merged_or_split(self) -> None:
        def change(one: World) -> None:
            people = one.clever.control.people(limit=50)
            ids = [p["id"] for p in people if not {"student", "contact"} & p["roles"].keys()]
            if not ids:
                return
            if len(ids) == 1:
                one.clever.control.split_employee(ids[0])
            else:
                one.clever.control.merge_employees(ids[0], ids[-1])

        self.both(change)

    @rule(place=st.integers(0, 1), shared=st.booleans())
    def a_school_is_shared_or_not(self, place: int, shared: bool) -> None:
        def change(one: World) -> None:
            school = one.clever.control.schools()[place]["id"]
            control = one.clever.control
            (control.share_school if shared else control.unshare_school)(school)

        self.both(change)

    # What people do here

    @rule(who=SOMEBODY, field=LOCAL_FIELDS)
    def somebody_edits_here(self, who: int, field: str) -> None:
        value = f"{field}{next(NUMBERS)}@maple.example"
        self.both(
            lambda one: writer.edit_person(
                person_id=person(one, who).pk, changes={field: value}, by=ADMIN
            )
        )

    @rule(who=SOMEBODY, field=LOCAL_FIELDS)
    def a_field_is_locked(self, who: int, field: str) -> None:
        self.both(
            lambda one: keeping.lock(
                district=one.district, person_ids=[person(one, who).pk], fields=[field],
                by=ADMIN, reason="said by phone",
            )
        )  # fmt: skip

    @rule()
    def all_locks_go(self) -> None:
        def unlock(one: World) -> int:
            locks = FieldLock.objects.filter(district=one.district).values_list("pk", flat=True)
            return keeping.unlock(district=one.district, lock_ids=list(locks), by=ADMIN)

        self.both(unlock)

    @rule(who=SOMEBODY, protected=st.booleans())
    def somebody_is_protected_or_not(self, who: int, protected: bool) -> None:
        def protect(one: World) -> int:
            whom: dict[str, Any] = {
                "district": one.district,
                "person_ids": [person(one, who).pk],
                "by": ADMIN,
            }
            if protected:
                return keeping.protect(**whom, reason="teaches abroad")
            return keeping.unprotect(**whom)

        self.both(protect)

    @rule(decision=st.sampled_from([Decision.MATCH, Decision.CREATE, Decision.NEVER]))
    def every_alert_is_decided(self, decision: Decision) -> None:
        def decide(one: World) -> list[object]:
            waiting = alerts.waiting(one.district)
            return [
                self.refused_or(partial(decide_one, alert=alert, decision=decision), one)
                for alert in sorted(waiting, key=lambda alert: (alert.clever_id, alert.reason))
            ]

        self.both(decide)

    @rule(struck=STRUCK)
    def updates_are_processed(self, struck: list[str]) -> None:
        def process(one: World) -> Run | None:
            return alerts.process(district=one.district, by=ADMIN).run

        self.run(struck, process)

    @rule(struck=STRUCK)
    def the_first_hold_is_approved(self, struck: list[str]) -> None:
        def approve(one: World) -> Run | None:
            hold = first_hold(one)
            return holds.approve(hold_id=hold.pk, by=ADMIN) if hold else None

        self.run(struck, approve)

    @rule()
    def the_first_hold_is_discarded(self) -> None:
        def discard(one: World) -> bool:
            hold = first_hold(one)
            return hold is not None and bool(holds.discard(hold_id=hold.pk, by=ADMIN))

        self.both(discard)

    @rule(struck=STRUCK)
    def the_last_import_is_undone(self, struck: list[str]) -> None:
        def undo(one: World) -> Run | None:
            done = Run.objects.filter(district=one.district, mode=RunMode.LIVE)
            last = done.filter(state__in=[RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS])
            run = last.order_by("-pk").first()
            return start_undo(run=run, by=ADMIN) if run else None

        self.run(struck, undo)

    # Runs

    @rule(faults=STRUCK, full=st.booleans())
    def sync(self, faults: list[str], full: bool) -> None:
        """A night; Clever has read the SIS anew."""
        self.days += 1
        for one in (self.here, self.twin):
            one.clever.control.advance(86_400)
            one.clever.control.sync()
        self.run(
            faults,
            lambda one: start_run(
                district=one.district, mode=RunMode.LIVE, data_types=list(EVERY_TYPE),
                requested_by=ADMIN, approved=True, full=full,
            ).run,
        )  # fmt: skip

    @rule()
    def test_import(self) -> None:
        def test(one: World) -> tuple[str, object]:
            before = one.digest()
            with speaking_of(one):
                run = one.test(EVERY_TYPE)
            assert one.digest() == before, "a test changes no record"
            return run.state, run.counts

        self.both(test)

    def run(self, struck: Sequence[str], start: Callable[[World], Run | None]) -> None:
        """A run in both, here with faults: the same comes of it, and the same people are there."""

        def begun(one: World) -> Run | str | None:
            try:
                return start(one)
            except ConsoleError as refusal:
                return type(refusal).__name__

        ended = []
        for one in (self.here, self.twin):
            faults: list[Fault] = [FAULTS[name] for name in struck] if one is self.here else []
            with speaking_of(one):
                run = begun(one)
                if isinstance(run, Run):
                    run = struck_by(one, faults, partial(as_it_is, run))[0]
            one.clever.control.clear_faults()
            ended.append(run if not isinstance(run, Run) else (run.state, run.counts))
        note(f"run with {struck}: {ended[0]}")
        assert ended[0] == ended[1], ended
        assert self.here.digest() == self.twin.digest(), struck


def as_it_is(run: Run) -> Run:
    return run


def student(one: World, place: int) -> str:
    """The Clever ID of a shared student, the first again after the last."""
    found = one.students()
    return found[place % len(found)] if found else "f" * 24


def person(one: World, place: int) -> Person:
    """A record here, the same one in both districts."""
    found = Person.objects.filter(district=one.district, archived_at=None).order_by(
        "clever_id", "last_name", "first_name", "pk"
    )
    people = list(found)
    if not people:
        raise ConsoleError("Nobody is here.")
    return people[place % len(people)]


def first_hold(one: World) -> Hold | None:
    found = Hold.objects.filter(district=one.district, state="open")
    return found.order_by("data_type", "action", "cause", "slice", "pk").first()


def decide_one(one: World, *, alert: Alert, decision: Decision) -> str:
    """Match means the best candidate."""
    candidates = sorted(alert.candidates.all(), key=lambda c: (-c.score, c.person.last_name, c.pk))
    whom = candidates[0].person_id if candidates and decision is not Decision.CREATE else None
    alerts.decide(alert_id=alert.pk, decision=decision, person_id=whom, by=ADMIN)
    return str(decision)
