"""C30: changing schools, sharing, the district and the sandbox itself."""

from datetime import UTC, datetime

import pytest

from clever_sandbox.control_client import ControlError
from clever_sandbox.running import RunningSandbox, running_sandbox
from tests.clever_sandbox.asking import Asking


def test_C30_an_unshared_school_takes_its_people_along(
    sandbox: RunningSandbox, ask: Asking
) -> None:
    school = sandbox.control.schools()[1]["id"]
    before = {person["id"]: person for person in ask.walk("/users")}
    only_there = {
        each
        for each, person in before.items()
        if {at for held in person["roles"].values() for at in held.get("schools", ())} == {school}
    }
    sandbox.control.unshare_school(school)
    after = {person["id"]: person for person in ask.walk("/users")}
    assert before.keys() - after.keys() == only_there
    assert ask.get(f"/schools/{school}").status_code == 404
    assert school not in str(after)
    kinds = [event["type"] for event in ask.events()]
    assert kinds.count("users.deleted") == len(only_there) > 0
    assert [event["type"] for event in ask.events("schools")] == ["schools.deleted"]

    sandbox.control.share_school(school)
    assert {person["id"]: person for person in ask.walk("/users")} == before
    assert ask.get(f"/schools/{school}").status_code == 200


def test_C30_changes_of_hidden_people_show_when_they_are_shared_again(
    sandbox: RunningSandbox, ask: Asking
) -> None:
    school = sandbox.control.schools()[1]["id"]
    person = ask.walk(f"/schools/{school}/users", role="student", primary="true")[0]
    changes = {"roles.student.schools": [school]}
    sandbox.control.edit(person["id"], changes)
    sandbox.control.unshare_school(school)
    sandbox.control.edit(person["id"], {"name.first": "Hidden"})
    sandbox.control.share_school(school)
    assert ask.json(f"/users/{person['id']}")["data"]["name"]["first"] == "Hidden"


def test_C30_a_role_without_data_access_is_not_shown(sandbox: RunningSandbox, ask: Asking) -> None:
    before = ask.walk("/users")
    sandbox.control.share_role("staff", False)
    after = ask.walk("/users")
    assert ask.records("/users", role="staff") == []
    assert not any("staff" in person["roles"] for person in after)
    assert len(ask.walk("/users", role="teacher")) == 20
    sandbox.control.share_role("staff", True)
    assert ask.walk("/users") == before


def test_C30_special_fields_come_and_go(sandbox: RunningSandbox, ask: Asking) -> None:
    def gpa() -> list[str | None]:
        people = ask.walk("/users", role="student")
        return [person["roles"]["student"].get("weighted_gpa") for person in people]

    assert set(gpa()) == {None}
    sandbox.control.special_fields(True)
    given = gpa()
    assert None not in given
    sandbox.control.special_fields(False)
    assert set(gpa()) == {None}
    sandbox.control.special_fields(True)
    assert gpa() == given


def test_C30_schools_are_edited_and_added(sandbox: RunningSandbox, ask: Asking) -> None:
    school = sandbox.control.schools()[0]["id"]
    sandbox.control.edit(school, {"name": "Renamed"})
    added = sandbox.control.add_school(name="Brand New")
    names = {record["id"]: record["name"] for record in ask.records("/schools")}
    assert names[school] == "Renamed"
    assert names[added] == "Brand New"
    kinds = [event["type"] for event in ask.events("schools")]
    assert kinds == ["schools.updated", "schools.created"]


@pytest.mark.parametrize("state", ["running", "pending", "error", "paused", "success", ""])
def test_C30_district_states(sandbox: RunningSandbox, ask: Asking, state: str) -> None:
    sandbox.control.set_state(state, "2026-06-01", "2026-08-15")
    (district,) = ask.records("/districts")
    assert district["state"] == state
    assert (district["pause_start"], district["pause_end"]) == ("2026-06-01", "2026-08-15")
    assert len(ask.records("/users")) > 0


def test_C30_unknown_states_are_refused(sandbox: RunningSandbox) -> None:
    with pytest.raises(ControlError, match="no state"):
        sandbox.control.set_state("asleep")


def test_C30_last_sync_moves_with_the_content(sandbox: RunningSandbox, ask: Asking) -> None:
    def last_sync() -> str:
        return str(ask.records("/districts")[0]["last_sync"])

    sandbox.control.set_clock("2026-03-01T05:00:00Z")
    sandbox.control.set_last_sync("2026-02-01")
    assert last_sync() == "2026-02-01T00:00:00.000Z"
    person = sandbox.control.people("student", limit=2)
    sandbox.control.remove(person[0]["id"], sync=False)
    sandbox.control.events(False)
    assert last_sync() == "2026-02-01T00:00:00.000Z"
    sandbox.control.remove(person[1]["id"])
    assert last_sync() == "2026-03-01T05:00:00.000Z"
    sandbox.control.sync()
    assert last_sync() == "2026-03-01T05:00:00.001Z"


def test_C30_the_clock_is_stopped_moved_and_let_go(sandbox: RunningSandbox) -> None:
    sandbox.control.set_clock("2026-03-01T05:00:00Z")
    sandbox.control.advance(90)
    assert sandbox.clock.now() == datetime(2026, 3, 1, 5, 1, 30, tzinfo=UTC)
    sandbox.control.set_clock(None)
    before = sandbox.clock.now()
    sandbox.control.advance(3600)
    assert 3590 < (sandbox.clock.now() - before).total_seconds() < 3700


def test_C30_reset_makes_everything_anew(sandbox: RunningSandbox, ask: Asking) -> None:
    before = ask.walk("/users")
    school = sandbox.control.schools()[0]["id"]
    sandbox.control.unshare_school(school)
    sandbox.control.rollover()
    sandbox.control.faults([{"do": "status"}])
    sandbox.control.reset()
    assert ask.walk("/users") == before
    assert ask.events() == []
    assert sandbox.control.fault_rules() == []


def test_C30_another_scenario_can_be_loaded_and_is_what_a_reset_goes_back_to(
    sandbox: RunningSandbox,
) -> None:
    former = sandbox.district_ids
    control = sandbox.control
    control.faults([{"do": "status"}])
    rename = {"do": "edit_district", "district": "two", "changes": {"name": "Cedar Falls"}}
    districts = [{"key": "one", "students": 3}, {"key": "two", "students": 4}]
    control.load({"districts": districts, "actions": [rename], "clock": "2026-03-01T05:00:00Z"})
    assert set(former).isdisjoint(sandbox.district_ids)
    assert [len(control.of(key).people("student")) for key in ("one", "two")] == [3, 4]
    assert control.describe(district="two")["name"] == "Cedar Falls"
    assert control.describe()["last_sync"] == "2026-03-01T05:00:00.000Z"
    assert control.fault_rules() == []
    control.of("one").remove(control.of("one").people("student")[0]["id"])
    control.reset()
    assert len(control.of("one").people("student")) == 3


@pytest.mark.parametrize("scenario", [{"colour": "blue"}, {"districts": [{"pupils": 3}]}])
def test_C30_what_is_no_scenario_changes_nothing(
    sandbox: RunningSandbox, scenario: dict[str, object]
) -> None:
    former = sandbox.district_ids
    with pytest.raises(ControlError, match="no scenario"):
        sandbox.control.load(scenario)
    assert sandbox.district_ids == former


def test_C30_several_districts_are_controlled_apart() -> None:
    value = {"$domain": "two.example"}
    edit = {"do": "bulk_edit", "role": "teacher", "path": "email", "value": value}
    scenario = {
        "districts": [
            {"key": "one", "students": 9},
            {"key": "two", "students": 9, "state": "paused"},
        ],
        "actions": [edit | {"district": "two"}],
        "faults": [{"do": "status", "district": "two", "path": "/schools"}],
    }
    with running_sandbox(scenario=scenario) as sandbox:
        one, two = sandbox.control, sandbox.control.of("two")
        assert (one.describe()["state"], two.describe()["state"]) == ("success", "paused")
        assert "two.example" in two.people("teacher")[0]["email"]
        assert "two.example" not in one.people("teacher")[0]["email"]
        one_token, two_token = (district.token for district in sandbox.sandbox.districts)
        assert Asking(sandbox, token=one_token).get("/schools").status_code == 200
        assert Asking(sandbox, token=two_token).get("/schools").status_code == 503
        two.remove(two.people("student")[0]["id"])
        assert (len(one.people("student")), len(two.people("student"))) == (9, 8)


def test_C30_requests_are_logged(sandbox: RunningSandbox, ask: Asking) -> None:
    ask.get("/users", role="student", limit=5)
    ask.get("/classes")
    logged = [(each["path"], each["status"]) for each in sandbox.control.requests()]
    assert logged == [("/v3.1/users", 200), ("/v3.1/classes", 404)]
    assert sandbox.requests.count("/users", role="student") == 1
    assert sandbox.requests[0].params == {"role": "student", "limit": "5"}
    assert [asked.path for asked in sandbox.requests] == sandbox.requests.paths()
    sandbox.control.clear_requests()
    assert len(sandbox.requests) == 0
