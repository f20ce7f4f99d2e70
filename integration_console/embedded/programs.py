"""What is run, and with which environment. Only words are put together here; nothing is started."""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from integration_console.embedded.places import ROOT, Places
from integration_console.embedded.ports import LOCALHOST
from integration_console.embedded.processes import Program

# The sandbox's own make-believe credentials.
SANDBOX_CLIENT = {"CLEVER_CLIENT_ID": "sandbox-client", "CLEVER_CLIENT_SECRET": "sandbox-secret"}

# Whom the made-up districts call.
CONTACTS = {
    "SUPPORT_EMAIL": "support@console.example",
    "SUPPORT_PHONE": "(555) 010-0123",
    "SALES_CONTACT": "sales@console.example",
}


@dataclass(frozen=True)
class Layout:
    """Where everything is to be found."""

    places: Places
    port: int
    sandbox_port: int
    database_url: str
    redis_url: str = ""
    demonstration: bool = True

    @property
    def console_url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{LOCALHOST}:{self.sandbox_port}"


def environment(layout: Layout, shell: Mapping[str, str]) -> dict[str, str]:
    """The environment of every program: that of the shell, and where our services are.

    The console is never given a real Clever: the demonstration talks to the sandbox only.
    """
    ours = {
        "CONSOLE_URL": shell.get("CONSOLE_URL") or layout.console_url,
        "DATABASE_URL": layout.database_url,
        "REDIS_URL": layout.redis_url,
        "SECRET_KEY": shell.get("SECRET_KEY") or layout.places.secret_key(),
        "DEMONSTRATION": str(layout.demonstration).lower(),
        "SANDBOX_URL": layout.sandbox_url,
        "SANDBOX_SCENARIO": str(layout.places.sandbox_scenario),
        "CLEVER_API_URL": f"{layout.sandbox_url}/v3.1",
        "CLEVER_AUTH_URL": layout.sandbox_url,
        **SANDBOX_CLIENT,
        "PYTHONUNBUFFERED": "1",
    }
    contacts = CONTACTS if layout.demonstration else {}
    return {**contacts, **shell, **ours}


def command(name: str, *arguments: str) -> tuple[str, ...]:
    """A management command, as words to run."""
    return (sys.executable, str(ROOT / "manage.py"), name, *arguments)


def sandbox(layout: Layout) -> Program:
    """The sandbox Clever, as the demonstration left it."""
    scenario = layout.places.sandbox_scenario
    return Program(
        name="The sandbox Clever",
        command=(
            *(sys.executable, "-m", "clever_sandbox", "--port", str(layout.sandbox_port)),
            *(("--scenario", str(scenario)) if scenario.exists() else ()),
        ),
        log=layout.places.logs / "sandbox.log",
    )


def web(layout: Layout) -> Program:
    """The pages."""
    return Program(
        name="The web server",
        command=(
            *(sys.executable, "-m", "waitress", "--threads=8"),
            *(f"--listen={LOCALHOST}:{layout.port}", "integration_console.wsgi:application"),
        ),
        log=layout.places.logs / "web.log",
    )


def engine(layout: Layout) -> tuple[Program, ...]:
    """Celery's worker and beat where there is a broker, else one loop that needs none."""
    logs = layout.places.logs
    if not layout.redis_url:
        loop = Program("The engine", command("run_due", "--loop"), logs / "engine.log")
        return (loop,)
    celery = (sys.executable, "-m", "celery", "--app", "integration_console")
    schedule = f"--schedule={layout.places.beat_schedule}"
    return (
        Program(
            "The Celery worker",
            (*celery, "worker", "--loglevel=INFO", "--concurrency=2", "--without-mingle"),
            logs / "worker.log",
            # SIGTERM would wait for its tasks however long they take; this one has a limit.
            stop_signal=signal.SIGQUIT,
        ),
        Program(
            "Celery beat",
            (*celery, "beat", "--loglevel=INFO", "--pidfile=", schedule),
            logs / "beat.log",
        ),
    )
