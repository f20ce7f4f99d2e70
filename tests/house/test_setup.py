"""script/setup, in a folder of its own and without installing anything."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.house.floor_plan import ROOT

TOOLS = ("sh", "dirname", "cmp", "cp")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with a lock and script/setup, and a path on which there is no Python."""
    (tmp_path / "script").mkdir()
    shutil.copy(ROOT / "script" / "setup", tmp_path / "script")
    (tmp_path / "requirements.lock").write_text("django==5.2.8\n")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def set_up(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [tree / "script" / "setup"],
        env={"PATH": str(tree / "bin")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def make_environment(tree: Path, lock: str) -> None:
    (tree / ".venv" / "bin").mkdir(parents=True)
    (tree / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tree / ".venv" / "requirements.lock").write_text(lock)


def test_nothing_to_do_is_quick_and_silent(tree: Path) -> None:
    make_environment(tree, "django==5.2.8\n")
    begin = time.monotonic()
    done = set_up(tree)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert time.monotonic() - begin < 2


def test_without_a_python_one_sentence_says_so(tree: Path) -> None:
    done = set_up(tree)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Python 3.11 or newer is needed" in done.stderr


def test_an_old_python_is_not_taken(tree: Path) -> None:
    old = tree / "bin" / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert "Python 3.11 or newer is needed" in set_up(tree).stderr


def test_another_lock_is_noticed(tree: Path) -> None:
    make_environment(tree, "django==5.2.7\n")
    done = set_up(tree)
    assert done.returncode == 1
    assert not (tree / ".venv" / "requirements.lock").read_text().startswith("django==5.2.8")
