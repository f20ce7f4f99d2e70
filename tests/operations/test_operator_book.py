"""docs/operator.md says what is so: variables, services, commands, figures."""

import re
import shlex

import pytest
from django.core.management import get_commands, load_command_class

from integration_console.health import figures, parts
from tests.house.floor_plan import ROOT
from tests.operations import compose
from tests.operations.test_compose import GIVEN, settings_names

BOOK = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
OF_COMPOSE = {"VERSION", "PORT", "SECRETS", "WORKERS", "WORKER_CONCURRENCY", "WEB_CONCURRENCY"}
# Of PostgreSQL and of Compose itself, in the commands of backup and restore.
PROGRAMS = {"pg_dump", "pg_restore", "createdb", "dropdb"}


def chapter(name: str) -> str:
    return BOOK.split(f"## {name}\n")[1].split("\n## ")[0]


def first_column(text: str) -> list[str]:
    return re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)


def blocks() -> list[str]:
    """The lines of all blocks of code, each command on one line."""
    text = BOOK.replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]


def test_every_variable_is_in_the_book_and_nothing_else() -> None:
    named = [name for cell in first_column(chapter("The environment"))
             for name in re.findall(r"`(\w+)`", cell)]  # fmt: skip
    assert len(named) == len(set(named))
    assert set(named) == settings_names()
    assert compose.variables() - settings_names() == OF_COMPOSE
    for name in OF_COMPOSE:
        assert f"`{name}`" in chapter("The environment")


def test_what_has_to_be_set_is_what_compose_asks_for() -> None:
    for name in GIVEN:
        assert f"{name}=" in chapter("Install")
    needed = re.findall(r"^\| `(\w+)` \| needed", BOOK, re.MULTILINE)
    assert needed == ["SECRET_KEY", "DATABASE_URL"]


def test_services_are_those_of_compose() -> None:
    told = [cell.strip("`") for cell in first_column(BOOK.split("\n## ")[0])]
    assert set(told) == set(compose.read(**GIVEN)["services"])


def commands() -> list[list[str]]:
    found = [line.split("manage.py ", 1)[1] for line in blocks() if "manage.py " in line]
    return [shlex.split(words) for words in found]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_takes_what_the_book_gives_it(words: list[str]) -> None:
    name, *rest = words
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(rest)


def test_what_is_run_in_a_service_is_there() -> None:
    services = compose.read(**GIVEN)["services"]
    told = re.findall(r"docker compose exec (?:-T )?(\w+) (\w+)", "\n".join(blocks()))
    assert told
    for service, program in told:
        assert service in services
        assert program in PROGRAMS if service == "postgres" else program == "python"
    (stopped,) = re.findall(r"docker compose stop (.+)", BOOK)
    assert set(stopped.split()) == {"web", "worker", "beat"}


def test_figures_and_parts_in_the_book_are_those_of_the_code(db: None) -> None:
    there = {figure.name for figure in figures.count()} | {"console_tick_seconds"}
    named = set(re.findall(r"`[^`]*?(console_[a-z_]+)", chapter("Watch")))
    assert named and named <= there
    limits = (
        f"console_due_seconds > {parts.DUE_LATE}",
        f"console_tick_seconds > {parts.TICK_LATE}",
    )
    assert all(limit in BOOK for limit in limits)
    (told,) = re.findall(r"what is wrong: (.+?) \|", chapter("Watch"))
    assert set(told.split(", ")) == {part.name for part in parts.look()}


def test_the_readme_leads_to_the_book() -> None:
    assert "docs/operator.md" in (ROOT / "README.md").read_text()
