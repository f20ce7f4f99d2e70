"""docs/problems.md, docs/run-states.md and docs/webhook-events.md say what the code says."""

from pathlib import Path

import pytest

from imports.catalogue import problems
from notifications.webhooks.kinds import KINDS
from tests import reference


def test_C19_every_problem_and_every_state_stands_on_its_page() -> None:
    page = reference.problems_page()
    assert all(f"| `{code}` |" in page for code in problems())
    assert "`reading`" not in page
    states = reference.states_page()
    for words in ("## Run", "## Hold", "`tested` “Test finished” | nothing: it is final"):
        assert words in states


def test_C28_every_event_of_webhooks_stands_on_its_page() -> None:
    page = reference.webhook_events_page()
    assert all(f"| `{name}` | {kind.text} |" in page for name, kind in KINDS.items())


def test_a_page_that_is_out_of_date_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "DOCS", tmp_path)
    assert reference.main(["--check"]) == 1
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
