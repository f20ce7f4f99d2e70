"""script/server: everything that the console needs, started, watched and stopped as one.

`python -m integration_console.embedded`
"""

import argparse
import importlib.util
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from integration_console.embedded import broker, ports, programs
from integration_console.embedded.places import AlreadyRunning, Places
from integration_console.embedded.postgres import Postgres, PostgresFailed
from integration_console.embedded.processes import Program
from integration_console.embedded.supervisor import (
    ProgramFailed,
    Supervisor,
    ignore_signals,
    stopped_by_signals,
)

WEB_PORT = 8000
SANDBOX_PORT = 8100
DEMONSTRATION = "integration_console.management.commands.prepare_demonstration"


def main(arguments: list[str]) -> int:
    """Runs until Ctrl-C (0), or until something fails (1, with one plain message)."""
    wanted = parser().parse_args(arguments)
    places = Places(wanted.var.resolve())
    try:
        with stopped_by_signals(), ExitStack() as services:
            services.enter_context(places.held())
            try:
                serve(places, os.environ, services, demonstrate=wanted.demonstration)
            finally:
                ignore_signals()
    except KeyboardInterrupt:
        say("Everything is stopped.")
        return 0
    except (AlreadyRunning, PostgresFailed, ProgramFailed, broker.RedisFailed, OSError) as problem:
        print(f"script/server: {problem}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """The few things that can be chosen."""
    options = argparse.ArgumentParser(prog="script/server", description="Runs the console.")
    options.add_argument(
        "--without-demonstration",
        dest="demonstration",
        action="store_false",
        help="do not add the made-up districts",
    )
    options.add_argument(
        "--var", type=Path, default=Places().var, help="the folder of data and logs (var)"
    )
    return options


def serve(
    places: Places, shell: Mapping[str, str], services: ExitStack, *, demonstrate: bool
) -> None:
    """Starts one thing after the other, says where they are, and watches them."""
    database_url, database = find_database(places, shell, services)
    redis_url, engine = find_broker(places, shell, services)
    layout = programs.Layout(
        places=places,
        port=free_port(int(shell.get("PORT") or WEB_PORT)),
        sandbox_port=ports.first_free(SANDBOX_PORT),
        database_url=database_url,
        redis_url=redis_url,
        demonstration=demonstrate,
    )
    supervisor = Supervisor(programs.environment(layout, shell))
    services.callback(supervisor.stop)
    prepare(layout, supervisor)
    if demonstrate and importlib.util.find_spec(DEMONSTRATION):
        say("Preparing the demonstration (the first time takes a while) ...")
        command = programs.command("prepare_demonstration")
        supervisor.run(Program("Preparing the demonstration", command))
    supervisor.start_until(programs.web(layout), lambda: ports.answers(layout.port), 60)
    for program in programs.engine(layout):
        supervisor.start(program)
    say(
        "",
        f"The console:         {layout.console_url}",
        f"The sandbox Clever:  {layout.sandbox_url}/_sandbox/",
        f"Database:            {database}",
        f"Engine:              {engine}",
        f"Logs and mails:      {places.logs}",
        "",
        "Ctrl-C stops all of it.",
    )
    supervisor.watch()


def prepare(layout: programs.Layout, supervisor: Supervisor) -> None:
    """Tables, styles and the sandbox Clever."""
    logs = layout.places.logs
    say("Preparing the database ...")
    migrate = programs.command("migrate", "--no-input")
    supervisor.run(Program("Preparing the database", migrate, logs / "migrate.log"))
    collect = programs.command("collectstatic", "--no-input")
    supervisor.run(Program("Collecting the styles", collect, logs / "collectstatic.log"))
    supervisor.start_until(
        programs.sandbox(layout), lambda: ports.answers(layout.sandbox_port), 120
    )


def find_database(places: Places, shell: Mapping[str, str], services: ExitStack) -> tuple[str, str]:
    """The DATABASE_URL to use, and what to say about it."""
    if given := shell.get("DATABASE_URL"):
        return given, "PostgreSQL at DATABASE_URL"
    postgres = Postgres(places.database, places.logs / "postgres.log")
    services.callback(postgres.stop)
    postgres.start()
    postgres.create_database("console")
    return postgres.url("console"), f"PostgreSQL, embedded in {places.database}"


def find_broker(places: Places, shell: Mapping[str, str], services: ExitStack) -> tuple[str, str]:
    """The REDIS_URL to use, or "" for none, and what to say about the engine."""
    if given := shell.get("REDIS_URL"):
        return given, "Celery worker and beat, on the Redis at REDIS_URL"
    server = broker.installed()
    if server is None:
        return "", "run_due --loop, as no Redis is at hand"
    port = ports.any_free()
    child = broker.start(server, places.logs, port)
    services.callback(child.stop)
    return broker.url(port), f"Celery worker and beat, on a Redis of our own at port {port}"


def free_port(wanted: int) -> int:
    """The wanted port, or the next free one, which is said."""
    port = ports.first_free(wanted)
    if port != wanted:
        say(f"Port {wanted} is taken; using {port}.")
    return port


def say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
