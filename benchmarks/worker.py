"""One case of one contestant in a process of its own: `python -m benchmarks.worker NAME STEP DIR`.

STEP is "prepare", or a case. The answer is one line of JSON on standard output.
"""

import gc
import importlib
import json
import os
import sys
import time
from pathlib import Path
from types import ModuleType

from benchmarks.cases import Case
from benchmarks.contestants import BY_NAME, CONSOLE, PEERS, Contestant
from benchmarks.measured import cpu_seconds, peak_mb, server_cpu_seconds
from benchmarks.roster import Pages

PREPARE = "prepare"
POSTMASTER = "BENCHMARK_POSTMASTER"
COPIED = "BENCHMARK_COPIED_URL"


def main(name: str, step: str, folder: str) -> None:
    """Does one step and says what it cost. Starting Python and Django is not measured."""
    room = load(BY_NAME[name])
    pages = Pages(Path(folder))
    if step == PREPARE:
        room.prepare(pages)
        return
    case = Case(step)
    if hasattr(room, "before"):
        room.before(case, os.environ[COPIED])
    gc.collect()
    postmaster = int(os.environ.get(POSTMASTER, "0"))
    server_cpu, cpu, wall = server_cpu_seconds(postmaster), cpu_seconds(), time.perf_counter()
    work = room.run(pages, case)
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    server_cpu = server_cpu_seconds(postmaster) - server_cpu
    answer = {
        "wall": wall,
        "cpu": cpu,
        "server_cpu": server_cpu,
        "peak_mb": peak_mb(),
        "work": [work.seen, work.created, work.changed],
        "phases": room.phases() if hasattr(room, "phases") else {},
    }
    print(json.dumps(answer), flush=True)


def load(contestant: Contestant) -> ModuleType:
    """The contestant's room, with the Django that it needs."""
    if contestant.django == CONSOLE:
        os.environ["DJANGO_SETTINGS_MODULE"] = "integration_console.settings"
        import django

        django.setup()
    elif contestant.django == PEERS:
        from benchmarks.peers.django_alone import set_up

        set_up()
    return importlib.import_module(contestant.module)


if __name__ == "__main__":
    main(*sys.argv[1:])
