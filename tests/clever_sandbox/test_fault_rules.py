"""Which requests a fault rule is for."""

from typing import Any

import pytest

from clever_sandbox.control_client import ControlError
from clever_sandbox.fault_rules import FaultRules, is_wanted, read_rule
from clever_sandbox.messages import Request
from clever_sandbox.running import RunningSandbox


def matches(rule: dict[str, Any], path: str, query: str = "", method: str = "GET") -> bool:
    return read_rule({"do": "status", **rule}).matches(Request(method, path, query), frozenset())


@pytest.mark.parametrize(
    ("rule", "path", "query", "wanted"),
    [
        ({}, "/v3.1/users", "", True),
        ({"path": "/users"}, "/v3.1/users", "", True),
        ({"path": "/users"}, "/v3.0/users/abc", "", True),
        ({"path": "/users", "exact": True}, "/v3.1/users/abc", "", False),
        ({"path": "/v3.1/users"}, "/v3.0/users", "", False),
        ({"path": "/users"}, "/v3.1/schools/abc/users", "", False),
        ({"path": "/oauth"}, "/oauth/tokens", "", True),
        ({"role": "student"}, "/v3.1/users", "role=student&limit=1", True),
        ({"role": "student"}, "/v3.1/users", "role=teacher", False),
        ({"query": {"starting_after": None}}, "/v3.1/users", "limit=1", True),
        ({"query": {"starting_after": None}}, "/v3.1/users", "starting_after=x", False),
        ({"method": "POST"}, "/oauth/tokens", "", False),
        ({"do": "loop", "path": "/users"}, "/v3.1/users/abc", "", False),
        ({"do": "loop"}, "/v3.1/schools/abc/users", "", True),
    ],
)
def test_a_rule_matches(rule: dict[str, Any], path: str, query: str, wanted: bool) -> None:
    assert matches(rule, path, query) is wanted


@pytest.mark.parametrize(
    ("on", "numbers"),
    [
        ("all", [1, 2, 3, 4, 5]),
        (2, [2]),
        ("2", [2]),
        ("2-", [2, 3, 4, 5]),
        ("2-4", [2, 3, 4]),
        ([1, 5], [1, 5]),
    ],
)
def test_on_names_requests(on: int | str | list[int], numbers: list[int]) -> None:
    assert [number for number in range(1, 6) if is_wanted(on, number)] == numbers


@pytest.mark.parametrize("rule", [{}, {"do": "explode"}, {"do": "status", "on": "some"}])
def test_wrong_rules_are_refused(sandbox: RunningSandbox, rule: dict[str, Any]) -> None:
    sandbox.control.faults([{"do": "delay"}])
    with pytest.raises(ControlError):
        sandbox.control.add_faults([{"do": "status"}, rule])
    assert len(sandbox.control.fault_rules()) == 1


def test_each_rule_counts_for_itself() -> None:
    rules = FaultRules()
    rules.replace([{"do": "status", "path": "/users", "times": 1}, {"do": "delay", "on": 3}])
    struck = []
    for path in ("/v3.1/schools", "/v3.1/users", "/v3.1/users"):
        plan = rules.plan(Request("GET", path, ""), frozenset)
        struck.append([rule.do for rule in plan.striking])
    assert struck == [[], ["status"], ["delay"]]
    assert [(r["matched"], r["fired"]) for r in rules.describe()] == [(2, 1), (3, 1)]
