"""A worker in a process of its own, which dies at a named point: `python -m tests.faults.worker`.

Arguments: the run's id, the fault point ("" for none), which passing of it, and the signal or
"exit". The environment names the test's database and sandbox.
"""

import os
import signal
import sys

import django


def main(run_id: int, point: str, passing: int, how: str) -> None:
    """Drives a run and dies on the way, if the point is reached."""
    django.setup()
    from core import fault_points
    from imports.driver import drive

    passed = 0

    def die_there(name: str) -> None:
        nonlocal passed
        if name != point:
            return
        passed += 1
        if passed == passing:
            if how == "exit":
                os._exit(137)
            os.kill(os.getpid(), getattr(signal, how))

    fault_points.install(die_there)
    drive(run_id, sleep=lambda _: None)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
