"""Whatever happens in a district, its events lead from the old roster to the new one."""

from collections.abc import Callable
from random import Random

import pytest

from clever_sandbox.control_client import Control, ControlError
from clever_sandbox.running import running_sandbox
from tests.clever_sandbox.asking import Asking, Record

Act = Callable[[Control, Random], object]


def anybody(control: Control, chance: Random, role: str | None = None) -> str:
    return str(chance.choice(control.people(role, limit=200, all=True))["id"])


def any_school(control: Control, chance: Random) -> str:
    return str(chance.choice(control.schools())["id"])


ACTS: tuple[Act, ...] = (
    lambda control, chance: control.edit(anybody(control, chance), {"name.first": "New"}),
    lambda control, chance: control.remove(anybody(control, chance)),
    lambda control, chance: control.bring_back(anybody(control, chance)),
    lambda control, chance: control.new_clever_id(anybody(control, chance)),
    lambda control, chance: control.split_employee(anybody(control, chance, "teacher")),
    lambda control, chance: control.merge_employees(
        anybody(control, chance, "teacher"), anybody(control, chance, "staff")
    ),
    lambda control, chance: control.unshare_school(any_school(control, chance)),
    lambda control, chance: control.share_school(any_school(control, chance)),
    lambda control, chance: control.share_role("staff", chance.random() < 0.5),
    lambda control, chance: control.special_fields(chance.random() < 0.5),
    lambda control, chance: control.bulk_edit("student", "grade", {"$format": "{value}x"}),
    lambda control, _chance: control.rollover(),
    lambda control, _chance: control.add_student(),
    lambda control, _chance: control.add_teacher(),
)


def roster(ask: Asking) -> dict[str, Record]:
    return {person["id"]: person for person in ask.walk("/users", limit=1000)}


def replay(people: dict[str, Record], events: list[Record]) -> dict[str, Record]:
    people = dict(people)
    for event in events:
        record = event["data"]["object"]
        if event["type"] == "users.deleted":
            del people[record["id"]]
        else:
            assert (record["id"] in people) == (event["type"] == "users.updated")
            people[record["id"]] = record
    return people


@pytest.mark.parametrize("seed", range(6))
def test_C30_events_lead_from_the_old_roster_to_the_new(seed: int) -> None:
    chance = Random(seed)
    with running_sandbox(students=25, teachers=6, staff=4, schools=3, seed=seed) as sandbox:
        ask = Asking(sandbox)
        before = roster(ask)
        for _ in range(15):
            try:
                chance.choice(ACTS)(sandbox.control, chance)
            except ControlError as refused:
                assert str(refused).startswith("400")  # noqa: PT017 - a refusal is no failure
        after = roster(ask)
        assert replay(before, ask.events()) == after
        for school in sandbox.control.schools():
            members = {
                each
                for each, person in after.items()
                if any(school["id"] in held.get("schools", ()) for held in person["roles"].values())
            }
            if school["shared"]:
                assert set(ask.ids(f"/schools/{school['id']}/users")) == members
            else:
                assert members == set()
