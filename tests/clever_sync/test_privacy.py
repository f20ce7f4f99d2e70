"""What may be kept, and what hides secrets."""

import pytest

from clever_sync.privacy import NEVER_KEPT, kept, may_keep, redact
from clever_sync.sources import GPA_SOURCES, IDENTIFYING, SOURCES, is_source


def test_B04_nothing_sensitive_is_in_the_catalogue() -> None:
    words = {word for key in SOURCES for word in key.split(".")}
    assert not words & NEVER_KEPT
    assert all(may_keep(key) for key in SOURCES)


def test_B04_gpa_is_offered_but_off() -> None:
    assert not GPA_SOURCES & IDENTIFYING
    assert SOURCES.keys() >= GPA_SOURCES


@pytest.mark.parametrize("name", sorted(NEVER_KEPT))
def test_B04_sensitive_fields_are_no_sources(name: str) -> None:
    assert not is_source(f"student.{name}")
    assert not may_keep(f"student.{name}")


@pytest.mark.parametrize(
    "name", ["race", "IEP", "frl_code", "lunch_status", "sped_flag", "Disability 2", "health-plan"]
)
def test_B04_extension_fields_that_speak_of_such_things_are_not_kept(name: str) -> None:
    assert not may_keep(f"student.ext.{name}")


@pytest.mark.parametrize("name", ["locker", "homeroom_number", "grace", "bell_schedule", "trace"])
def test_extension_fields_of_other_kinds_may_be_kept(name: str) -> None:
    assert may_keep(f"student.ext.{name}")


def test_only_sources_are_kept() -> None:
    asked = ["email", "student.race", "password", "student.ext.iep", "contact.ext.x"]
    assert kept(asked) == {"email"}


def test_I11_secrets_do_not_survive_redaction() -> None:
    token = "a" * 20 + "1" * 20
    text = redact(f"Bearer abc.def refused for s3cret, token {token}", "s3cret")
    assert text == "Bearer [hidden] refused for [hidden], token [hidden]"
