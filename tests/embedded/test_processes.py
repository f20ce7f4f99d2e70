"""Children: they end when asked, when they are slow to, and when their parent dies."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from integration_console.embedded import processes
from integration_console.embedded.processes import Program

SLEEPER = (sys.executable, "-c", "print('ready', flush=True); import time; time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ready', flush=True); time.sleep(60)",
)
PARENT = """
import sys
from pathlib import Path
from integration_console.embedded import processes
program = processes.Program("Sleeper", (sys.executable, "-c", "import time; time.sleep(60)"))
print(processes.start(program).process.pid, flush=True)
import time; time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A child that ended but that nobody has waited for yet counts as gone.
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def start_and_wait(command: tuple[str, ...], log: Path, patience: float = 10) -> processes.Child:
    child = processes.start(Program("Sleeper", command, log, patience=patience))
    assert processes.wait_until(lambda: "ready" in log.read_text(), child, 10)
    return child


def test_output_goes_to_the_log(tmp_path: Path) -> None:
    log = tmp_path / "deep" / "sleeper.log"
    child = processes.start(Program("Speaker", (sys.executable, "-c", "print(1); print(2)"), log))
    assert child.process.wait(10) == 0
    assert child.ended
    assert child.last_words(1) == "2"


def test_a_child_has_its_own_environment(tmp_path: Path) -> None:
    show = (sys.executable, "-c", "import os; print(os.environ['SIGN'])")
    program = Program("Speaker", show, tmp_path / "log", environment={"SIGN": "maple"})
    child = processes.start(program)
    child.process.wait(10)
    assert child.last_words() == "maple"


def test_a_child_ends_when_asked(tmp_path: Path) -> None:
    child = start_and_wait(SLEEPER, tmp_path / "log")
    child.stop()
    assert child.process.returncode == -signal.SIGTERM


def test_a_stubborn_child_is_killed(tmp_path: Path) -> None:
    child = start_and_wait(STUBBORN, tmp_path / "log", patience=0.2)
    child.stop()
    assert child.process.returncode == -signal.SIGKILL


def test_waiting_ends_with_the_child(tmp_path: Path) -> None:
    child = processes.start(Program("Brief", (sys.executable, "-c", ""), tmp_path / "log"))
    assert not processes.wait_until(lambda: False, child, 30)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux's kernel does it")
def test_a_child_ends_with_its_killed_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    end = time.monotonic() + 10
    while is_alive(child):
        assert time.monotonic() < end
        time.sleep(0.02)
