"""Roster files: the pages of 1,000 users that the sandbox serves, kept as they come.

Three states of one district: at first, with every hundredth address changed, and after a new
school year in which everybody is one grade up (and nobody leaves, so that every contestant writes
exactly everybody).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from benchmarks.cases import VARIANTS, Case
from clever_sandbox.application import Application
from clever_sandbox.bulk_actions import bulk_edit
from clever_sandbox.change import save_changed_user
from clever_sandbox.messages import Request
from clever_sandbox.sandbox import Sandbox
from clever_sandbox.specs import DistrictSpec, SandboxSpec

PAGE = 1000
SEED = 1
FAR_ABOVE = 10**9
# What one page of schools holds: a district with more of them than that would leave people out.
MOST_SCHOOLS = 900
API = "/v3.1"
NEXT_GRADE = {"Kindergarten": "1", **{str(n): str(n + 1) for n in range(1, 13)}}


def spec(students: int, *, page_delay: float = 0.0) -> SandboxSpec:
    """A district of students only: the cost per person is what is compared."""
    district = DistrictSpec(
        students=students,
        schools=min(max(3, students // 450), MOST_SCHOOLS),
        teachers=0,
        staff=0,
        district_admins=0,
        sections=False,
        events=False,
        corners=False,
        seed=SEED,
    )
    return SandboxSpec((district,), rate_limit=FAR_ABOVE, page_delay=page_delay)


@dataclass(frozen=True)
class Pages:
    """One state of the roster on disk."""

    folder: Path

    @cached_property
    def index(self) -> dict[str, str]:
        """The file of each page, by the id after which it begins."""
        found: dict[str, str] = json.loads((self.folder / "index.json").read_bytes())
        return found

    @property
    def names(self) -> list[str]:
        """The file names of the pages, in order; the last page is empty."""
        return list(self.index.values())

    def bodies(self) -> Iterator[bytes]:
        """The pages as they came, one after the other."""
        return (self.read(name) for name in self.names)

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


@dataclass(frozen=True)
class Roster:
    """All states of a district of so many students."""

    folder: Path
    students: int

    def pages(self, case: Case) -> Pages:
        return Pages(self.folder / case.variant)


def make(folder: Path, students: int, variants: tuple[Case, ...] = VARIANTS) -> Roster:
    """Writes the roster's files in these states, which follow each other."""
    sandbox = Sandbox(spec(students))
    roster = Roster(folder / f"roster-{students}", students)
    for case in variants:
        change(sandbox, case)
        _write(sandbox, roster.pages(case).folder)
    sandbox.close()
    return roster


def change(sandbox: Sandbox, case: Case) -> None:
    """What happens at Clever before a case."""
    district = sandbox.districts[0]
    if case is Case.ONE_PERCENT:
        for place, user_id in enumerate(list(district.people.ids())):
            if place % 100 == 0:
                kept = district.people.get(user_id)
                assert kept is not None
                kept.record["roles"]["student"]["location"]["address"] += " Apt 2"
                save_changed_user(district, kept.record)
    elif case is Case.ALL:
        bulk_edit(district, "student", "grade", {"$map": NEXT_GRADE})
    district.last_sync += timedelta(days=1)


def _write(sandbox: Sandbox, folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in ("districts", "schools", "events"):
        (folder / f"{name}.json").write_bytes(_get(sandbox, name, f"limit={PAGE}"))
    index: dict[str, str] = {}
    after, more = "", True
    while more:
        query = f"role=student&limit={PAGE}" + (f"&starting_after={after}" if after else "")
        body = _get(sandbox, "users", query)
        index[after] = f"{len(index):06}.json"
        (folder / index[after]).write_bytes(body)
        ids = [entry["data"]["id"] for entry in json.loads(body)["data"]]
        after, more = (ids[-1], True) if ids else (after, False)
    (folder / "index.json").write_text(json.dumps(index))


def _get(sandbox: Sandbox, what: str, query: str) -> bytes:
    token = sandbox.districts[0].token
    request = Request("GET", f"{API}/{what}", query, {"authorization": f"Bearer {token}"})
    response = Application(sandbox)(request)
    assert response.status == 200, response.status
    return response.body
