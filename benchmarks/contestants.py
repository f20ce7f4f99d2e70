"""Who takes part, and what each of them does not do."""

import importlib.util
from dataclasses import dataclass

from benchmarks.cases import FOUR, Case

ANY = 10**9
OURS, TESTED = "ours", "ours_test"
NETWORK, OVER_HTTP = "network_alone", "ours_http"
CHUNKED, SPLIT, FLOOR = "chunked_django", "split_hash", "write_floor"
NO_DJANGO, PEERS, CONSOLE = "", "peers", "console"


@dataclass(frozen=True)
class Contestant:
    """One contestant. Slow ones take part with at most `most` students and `rounds` rounds.

    `copies` names the contestant whose database is copied before each case; `counts` says that
    it tells whom it wrote, `writes_everybody` that it does so to those who did not change.
    """

    name: str
    title: str
    leaves_out: str
    cases: tuple[Case, ...] = FOUR
    room: str = ""
    most: int = ANY
    rounds: int = ANY
    package: str = ""
    django: str = PEERS
    copies: str = ""
    database: bool = True
    counts: bool = True
    writes_everybody: bool = False

    @property
    def module(self) -> str:
        return f"benchmarks.peers.{self.room or self.name}"

    @property
    def is_installed(self) -> bool:
        return not self.package or importlib.util.find_spec(self.package) is not None


_NO_CARE = "no completeness proof, matching by key, brakes, plan, test or undo"
CONTESTANTS = (
    Contestant(
        SPLIT,
        "split + hash",
        "a limit: splits the pages and hashes each record; no decoding, no database",
        cases=(Case.SAME,),
        django=NO_DJANGO,
        database=False,
        counts=False,
    ),
    Contestant(
        "json_loads",
        "json.loads",
        "a limit: decodes the pages and does nothing with them",
        cases=(Case.SAME,),
        django=NO_DJANGO,
        database=False,
        counts=False,
    ),
    Contestant(
        OURS,
        "the console",
        "nothing: completeness proof, matching, brakes, plan rows and log are on",
        cases=(*FOUR[:2], Case.TEST_SAME, *FOUR[2:]),
        django=CONSOLE,
    ),
    Contestant(
        TESTED,
        "the console, Test Import",
        "writes no person, as a test should",
        cases=(Case.TEST_FIRST,),
        room=OURS,
        django=CONSOLE,
    ),
    Contestant(
        FLOOR,
        "write floor",
        "a limit: PostgreSQL alone writes the rows that the console wrote (first import: people, "
        "log and mirror by COPY; all changed: people in one UPDATE, log by COPY); nothing is "
        "read, compared or decided",
        cases=(Case.FIRST, Case.ALL),
        django=NO_DJANGO,
        copies=OURS,
    ),
    Contestant(CHUNKED, "chunked Django", _NO_CARE),
    Contestant(
        "dlt_merge",
        "dlt, merge",
        f"{_NO_CARE}; no change log, no indexes but its own",
        package="dlt",
        django=NO_DJANGO,
        most=20_000,
        rounds=1,
        writes_everybody=True,
    ),
    Contestant(
        "diff_sync",
        "diffsync, bulk writes",
        _NO_CARE,
        package="diffsync",
        most=20_000,
        rounds=1,
    ),
    Contestant(
        "import_export",
        "django-import-export",
        f"{_NO_CARE}; no change log",
        package="import_export",
        most=2_000,
        rounds=1,
    ),
    Contestant("per_row", "careful ORM, row by row", _NO_CARE, most=2_000, rounds=1),
    Contestant(
        "update_or_create",
        "update_or_create",
        f"{_NO_CARE}; no comparing and no change log: it writes everybody",
        most=2_000,
        rounds=1,
        writes_everybody=True,
    ),
)
OVER_THE_NETWORK = (
    Contestant(
        NETWORK,
        "the network alone",
        "a limit: asks for every page, one after the other, and drops it",
        django=NO_DJANGO,
        database=False,
        counts=False,
    ),
    Contestant(
        OVER_HTTP,
        "the console over HTTP",
        "nothing: the same run, against the sandbox in a process of its own",
        room="ours_over_http",
        django=CONSOLE,
    ),
)
BY_NAME = {contestant.name: contestant for contestant in (*CONTESTANTS, *OVER_THE_NETWORK)}
