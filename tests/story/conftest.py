"""A small district for stories about single lines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story.terminal import Town, town


@pytest.fixture
def elm(tmp_path: Path) -> Iterator[Town]:
    """Connected, matched and switched on; nobody is here yet."""
    sizes = {"students": 24, "teachers": 4, "staff": 3, "schools": 3, "seed": 9}
    with town(tmp_path, corners=False, special_fields=True, **sizes) as walked:
        walked.open()
        walked.connect()
        yield walked
