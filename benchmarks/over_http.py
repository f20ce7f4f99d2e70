"""The console over HTTP: the sandbox as its own process, beside the network's own time."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import requests

from benchmarks.cases import FOUR, Case
from benchmarks.contestants import OVER_THE_NETWORK
from benchmarks.roster import API, FAR_ABOVE, NEXT_GRADE, Roster, spec
from benchmarks.rounds import Rounds
from clever_sandbox.control_client import Control

ADDRESS = "roles.student.location.address"


@dataclass(frozen=True)
class Clever:
    """A sandbox that runs in another process."""

    url: str
    district: str
    client_id: str
    client_secret: str

    @property
    def control(self) -> Control:
        return Control(self.url)

    @property
    def token(self) -> str:
        answer = requests.get(
            f"{self.url}/oauth/tokens",
            params={"owner_type": "district", "district": self.district},
            auth=(self.client_id, self.client_secret),
            timeout=60,
        )
        return str(answer.json()["data"][0]["access_token"])

    @property
    def environment(self) -> dict[str, str]:
        """What points the console, and the network alone, at this sandbox."""
        return {
            "CLEVER_API_URL": f"{self.url}{API}",
            "CLEVER_AUTH_URL": self.url,
            "CLEVER_CLIENT_ID": self.client_id,
            "CLEVER_CLIENT_SECRET": self.client_secret,
            "BENCHMARK_TOKEN": self.token,
        }


def measure(
    rounds: Rounds,
    roster: Roster,
    folder: Path,
    *,
    cases: Sequence[Case] = FOUR,
    page_delay: float = 0.0,
) -> None:
    """One round over HTTP of the cases; every answer takes `page_delay` longer than it must."""
    with clever(roster.students, folder, page_delay) as running:
        rounds.environment = running.environment
        for contestant in OVER_THE_NETWORK:
            if contestant.database:
                rounds.prepare(contestant, roster)
                rounds.server.create(contestant.name, template=f"{contestant.name}_empty")
        for case in cases:
            change(running.control, roster, case)
            for contestant in OVER_THE_NETWORK:
                rounds.measure(contestant, roster, case, 1)
    rounds.environment = {}


def change(control: Control, roster: Roster, case: Case) -> None:
    """The same changes at Clever as in the roster's files."""
    if case is Case.ONE_PERCENT:
        for clever_id in _every_hundredth(roster):
            control.edit(clever_id, {ADDRESS: {"$format": "{value} Apt 2"}})
    elif case is Case.ALL:
        control.bulk_edit("student", "grade", {"$map": NEXT_GRADE})


def _every_hundredth(roster: Roster) -> list[str]:
    bodies = roster.pages(Case.FIRST).bodies()
    return [entry["data"]["id"] for body in bodies for entry in json.loads(body)["data"]][::100]


@contextmanager
def clever(students: int, folder: Path, page_delay: float) -> Iterator[Clever]:
    """The sandbox's own command with the roster's district."""
    (district,) = spec(students).districts
    scenario = folder / f"scenario-{students}.json"
    scenario.write_text(json.dumps({"districts": [asdict(district)]}))
    command = [sys.executable, "-m", "clever_sandbox", "--port", "0"]
    command += ["--rate-limit", str(FAR_ABOVE), "--page-delay", str(page_delay)]
    process = subprocess.Popen(
        [*command, "--scenario", str(scenario)],
        env={**os.environ},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield _read(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(30)


def _read(line: str) -> Clever:
    words = line.split()
    named = dict(word.split("=", 1) for word in words if "=" in word)
    (url,) = [word for word in words if word.startswith("http://")]
    return Clever(url, named["district"], named["client_id"], named["client_secret"])
