"""Any order of edits, decisions, undos and faults ends in the state of a clean sync.

100 lives of at most 30 steps in every run of the tests. More, and other ones each time, with
TWIN_LIVES=2000.
"""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.twins.machine import Twins

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LIVES = int(os.environ.get("TWIN_LIVES", 100))
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_C10_C11_C14_F68_F69_F84_H08_H10_H16_any_order_ends_as_the_twin(
    settings: Any, no_pauses: None, part: int
) -> None:
    settings.CLEVER_PAGE_SIZE = 4
    chosen = type("Twins", (Twins,), {})
    if LIVES == 100:
        chosen = seed(part)(chosen)
    run_state_machine_as_test(chosen, settings=lives(LIVES // PARTS))


def lives(number: int) -> settings:
    """So many. A life that went wrong is told as it was, TWIN_SHRINK=1 looks for a shorter one."""
    phases = [Phase.generate, *([Phase.shrink] if os.environ.get("TWIN_SHRINK") else [])]
    return settings(
        max_examples=number,
        stateful_step_count=30,
        deadline=None,
        database=None,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
