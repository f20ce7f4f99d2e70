"""The whole sandbox: districts, clock, rate limit, faults and the log of what was asked."""

import hmac

from clever_sandbox.clock import Clock
from clever_sandbox.district import District
from clever_sandbox.fault_rules import FaultRules
from clever_sandbox.logins import Logins
from clever_sandbox.rate_limit import RateLimiter
from clever_sandbox.request_log import RequestLog
from clever_sandbox.specs import SandboxSpec


class Sandbox:
    """Made from a spec; knows nothing of sockets."""

    def __init__(self, spec: SandboxSpec) -> None:
        self.spec = spec
        self.clock = Clock(spec.clock)
        self.districts = [District(each, self.clock) for each in spec.districts]
        self.rate_limiter = RateLimiter(spec.rate_limit)
        self.faults = FaultRules()
        self.requests = RequestLog()
        self.logins = Logins(self.clock)
        self.page_delay = spec.page_delay

    def district(self, key: str | None) -> District:
        """The district with this id, key or name; LookupError if unknown. None is the first."""
        if not key:
            return self.districts[0]
        for district in self.districts:
            if key in (district.id, district.spec.key, district.spec.name):
                return district
        raise LookupError(f"no district {key}")

    def by_token(self, token: str) -> District | None:
        """The district whose token this is, unless the token is worth nothing (any more)."""
        for district in self.districts:
            if hmac.compare_digest(district.token.encode(), token.encode("utf-8", "replace")):
                refused = district.token_revoked or (
                    not district.connected and district.refusal == 401
                )
                return None if refused else district
        return None

    def set_rate_limit(self, limit: int) -> None:
        """Requests a minute for each token, from now on."""
        self.rate_limiter.limit = limit

    def set_page_delay(self, seconds: float) -> None:
        """How long every answer of the API takes besides its own time."""
        self.page_delay = seconds

    def become(self, spec: SandboxSpec) -> None:
        """Another sandbox from now on: other districts, clock and settings."""
        former, self.spec = self.districts, spec
        self._calm_down()
        self.districts = [District(each, self.clock) for each in spec.districts]
        for district in former:
            district.store.close()

    def reset(self) -> None:
        """Everything as at the start; tokens stay what they are."""
        self._calm_down()
        for district in self.districts:
            district.reset()

    def _calm_down(self) -> None:
        self.clock.set(self.spec.clock)
        self.faults.clear()
        self.requests.clear()
        self.rate_limiter.clear()
        self.set_rate_limit(self.spec.rate_limit)
        self.set_page_delay(self.spec.page_delay)

    def close(self) -> None:
        """Gives back what the districts hold."""
        for district in self.districts:
            district.store.close()
