"""`python -m clever_sandbox` as its own process."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from clever_sandbox.__main__ import main


def start(*options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "clever_sandbox", "--port", "0", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_C30_it_says_where_it_is_and_stops_when_told(number: signal.Signals) -> None:
    with start("--students", "12", "--district-name", "Cedar Falls") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(
            r"on (\S+) district=([0-9a-f]{24}) client_id=(\S+) client_secret=(\S+) control=(\S+)",
            line,
        )
        assert found, line
        url, district, client, secret, control = found.groups()
        tokens = requests.get(f"{url}/oauth/tokens", auth=(client, secret), timeout=10).json()
        assert tokens["data"][0]["owner"]["id"] == district
        assert "Cedar Falls" in requests.get(control, timeout=10).text
        process.send_signal(number)
        assert process.wait(timeout=10) == 0


def test_C30_a_scenario_file_describes_districts(tmp_path: Path) -> None:
    file = tmp_path / "scenario.json"
    document = {"districts": [{"key": "a", "students": 1}, {"key": "b", "students": 2}]}
    file.write_text(json.dumps(document))
    with start("--scenario", str(file)) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
    assert re.search(r"district=[0-9a-f]{24},[0-9a-f]{24} ", line)


@pytest.mark.parametrize("text", ["{", '{"colour": "blue"}'])
def test_C30_a_wrong_scenario_is_one_clear_line(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(text)
    assert main(["--port", "0", "--scenario", str(file)]) == 2
    assert capsys.readouterr().err.startswith("clever_sandbox: ")


@pytest.mark.slow
def test_C30_memory_does_not_grow_with_the_district() -> None:
    peaks = []
    for students in ("2000", "25000"):
        with start("--students", students) as process:
            assert process.stdout is not None
            process.stdout.readline()
            status = Path(f"/proc/{process.pid}/status")
            peaks.append(int(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0]) // 1024)
            process.terminate()
    # The cache fills up to its 24 MB; 23,000 students more are 26 MB of records.
    assert peaks[1] - peaks[0] < 45
    assert peaks[1] < 120
