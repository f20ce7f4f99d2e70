"""Connecting, checking and resetting."""

from typing import Any

import pytest

from accounts.models import AuditEvent
from clever_sandbox.running import RunningSandbox, running_sandbox
from clever_sync import actions
from clever_sync.models import Connection, MirrorObject, PageSeal, Pull
from clever_sync.queries import (
    clever_schools,
    connection_of,
    doubts,
    findings,
    last_pull,
    people_per_school,
)
from core.problems import ConsoleError
from core.vocabulary import ConnectionState
from schools.models import District, Person
from tests.clever_sync.conftest import FakeTime, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(db: None) -> District:
    return District.objects.create(slug="maple", name="Maple Ridge", time_zone="UTC")


def connect(district: District, sandbox: RunningSandbox, text: str = "", **more: Any) -> Connection:
    client = client_of(sandbox, FakeTime(), **more)
    text = text or sandbox.district_id
    return actions.connect(district=district, text=text, by="owner@maple.example", client=client)


@pytest.mark.parametrize(
    "text", ["{}", " {} ", "https://clever.com/oauth/instant-login?client_id=1&district_id={}"]
)
def test_B39_the_id_or_the_url_connects(
    district: District, sandbox: RunningSandbox, text: str
) -> None:
    connection = connect(district, sandbox, text.format(sandbox.district_id))
    assert connection == connection_of(district)
    assert connection.clever_district_id == sandbox.district_id
    assert connection.state == ConnectionState.READY
    assert connection.clever_name == "#DEMO Maple Ridge Unified"
    names = {school.payload["name"] for school in clever_schools(connection)}
    assert names == {school["name"] for school in sandbox.control.schools()}


def test_C23_connecting_is_audited(district: District, sandbox: RunningSandbox) -> None:
    connect(district, sandbox)
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor) == ("clever.connect", "owner@maple.example")
    assert (event.district, event.subject) == (district, sandbox.district_id)
    assert event.details == {"state": "ready"}


def test_connecting_again_changes_nothing(district: District, sandbox: RunningSandbox) -> None:
    first = connect(district, sandbox)
    assert connect(district, sandbox).pk == first.pk
    assert MirrorObject.objects.count() == 3


def test_a_district_that_has_not_connected_yet_waits(
    district: District, sandbox: RunningSandbox
) -> None:
    sandbox.control.disconnect()
    connection = connect(district, sandbox)
    assert connection.state == ConnectionState.WAITING
    since = connection.waiting_since
    assert since is not None
    assert not MirrorObject.objects.exists()
    assert connect(district, sandbox).waiting_since == since
    sandbox.control.reconnect()
    checked = actions.check(connection=connection, client=client_of(sandbox, FakeTime()))
    assert checked.state == ConnectionState.READY
    assert checked.waiting_since is None
    assert clever_schools(checked).count() == 3


def test_an_id_of_another_district_here_is_refused(
    district: District, sandbox: RunningSandbox
) -> None:
    connect(district, sandbox)
    other = District.objects.create(slug="oak", name="Oak Hill", time_zone="UTC")
    with pytest.raises(ConsoleError) as refused:
        connect(other, sandbox)
    assert refused.value.code == "district_id_taken"
    assert connection_of(other) is None


def test_F51_a_token_of_another_district_is_refused(
    district: District, sandbox: RunningSandbox
) -> None:
    sandbox.control.faults([{"do": "other_district", "path": "/districts"}])
    with pytest.raises(ConsoleError) as refused:
        connect(district, sandbox)
    assert refused.value.code == "wrong_district"
    assert connection_of(district) is None
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"do": "status", "status": 503, "path": "/oauth"}, "clever_unavailable"),
        ({"do": "status", "status": 503, "path": "/districts"}, "clever_unavailable"),
        ({"do": "status", "status": 503, "path": "/schools"}, "clever_unavailable"),
        ({"do": "status", "status": 401, "path": "/oauth"}, "clever_credentials_refused"),
        ({"do": "status", "status": 401, "path": "/districts"}, "clever_token_refused"),
        ({"do": "html", "path": "/districts"}, "unexpected_answer"),
    ],
)
def test_when_clever_is_in_the_way_nothing_is_stored(
    district: District, sandbox: RunningSandbox, rule: dict[str, Any], code: str
) -> None:
    sandbox.control.faults([rule])
    with pytest.raises(ConsoleError) as refused:
        connect(district, sandbox)
    assert refused.value.code == code
    assert refused.value.sentence
    assert connection_of(district) is None


def test_a_wrong_id_may_be_corrected_before_the_first_pull(
    district: District, sandbox: RunningSandbox
) -> None:
    wrong = "0" * 24
    assert connect(district, sandbox, wrong).state == ConnectionState.WAITING
    assert connect(district, sandbox).clever_district_id == sandbox.district_id
    assert Connection.objects.count() == 1


def test_another_id_after_a_pull_needs_a_reset(pulled: World) -> None:
    district = pulled.connection.district
    with pytest.raises(ConsoleError) as refused:
        connect(district, pulled.sandbox, "0" * 24)
    assert refused.value.code == "district_id_fixed"
    assert len(pulled.live()) > 120


@pytest.mark.parametrize(
    ("rule", "code", "state"),
    [
        ({"do": "status", "status": 401}, "clever_token_refused", "needs_attention"),
        ({"do": "other_district"}, "wrong_district", "needs_attention"),
        ({"do": "status", "status": 403, "body": {}}, "clever_disconnected", "disconnected"),
        ({"do": "status", "status": 503}, "clever_unavailable", "ready"),
    ],
)
def test_a_check_notes_what_the_answer_means(
    pulled: World, rule: dict[str, Any], code: str, state: str
) -> None:
    pulled.control.faults([{**rule, "path": "/districts"}])
    with pytest.raises(ConsoleError) as refused:
        actions.check(connection=pulled.connection, client=pulled.client())
    assert refused.value.code == code
    pulled.connection.refresh_from_db()
    assert pulled.connection.state == state
    assert len(pulled.live()) > 120
    pulled.control.clear_faults()
    checked = actions.check(connection=pulled.connection, client=pulled.client())
    assert (checked.state, checked.attention) == (ConnectionState.READY, "")


def test_A25_reset_keeps_records(pulled: World) -> None:
    student = pulled.ids("student")[0]
    pulled.link(student)
    district = pulled.connection.district
    before = list(Person.objects.values())
    actions.reset(district=district, by="owner@maple.example")
    assert connection_of(district) is None
    for gone in (MirrorObject, PageSeal, Pull):
        assert not gone._default_manager.exists()
    assert list(Person.objects.values()) == before
    assert AuditEvent.objects.get().verb == "clever.reset"
    actions.reset(district=district, by="owner@maple.example")
    assert AuditEvent.objects.count() == 1


def test_after_a_reset_everything_can_begin_anew(pulled: World) -> None:
    district = pulled.connection.district
    actions.reset(district=district, by="owner@maple.example")
    pulled.connection = connect(district, pulled.sandbox)
    pulled.pull()
    pulled.assert_mirror_is_truth()


def test_what_pages_ask(pulled: World) -> None:
    pull = last_pull(pulled.connection)
    assert pull is not None
    assert pull == pulled.connection.last_full_pull
    assert not doubts(pull)
    assert set(findings(pull).values_list("code", flat=True)) == {"email_invalid"}
    assert not findings(pull, "cleaned")
    people = people_per_school(pulled.connection)
    assert people.keys() == {school.clever_id for school in clever_schools(pulled.connection)}
    assert sum(people.values()) == sum(row.school is not None for row in pulled.live().values())


def test_schools_of_two_districts_stay_apart(district: District, time: FakeTime) -> None:
    scenario = {"districts": [{"key": "a", "students": 20}, {"key": "b", "students": 20}]}
    other = District.objects.create(slug="oak", name="Oak Hill", time_zone="UTC")
    with running_sandbox(scenario=scenario) as sandbox:
        ids = sandbox.district_ids
        one = connect(district, sandbox, ids[0])
        two = connect(other, sandbox, ids[1])
        mine = {school.clever_id for school in clever_schools(one)}
        theirs = {school.clever_id for school in clever_schools(two)}
        assert mine
        assert theirs
        assert not mine & theirs
