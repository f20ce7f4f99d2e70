"""Two districts that live the same life, one of them with faults (engine.md 12).

Whatever happens in whatever order, at Clever, by people here and to the machine, the district
that was struck by faults is after each run what its twin is.
"""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from clever_sync.models import Connection
from core.problems import ConsoleError
from core.vocabulary import DataType, RunMode, RunState
from imports import alerts, holds
from imports.actions import start_run
from imports.models import Run
from imports.undoing.actions import refuse, start_undo
from imports.undoing.scope import Scope
from schools import writer
from schools.models import School
from tests.invariants import assert_invariants_of
from tests.twins.at_clever import AtClever
from tests.twins.by_people import ByPeople
from tests.twins.pair import EVERY_TYPE, MOST_RUNS, SOMEBODY, STRUCK, first_hold, speaking_nearby
from tests.world import ADMIN, World

IMPORTED = [RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS]


class Twins(AtClever, ByPeople):
    """Where a life begins and ends, and the runs in it."""

    @initialize(known=st.lists(SOMEBODY, max_size=4, unique=True), imported=st.booleans())
    def some_are_here_already(self, known: list[int], imported: bool) -> None:
        """Records that are older than Clever, one of them a likeness without any key; in half of
        the lives everybody was imported once."""

        def begin(one: World) -> None:
            with speaking_nearby(one):
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
        if imported:
            self.sync(faults=[], full=False)

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

    # Runs

    @precondition(lambda self: self.may_run())
    @rule(faults=STRUCK, full=st.booleans())
    def sync(self, faults: list[str], full: bool) -> None:
        """A night; Clever has read the SIS anew."""
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
        self.imported = True

    @precondition(lambda self: self.may_run() and not self.tested)
    @rule()
    def test_import(self) -> None:
        def test(one: World) -> tuple[str, object]:
            before = one.digest()
            with speaking_nearby(one):
                run = one.test(EVERY_TYPE)
            assert one.digest() == before, "a test changes no record"
            return run.state, run.counts

        self.both(test)
        self.tested = True
        self.runs += 1
        self.look()

    @precondition(lambda self: self.decided and self.imported)
    @rule(struck=STRUCK)
    def updates_are_processed(self, struck: list[str]) -> None:
        def process(one: World) -> Run | None:
            return alerts.process(district=one.district, by=ADMIN).run

        self.run(struck, process)

    @precondition(lambda self: self.held)
    @rule(struck=STRUCK, one_school=st.booleans())
    def the_first_hold_is_approved(self, struck: list[str], one_school: bool) -> None:
        def approve(one: World) -> Run | None:
            hold = first_hold(one)
            if hold is None:
                return None
            codes = School.objects.filter(pk__in=[row["school"] for row in hold.schools])
            first = list(codes.order_by("site_code").values_list("pk", flat=True)[:1])
            return holds.approve(hold_id=hold.pk, by=ADMIN, schools=first if one_school else None)

        self.run(struck, approve)

    @precondition(lambda self: self.imported and self.runs < MOST_RUNS)
    @rule(struck=STRUCK, back=st.integers(0, 1), field=st.sampled_from(["", "", "first_name"]))
    def an_import_is_undone(self, struck: list[str], back: int, field: str) -> None:
        """One of the last two that can be undone, which may be an undo."""

        def undo(one: World) -> Run | None:
            done = Run.objects.filter(
                district=one.district, mode=RunMode.LIVE, state__in=IMPORTED
            ).order_by("-pk")
            runs = [run for run in done if not is_refused(run)][back:]
            return start_undo(run=runs[0], by=ADMIN, scope=Scope(field=field)) if runs else None

        self.run(struck, undo)


def is_refused(run: Run) -> bool:
    """Whether there is nothing to be undone in it, or not any more."""
    try:
        refuse(run)
    except ConsoleError:
        return True
    return False
