"""Fixtures of the twins."""

from tests.faults.conftest import no_pauses

__all__ = ["no_pauses"]
