"""The tree as a whole: nothing of one machine in it, and no step forgotten."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.house.floor_plan import EVERYWHERE, ROOT

TEXTS = {".css", ".html", ".js", ".json", ".lock", ".md", ".py", ".sh", ".toml", ".txt", ".yml", ""}
# In pieces, so that this file does not find itself.
HOSTS = [
    *("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "deb.debian" + ".org"),
]
HOMES = re.compile(r"(?<![\w.:/-])/(?:home|Users|root|mnt|work|workspace)/\w")


# What the place where the tree stands brings along; .git is a file in a second working tree.
NOT_OURS = {".env", ".git"}


def texts() -> list[Path]:
    """The text files of the project."""
    top = [path for path in ROOT.iterdir() if path.is_file() and path.name not in NOT_OURS]
    deep = [path for folder in EVERYWHERE for path in (ROOT / folder).rglob("*")]
    return [
        path
        for path in sorted(top + deep)
        if path.is_file() and path.suffix in TEXTS and "__pycache__" not in path.parts
    ]


def test_nothing_names_a_registry_or_the_path_of_a_machine() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(host in line for host in HOSTS) or HOMES.search(line)
    ]
    assert not named, "\n".join(named)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-bench.lock"])
def test_locks_hold_versions_and_hashes_only(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--find-links" not in text
    named = re.findall(r"^([\w.-]+)==", text, re.MULTILINE)
    assert len(named) == text.count("==") - text.count(" == ")
    # One driver of PostgreSQL: beside a second one Django would silently change to it.
    assert "psycopg2-binary" in named
    assert not {"psycopg", "psycopg-binary", "psycopg2"} & set(named)


@pytest.mark.django_db
def test_no_migration_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True)
    except SystemExit:
        pytest.fail(f"run manage.py makemigrations:\n{capsys.readouterr().out}", pytrace=False)


@pytest.mark.parametrize(
    "script", [ROOT / ".ci" / "run", *sorted((ROOT / "script").iterdir())], ids=lambda p: p.name
)
def test_scripts_are_runnable(script: Path) -> None:
    assert script.stat().st_mode & 0o111, "chmod +x"
    subprocess.run(["sh", "-n", script], check=True)
