"""From a request to an answer: control, tokens or roster API, and the scripted faults between."""

from clever_sandbox import oauth, roster_api, sign_in
from clever_sandbox.change import ControlProblem
from clever_sandbox.control_actions import perform
from clever_sandbox.control_api import serve_control
from clever_sandbox.control_client import API
from clever_sandbox.control_page import serve_page
from clever_sandbox.fault_answers import bend_answer, replaces_answer
from clever_sandbox.fault_rules import FaultPlan
from clever_sandbox.messages import Request, Response, problem, unknown_page
from clever_sandbox.request_log import Asked
from clever_sandbox.sandbox import Sandbox


class Application:
    """Answers the requests of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __call__(self, request: Request) -> Response:
        """The answer to a request; never raises for anything that a client can send."""
        if request.path.startswith(API):
            return serve_control(self._sandbox, request)
        if request.path == "/_sandbox" or request.path.startswith("/_sandbox/"):
            return serve_page(self._sandbox, request)
        plan = self._sandbox.faults.plan(request, lambda: self._names_of(request))
        try:
            self._run_actions(plan, "before")
        except ControlProblem as wrong:
            return problem(500, f"a scripted action cannot be done: {wrong}")
        response = Response() if replaces_answer(plan) else self._serve(request, plan)
        response = bend_answer(plan, response)
        response.delay += self._sandbox.page_delay
        asked = Asked(request.method, request.path, request.query, response.status)
        self._sandbox.requests.note(asked)
        self._run_actions(plan, "after")
        return response

    def _serve(self, request: Request, plan: FaultPlan) -> Response:
        asked = (request.method, request.path)
        if asked == ("GET", "/oauth/tokens"):
            return oauth.list_tokens(self._sandbox, request)
        if asked == ("POST", "/oauth/tokens"):
            return sign_in.exchange_code(self._sandbox, request)
        if asked == ("GET", "/oauth/authorize"):
            return sign_in.authorize(self._sandbox, request)
        if asked == ("GET", "/oauth/instant-login"):
            return sign_in.instant_login(self._sandbox, request)
        if request.method == "GET" and request.path in sign_in.ME_PATHS:
            return sign_in.who_is(self._sandbox, request, roster_api.bearer(request))
        if request.path.startswith("/v"):
            return roster_api.serve(self._sandbox, request, plan)
        return unknown_page()

    def _run_actions(self, plan: FaultPlan, when: str) -> None:
        for rule in plan.of("run"):
            if rule.args.get("when", "before") == when:
                perform(self._sandbox, rule.args["action"], dict(rule.args.get("args", {})))

    def _names_of(self, request: Request) -> frozenset[str]:
        token = roster_api.bearer(request)
        district = self._sandbox.by_token(token) if token else None
        if district is None:
            return frozenset({request.param("district") or ""})
        return frozenset({district.id, district.spec.key, district.spec.name})
