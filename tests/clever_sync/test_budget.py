"""The requests of a token, shared by all who use it."""

from datetime import timedelta

import pytest

from clever_sandbox.running import RunningSandbox
from clever_sync.budget import SharedBudget
from clever_sync.faults import RateLimited
from clever_sync.models import RequestBudget
from tests.clever_sync.conftest import NOW, FakeTime, client_of

pytestmark = pytest.mark.django_db
KEY, OTHER = b"k" * 16, b"o" * 16
SECOND = timedelta(seconds=1)


def take(budget: SharedBudget, seconds: float = 0, key: bytes = KEY) -> bool:
    return budget.take(key, NOW + seconds * SECOND) is None


def test_F30_two_runs_together_never_exceed_the_limit() -> None:
    one, two = SharedBudget(100, block=10), SharedBudget(100, block=10)
    granted = sum(take(budget, second / 10) for second in range(300) for budget in (one, two))
    assert granted == 100
    assert one.take(KEY, NOW + 31 * SECOND) == NOW + timedelta(minutes=1)


def test_F30_the_next_minute_is_a_new_one() -> None:
    one, two = SharedBudget(20, block=10), SharedBudget(20, block=10)
    for minute in range(3):
        granted = sum(take(budget, minute * 60 + 1) for _ in range(30) for budget in (one, two))
        assert granted == 20


def test_every_token_has_its_own() -> None:
    budget = SharedBudget(5, block=5)
    assert sum(take(budget) for _ in range(9)) == 5
    assert sum(take(budget, key=OTHER) for _ in range(9)) == 5


def test_it_is_written_seldom(django_assert_num_queries: object) -> None:
    budget = SharedBudget(100, block=50)
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert all(take(budget) for _ in range(100))


def test_a_clock_that_jumps_back_borrows_nothing() -> None:
    budget = SharedBudget(10, block=10)
    assert take(budget, 120)
    assert not take(SharedBudget(10, block=10), 0)


def test_F30_a_client_waits_for_the_minute_or_says_until_when(
    sandbox: RunningSandbox, time: FakeTime
) -> None:
    budget = SharedBudget(3, block=3)
    client = client_of(sandbox, time, budget=budget, patience=90)
    client.authorise(sandbox.district_id)
    for _ in range(4):
        client.district()
    assert time.slept == [60.0]
    hasty = client_of(sandbox, time, budget=SharedBudget(3, block=3), patience=5)
    hasty.authorise(sandbox.district_id)
    with pytest.raises(RateLimited) as raised:
        hasty.district()
    assert raised.value.retry_at == NOW + timedelta(minutes=2)


def test_I11_the_token_itself_is_not_stored(sandbox: RunningSandbox, time: FakeTime) -> None:
    client = client_of(sandbox, time, budget=SharedBudget(10))
    client.authorise(sandbox.district_id)
    client.district()
    key = bytes(RequestBudget.objects.get().token_key)
    assert len(key) == 16
    assert sandbox.token.encode() not in key
    assert bytes.fromhex(sandbox.token)[:16] != key
