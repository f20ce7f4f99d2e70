"""`python -m clever_sandbox`: the sandbox as its own process."""

import argparse
import json
import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

from clever_sandbox.running import RunningSandbox, running
from clever_sandbox.specs import (
    DEFAULT_CLIENT_ID,
    DEFAULT_CLIENT_SECRET,
    DEFAULT_DISTRICT_NAME,
    DistrictSpec,
    SandboxSpec,
    read_scenario,
)


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGINT or SIGTERM; prints one line when ready."""
    options = _parser().parse_args(arguments)
    try:
        spec = read_spec(options)
    except (OSError, TypeError, ValueError) as wrong:
        print(f"clever_sandbox: {wrong}", file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with running(spec, options.host, options.port) as sandbox:
        print(ready_line(sandbox), flush=True)
        stop.wait()
    return 0


def ready_line(sandbox: RunningSandbox) -> str:
    """Everything that a person needs to connect something to the sandbox."""
    districts = ",".join(sandbox.district_ids)
    return (
        f"Clever sandbox on {sandbox.url} district={districts} client_id={sandbox.client_id}"
        f" client_secret={sandbox.client_secret} control={sandbox.url}/_sandbox/"
    )


def read_spec(options: argparse.Namespace) -> SandboxSpec:
    """The sandbox that the options and the scenario file describe."""
    district = DistrictSpec(
        name=options.district_name,
        students=options.students,
        teachers=options.teachers,
        staff=options.staff,
        schools=options.schools,
        contacts=options.contacts,
        seed=options.seed,
    )
    spec = replace(
        SandboxSpec((district,), options.client_id, options.client_secret),
        rate_limit=options.rate_limit,
        page_delay=options.page_delay,
    )
    document = json.loads(options.scenario.read_text()) if options.scenario else {}
    return read_scenario(document, spec)


def _parser() -> argparse.ArgumentParser:
    given = os.environ.get
    parser = argparse.ArgumentParser(prog="clever_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="0 picks a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--teachers", type=int)
    parser.add_argument("--staff", type=int)
    parser.add_argument("--schools", type=int)
    parser.add_argument("--contacts", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", type=Path, metavar="FILE.json")
    parser.add_argument("--district-name", default=DEFAULT_DISTRICT_NAME)
    parser.add_argument("--page-delay", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--rate-limit", type=int, default=1200, metavar="PER_MINUTE")
    parser.add_argument("--client-id", default=given("CLEVER_CLIENT_ID", DEFAULT_CLIENT_ID))
    parser.add_argument(
        "--client-secret", default=given("CLEVER_CLIENT_SECRET", DEFAULT_CLIENT_SECRET)
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
