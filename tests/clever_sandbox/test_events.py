"""Events: opt-in, oldest first, kept for 30 days."""

from clever_sandbox.event_log import earlier_values
from clever_sandbox.object_ids import created_at
from clever_sandbox.running import RunningSandbox, running_sandbox
from tests.clever_sandbox.asking import Asking


def test_a_district_begins_without_events(shared: Asking) -> None:
    assert shared.records("/events") == []
    assert shared.records("/events", ending_before="last", limit=1) == []


def test_events_come_oldest_first_and_last_is_the_newest(
    sandbox: RunningSandbox, ask: Asking
) -> None:
    people = [person["id"] for person in sandbox.control.people("student", limit=3)]
    for person in people:
        sandbox.control.remove(person)
    events = ask.events()
    assert [event["data"]["object"]["id"] for event in events] == people
    assert ask.records("/events", limit=1)[0]["data"]["object"]["id"] == people[0]
    newest = ask.records("/events", ending_before="last", limit=1)
    assert newest[0]["data"]["object"]["id"] == people[2]
    assert ask.records("/events", starting_after=events[1]["id"]) == events[2:]
    assert ask.json(f"/events/{events[0]['id']}")["data"] == events[0]


def test_events_fall_off_after_thirty_days(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.set_clock("2026-03-01T05:00:00Z")
    one, two = sandbox.control.people("student", limit=2)
    sandbox.control.remove(one["id"])
    event = ask.events()[0]
    assert created_at(event["id"]).isoformat() == "2026-03-01T05:00:00+00:00"
    sandbox.control.advance(30 * 86400)
    assert len(ask.events()) == 1
    sandbox.control.remove(two["id"])
    sandbox.control.advance(1)
    assert [each["data"]["object"]["id"] for each in ask.events()] == [two["id"]]
    assert ask.get(f"/events/{event['id']}").status_code == 404
    sandbox.control.expire_events()
    assert ask.events() == []


def test_switched_off_nothing_is_written(sandbox: RunningSandbox, ask: Asking) -> None:
    one, two = sandbox.control.people("student", limit=2)
    sandbox.control.events(False)
    sandbox.control.remove(one["id"])
    sandbox.control.events(True)
    sandbox.control.remove(two["id"])
    assert [each["data"]["object"]["id"] for each in ask.events()] == [two["id"]]


def test_a_sandbox_can_begin_without_events() -> None:
    with running_sandbox(students=5, events=False) as sandbox:
        sandbox.control.rollover()
        assert Asking(sandbox).events() == []


def test_filters_by_school_and_record_type(sandbox: RunningSandbox, ask: Asking) -> None:
    one, two = (school["id"] for school in sandbox.control.schools()[:2])
    sandbox.control.edit(one, {"phone": "1"})
    student = ask.records(f"/schools/{two}/users", role="student", limit=1)[0]["id"]
    sandbox.control.remove(student)
    sandbox.control.set_state("running")
    assert [e["type"] for e in ask.records("/events", school=one)] == ["schools.updated"]
    assert [e["type"] for e in ask.records("/events", school=two)] == ["users.deleted"]
    both = ask.records("/events", record_type=["schools", "districts"])
    assert [e["type"] for e in both] == ["schools.updated", "districts.updated"]
    assert len(ask.records("/events")) == 3


def test_the_older_version_has_no_events_of_later_fields(
    sandbox: RunningSandbox, ask: Asking
) -> None:
    person = sandbox.control.people("student", limit=1)[0]["id"]
    old = Asking(sandbox, "v3.0")
    sandbox.control.edit(person, {"roles.student.frl_status": "Other"})
    assert len(ask.events()) == 1
    assert old.events() == []
    sandbox.control.edit(person, {"roles.student.gender": "X"})
    assert len(old.events()) == 1
    assert "frl_status" not in str(old.events())


def test_an_edit_without_effect_on_what_is_shared_is_no_event(
    sandbox: RunningSandbox, ask: Asking
) -> None:
    person = sandbox.control.people("student", limit=1)[0]["id"]
    sandbox.control.remove(person)
    sandbox.control.edit(person, {"name.first": "Gone"})
    assert [event["type"] for event in ask.events()] == ["users.deleted"]


def test_earlier_values_name_only_what_differs() -> None:
    before = {"a": 1, "b": {"c": 1, "d": 2}, "e": 3}
    after = {"a": 1, "b": {"c": 9, "d": 2}, "f": 4}
    assert earlier_values(before, after) == {"b": {"c": 1}, "e": 3, "f": None}
