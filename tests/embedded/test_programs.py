"""What is run, and with which environment."""

from dataclasses import replace
from pathlib import Path

import pytest

from integration_console.embedded import programs
from integration_console.embedded.places import Places
from integration_console.embedded.programs import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(Places(tmp_path), port=8000, sandbox_port=8100, database_url="postgres:///x")


def test_programs_are_told_where_everything_is(layout: Layout) -> None:
    told = programs.environment(layout, {"LANG": "C"})
    assert told["LANG"] == "C"
    assert told["CONSOLE_URL"] == "http://localhost:8000"
    assert told["DATABASE_URL"] == "postgres:///x"
    assert told["CLEVER_API_URL"] == "http://127.0.0.1:8100/v3.1"
    assert told["CLEVER_AUTH_URL"] == told["SANDBOX_URL"] == "http://127.0.0.1:8100"
    assert told["SECRET_KEY"] == layout.places.secret_key()
    assert told["DEMONSTRATION"] == "true"


def test_without_the_demonstration_no_page_says_so(layout: Layout) -> None:
    assert (
        programs.environment(replace(layout, demonstration=False), {})["DEMONSTRATION"] == "false"
    )


def test_what_the_shell_says_of_address_and_secret_counts(layout: Layout) -> None:
    shell = {"CONSOLE_URL": "https://console.example.org", "SECRET_KEY": "mine"}
    told = programs.environment(layout, shell)
    assert told["CONSOLE_URL"] == "https://console.example.org"
    assert told["SECRET_KEY"] == "mine"


def test_a_real_clever_is_never_reached(layout: Layout) -> None:
    shell = {"CLEVER_API_URL": "https://api.clever.com/v3.1", "CLEVER_CLIENT_SECRET": "real"}
    told = programs.environment(layout, shell)
    assert told["CLEVER_API_URL"].startswith("http://127.0.0.1:")
    assert told["CLEVER_CLIENT_SECRET"] == "sandbox-secret"


def test_the_sandbox_begins_as_the_demonstration_left_it(layout: Layout) -> None:
    assert "--scenario" not in programs.sandbox(layout).command
    layout.places.sandbox_scenario.write_text("{}")
    assert programs.sandbox(layout).command[-1] == str(layout.places.sandbox_scenario)


def test_the_web_server_is_for_this_machine_only(layout: Layout) -> None:
    assert "--listen=127.0.0.1:8000" in programs.web(layout).command


def test_without_a_broker_one_loop_does_the_work(layout: Layout) -> None:
    (loop,) = programs.engine(layout)
    assert loop.command[-2:] == ("run_due", "--loop")


def test_with_a_broker_celery_does(layout: Layout) -> None:
    worker, beat = programs.engine(replace(layout, redis_url="redis://localhost/0"))
    assert "worker" in worker.command
    assert "beat" in beat.command
