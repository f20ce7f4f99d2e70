"""Programs that live and end together."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_console.embedded.processes import Program
from integration_console.embedded.supervisor import (
    STOP_SIGNALS,
    ProgramFailed,
    Supervisor,
    stopped_by_signals,
)


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor({**os.environ, "SIGN": "maple"})
    yield supervisor
    supervisor.stop()


@pytest.fixture
def usual_signals() -> Iterator[None]:
    usual = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield
    for number, handler in usual.items():
        signal.signal(number, handler)


def python(code: str, log: Path) -> Program:
    return Program("The test", (sys.executable, "-c", code), log)


def test_a_program_that_ends_well(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.run(python("import os; assert os.environ['SIGN'] == 'maple'", tmp_path / "log"))
    assert supervisor.children == []


def test_a_program_that_ends_badly_has_its_last_words(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    with pytest.raises(ProgramFailed, match=r"The test ended \(exit 3\)[\s\S]*no table"):
        supervisor.run(python("print('no table'); raise SystemExit(3)", tmp_path / "log"))


def test_a_program_that_is_never_ready(supervisor: Supervisor, tmp_path: Path) -> None:
    sleeper = python("import time; time.sleep(60)", tmp_path / "log")
    with pytest.raises(ProgramFailed, match="not ready within 0 seconds"):
        supervisor.start_until(sleeper, lambda: False, 0.1)


def test_watching_ends_with_the_first_that_goes(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(python("import time; time.sleep(60)", tmp_path / "sleeper.log"))
    supervisor.start(python("raise SystemExit(7)", tmp_path / "brief.log"))
    with pytest.raises(ProgramFailed, match="exit 7"):
        supervisor.watch()


def test_stop_leaves_nobody(supervisor: Supervisor, tmp_path: Path) -> None:
    children = [
        supervisor.start(python("import time; time.sleep(60)", tmp_path / f"{number}.log"))
        for number in range(3)
    ]
    supervisor.stop()
    assert all(child.ended for child in children)
    assert supervisor.children == []


@pytest.mark.usefixtures("usual_signals")
@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_the_first_signal_interrupts_and_the_second_does_not(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt), stopped_by_signals():
        raise_twice(number)


@pytest.mark.usefixtures("usual_signals")
def test_nohup_is_respected() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with stopped_by_signals():
        signal.raise_signal(signal.SIGHUP)


def raise_twice(number: signal.Signals) -> None:
    try:
        signal.raise_signal(number)
    finally:
        signal.raise_signal(number)
