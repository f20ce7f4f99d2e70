"""I11: no name, number or token of anybody in logs, messages, run rows, events or the audit."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.core import serializers

from accounts.models import AuditEvent
from clever_sync.client import new_client
from core.vocabulary import DataType, Decision, RunMode
from imports import actions, alerts
from imports.models import Alert, Hold, Run, RunEvent, RunProblem
from integration_console.logs import formatter
from schools.writer import create_person
from tests.attack.conftest import At
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World

STUDENT = "roles.student"
NAME, NUMBER, MAIL = "Zyxwvutsrq", "9753186420", "zyx@child.example"
PERSONAL = (NAME, NAME.lower(), NUMBER, MAIL, "2011-03-04", "3/4/2011", "17 Quiet Lane")


class Kept(logging.Handler):
    """Every line as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(formatter("json"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Kept]:
    kept, root = Kept(), logging.getLogger()
    before = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    yield kept
    root.removeHandler(kept)
    root.setLevel(before)


def a_child(here: World) -> str:
    """A student of whom everything is told apart from everybody else's."""
    child = here.students()[0]
    here.clever.control.edit(child, {
        "name.first": NAME, "name.last": NAME, "email": MAIL, f"{STUDENT}.sis_id": NUMBER,
        f"{STUDENT}.student_number": NUMBER, f"{STUDENT}.dob": "3/4/2011",
        f"{STUDENT}.grade": "Nonsense", f"{STUDENT}.location.address": "17 Quiet Lane",
        f"{STUDENT}.graduation_year": "20x1",
    })  # fmt: skip
    return child


def told(here: World) -> str:
    """Everything that a run leaves behind, beside the plan itself."""
    rows: list[Any] = []
    for model in (Run, RunEvent, RunProblem, AuditEvent, Alert, Hold):
        rows += model.objects.all()
    text: str = serializers.serialize("json", rows)
    return text


def assert_nothing_personal(text: str, *secrets: str) -> None:
    for secret in (*PERSONAL, *secrets):
        assert secret not in text, secret


def tokens(here: World) -> tuple[str, ...]:
    """The district's token, and the secret of the application."""
    with new_client() as client:
        token = client.token_for(here.clever.district_id)
    assert token is not None
    return token.access_token, here.clever.client_secret


def test_I11_a_run_with_everything_in_it_tells_nobodys_data(small: World, log: Kept) -> None:
    secrets = tokens(small)
    a_child(small)
    create_person(
        district=small.district, data_type=DataType.STUDENT, school=None, by=ADMIN,
        values={"first_name": NAME, "last_name": NAME, "birth_date": "2011-03-04"},
    )  # fmt: skip
    new = small.clever.control.add_student(
        **{"name": {"first": NAME, "last": NAME}, f"{STUDENT}.dob": "3/4/2011"}
    )
    small.test()
    small.sync()
    for alert in Alert.objects.filter(clever_id=new):
        alerts.decide(alert_id=alert.pk, decision=Decision.CREATE, by=ADMIN)
    assert_nothing_personal(told(small) + "".join(log.lines), *secrets)


@pytest.mark.parametrize("point", ["pull.page_fetched", "plan.batch_written", "apply.settled"])
def test_I11_a_run_that_breaks_tells_nobodys_data(
    small: World, at: At, log: Kept, point: str
) -> None:
    """Not even the text of an error of ours, which might quote what it was about."""
    secrets = tokens(small)
    a_child(small)

    def broken() -> None:
        raise KeyError(f"{NAME} {NUMBER} {secrets[0]}")

    at(point, broken)
    run = small.sync()
    assert run.state in ("completed", "completed_with_errors")
    assert any("run_broke" in line for line in log.lines)
    assert_nothing_personal(told(small) + "".join(log.lines), *secrets)


def test_I11_clevers_errors_are_told_without_what_they_quote(
    small: World, log: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clever_sync.client.PAUSES", (0.0,))
    secrets = tokens(small)
    a_child(small)
    body = f"<h1>{NAME}</h1> {secrets[0]} {secrets[1]} {MAIL}"
    small.clever.control.faults([{"path": "/users", "do": "html", "body": body}])
    small.sync()
    small.clever.control.clear_faults()
    text = told(small) + "".join(log.lines)
    for secret in secrets:
        assert secret not in text


def test_I11_a_message_holds_the_runs_number_and_nothing_else(
    small: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    monkeypatch.setattr(current_app, "send_task", lambda *a, **more: sent.append((a, more)))
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    started = actions.start_run(
        district=small.district, mode=RunMode.TEST, data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN,
    )  # fmt: skip
    small.drive(started.run)
    for names, more in sent:
        assert names == ("imports.tasks.advance_run",)
        assert more.pop("args") == [started.run.pk]
        assert set(more) <= {"expires"}
    assert sent
