"""What is missing or wrong is one clear sentence at start, whoever starts; rotation (F78)."""

from pathlib import Path

import pytest

from tests.operations.environment import KEY, PRODUCTION, started

NOBODY = "postgres://somebody:secret-word@127.0.0.1:1/none"
WRONG = {
    "DATABASE_URL": "file:secret-word",
    "EMAIL_URL": "secret-word://x",
    "CONSOLE_URL": "console.example.org",
    "LOG_FORMAT": "secret-word",
    "TRUSTED_PROXIES": "secret-word",
    "SECRET_KEY_FILE": "/nowhere/secret-word",
}
STARTS = {
    "manage": ("manage.py", "check"),
    "worker": ("-m", "celery", "--app", "integration_console", "worker"),
    "beat": ("-m", "celery", "--app", "integration_console", "beat"),
    "web": ("-m", "gunicorn", "--config", "python:integration_console.serving", "no:thing"),
}


@pytest.mark.parametrize("start", STARTS.values(), ids=list(STARTS))
def test_F78_a_missing_secret_is_one_sentence_whoever_starts(start: tuple[str, ...]) -> None:
    ended = started(*start, environment=PRODUCTION, without="SECRET_KEY")
    assert ended.returncode != 0
    (said,) = ended.stderr.strip().splitlines()
    assert "SECRET_KEY is not set: it signs sessions and links." in said


@pytest.mark.parametrize("name", WRONG)
def test_F78_a_wrong_setting_is_one_sentence_without_its_value(name: str) -> None:
    ended = started("manage.py", "check", environment={**PRODUCTION, name: WRONG[name]})
    assert ended.returncode == 1
    (said,) = ended.stderr.strip().splitlines()
    assert said.startswith(name), said
    assert "secret-word" not in said and said.endswith(".")


def test_F78_a_secret_may_stand_in_a_file_with_a_line_end(tmp_path: Path) -> None:
    for name, value in {"key": KEY, "url": NOBODY}.items():
        (tmp_path / name).write_text(value + "\n")
    files = {"SECRET_KEY_FILE": str(tmp_path / "key"), "DATABASE_URL_FILE": str(tmp_path / "url")}
    shown = started(
        *("manage.py", "shell", "--no-imports", "--command"),
        "from django.conf import settings as s\n"
        "print([s.SECRET_KEY, s.DATABASES['default']['NAME']])",
        environment={**PRODUCTION, **files},
        without="SECRET_KEY",
    )
    assert shown.stdout.strip() == str([KEY, "none"]), shown.stderr


def test_the_documented_production_environment_passes_check_deploy() -> None:
    """And what is not documented does not: the check looks at something."""
    ended = started(
        *("manage.py", "check", "--deploy", "--fail-level", "INFO"), environment=PRODUCTION
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "no issues (0 silenced)" in ended.stdout
    weak = started(
        *("manage.py", "check", "--deploy", "--fail-level", "INFO"),
        environment={**PRODUCTION, "SECRET_KEY": "short"},
    )
    assert weak.returncode == 1 and "security.W009" in weak.stderr
