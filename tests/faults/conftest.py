"""Fixtures of the fault stories."""

import pytest


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client retries without really waiting between the tries."""
    from clever_sync import client

    monkeypatch.setattr(client, "PAUSES", (0.0,) * len(client.PAUSES))
