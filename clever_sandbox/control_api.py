"""The control API `/_sandbox/api/...`: JSON in and out, and nothing of it needs a token."""

from collections.abc import Callable
from typing import Any

from clever_sandbox.change import ControlProblem
from clever_sandbox.clock import stamp
from clever_sandbox.control_actions import perform
from clever_sandbox.control_client import API
from clever_sandbox.district import District
from clever_sandbox.messages import Request, Response, answer, problem, unknown_page
from clever_sandbox.people_search import find_people
from clever_sandbox.records import Record
from clever_sandbox.sandbox import Sandbox
from clever_sandbox.school_actions import all_schools


def serve_control(sandbox: Sandbox, request: Request) -> Response:
    """The answer to a request of the control API."""
    name = request.path.removeprefix(API).strip("/")
    try:
        if request.method == "GET":
            reader = _READERS.get(name)
            return answer(reader(sandbox, request)) if reader else unknown_page()
        args = request.json()
        if not isinstance(args, dict):
            raise ControlProblem("the arguments are not an object")
        return answer({"result": perform(sandbox, name, args)})
    except (ControlProblem, LookupError, ValueError) as wrong:
        return problem(400, str(wrong))


def _district(sandbox: Sandbox, request: Request) -> District:
    return sandbox.district(request.param("district"))


def describe(sandbox: Sandbox, district: District) -> Record:
    """What the control page says about a district."""
    people = district.store.row("SELECT count(*) FROM users WHERE hidden = 0")[0]
    return {
        **district.shown(),
        "key": district.spec.key,
        "people": people,
        "token": district.token,
        "connected": district.connected,
        "token_revoked": district.token_revoked,
        "events": district.events.on,
        "special_fields": district.sharing.special_fields,
        "hidden_roles": sorted(district.sharing.hidden_roles),
        "clock": stamp(sandbox.clock.now()),
    }


def _people(sandbox: Sandbox, request: Request) -> list[Record]:
    return find_people(
        _district(sandbox, request),
        role=request.param("role"),
        text=request.param("text") or "",
        limit=int(request.param("limit") or 100),
        after=request.param("after") or "",
        with_hidden=request.param("all") == "true",
    )


def _person(sandbox: Sandbox, request: Request) -> Record:
    person_id = request.param("id") or ""
    kept = _district(sandbox, request).people.get(person_id)
    if kept is None:
        raise ControlProblem(f"no user {person_id}")
    return kept.record


def _schools(sandbox: Sandbox, request: Request) -> list[Record]:
    found = all_schools(_district(sandbox, request))
    return [{**school, "shared": hidden == 0} for school, hidden in found]


def _requests(sandbox: Sandbox, _request: Request) -> list[Any]:
    return [each._asdict() for each in sandbox.requests]


_READERS: dict[str, Callable[[Sandbox, Request], Any]] = {
    "people": _people,
    "person": _person,
    "schools": _schools,
    "requests": _requests,
    "faults": lambda sandbox, _request: sandbox.faults.describe(),
    "districts": lambda sandbox, _request: [describe(sandbox, d) for d in sandbox.districts],
    "district": lambda sandbox, request: describe(sandbox, _district(sandbox, request)),
}
