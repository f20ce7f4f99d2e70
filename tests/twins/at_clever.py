"""What happens at Clever in the lives of the twins."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from clever_sandbox.people import REMOVED
from tests.twins.pair import NUMBERS, SOMEBODY, Pair, student
from tests.world import World

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


class AtClever(Pair):
    """Edits, removals and returns, changed and shared ids, roles, schools shared and not."""

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
