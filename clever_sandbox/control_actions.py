"""The control actions by name: what the control API, the control page and faults can set off."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from clever_sandbox import bulk_actions, district_actions, people_actions, school_actions
from clever_sandbox.change import ControlProblem
from clever_sandbox.sandbox import Sandbox
from clever_sandbox.specs import read_scenario

# These change what a sync would bring, so `last_sync` moves with them unless `sync` is false.
CONTENT_ACTIONS: dict[str, Callable[..., Any]] = {
    "edit": people_actions.edit,
    "remove": people_actions.remove,
    "bring_back": people_actions.bring_back,
    "add_student": people_actions.add_student,
    "add_teacher": people_actions.add_teacher,
    "add_staff": people_actions.add_staff,
    "add_school": school_actions.add_school,
    "new_clever_id": people_actions.new_clever_id,
    "merge_employees": people_actions.merge_employees,
    "split_employee": people_actions.split_employee,
    "unshare_school": school_actions.unshare_school,
    "share_school": school_actions.share_school,
    "share_role": school_actions.share_role,
    "special_fields": school_actions.special_fields,
    "bulk_edit": bulk_actions.bulk_edit,
    "rollover": bulk_actions.rollover,
}
DISTRICT_ACTIONS: dict[str, Callable[..., Any]] = {
    "edit_district": district_actions.edit_district,
    "set_state": district_actions.set_state,
    "set_last_sync": district_actions.set_last_sync,
    "sync": district_actions.sync,
    "events": district_actions.events,
    "expire_events": district_actions.expire_events,
    "rotate_token": district_actions.rotate_token,
    "revoke_token": district_actions.revoke_token,
    "disconnect": district_actions.disconnect,
    "reconnect": district_actions.reconnect,
}
SANDBOX_ACTIONS: dict[str, Callable[..., Any]] = {
    "set_clock": lambda sandbox, at=None: sandbox.clock.set(at),
    "advance": lambda sandbox, seconds: sandbox.clock.advance(float(seconds)),
    "set_rate_limit": lambda sandbox, limit: sandbox.set_rate_limit(int(limit)),
    "set_page_delay": lambda sandbox, seconds: sandbox.set_page_delay(float(seconds)),
    "faults": lambda sandbox, rules: sandbox.faults.replace(rules),
    "add_faults": lambda sandbox, rules: sandbox.faults.add(rules),
    "clear_faults": lambda sandbox: sandbox.faults.clear(),
    "clear_requests": lambda sandbox: sandbox.requests.clear(),
}


def perform(sandbox: Sandbox, name: str, args: dict[str, Any]) -> Any:
    """Does one action; ControlProblem when it is unknown, wrongly called or cannot be done."""
    key = args.pop("district", None)
    if name == "reset":
        return _reset(sandbox, key)
    if name == "load":
        return _call(_load, sandbox, args)
    try:
        if name in SANDBOX_ACTIONS:
            return _call(SANDBOX_ACTIONS[name], sandbox, args)
        district = sandbox.district(key)
        with district.store.lock:
            if name in DISTRICT_ACTIONS:
                return _call(DISTRICT_ACTIONS[name], district, args)
            if name not in CONTENT_ACTIONS:
                raise ControlProblem(f"unknown action {name}")
            moves_last_sync = args.pop("sync", True)
            result = _call(CONTENT_ACTIONS[name], district, args)
            if moves_last_sync:
                district.move_last_sync()
            return result
    except (AttributeError, LookupError, TypeError, ValueError) as wrong:
        raise ControlProblem(str(wrong)) from wrong


def start_scenario(sandbox: Sandbox) -> None:
    """Does the actions and sets the faults that the spec begins with."""
    for action in sandbox.spec.actions:
        args = dict(action)
        perform(sandbox, args.pop("do"), args)
    sandbox.faults.replace(list(sandbox.spec.faults))


def _reset(sandbox: Sandbox, key: str | None) -> None:
    if key:
        sandbox.district(key).reset()
        return
    sandbox.reset()
    start_scenario(sandbox)


def _load(sandbox: Sandbox, scenario: dict[str, Any]) -> None:
    """Another scenario instead of the present one; the application's credentials stay."""
    bare = replace(sandbox.spec, actions=(), faults=(), clock=None)
    try:
        sandbox.become(read_scenario(scenario, bare))
    except (TypeError, ValueError) as wrong:
        raise ControlProblem(f"no scenario: {wrong}") from wrong
    start_scenario(sandbox)


def _call(action: Callable[..., Any], subject: Any, args: dict[str, Any]) -> Any:
    try:
        inspect.signature(action).bind(subject, **args)
    except TypeError as wrong:
        raise ControlProblem(str(wrong)) from wrong
    return action(subject, **args)
