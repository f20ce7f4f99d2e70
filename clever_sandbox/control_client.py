"""Control: a sandbox moved from Python, over HTTP to `/_sandbox/api/`."""

from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from clever_sandbox.records import Record, from_json, to_bytes

API = "/_sandbox/api/"
Rule = dict[str, Any]


class ControlError(Exception):
    """The sandbox refused an action; the text is its reason."""


class Control:
    """Every method is one request. `district` is an id, key or name; None is the first district.

    Methods that change content move the district's `last_sync`, unless called with `sync=False`.
    """

    def __init__(self, url: str, district: str | None = None, timeout: float = 600) -> None:
        self._url = url
        self._host = urlsplit(url).netloc
        self._district = district
        self._timeout = timeout

    def of(self, district: str) -> "Control":
        """The same control for another district."""
        return Control(self._url, district, self._timeout)

    # Looking

    def people(
        self,
        role: str | None = None,
        limit: int = 100,
        after: str = "",
        *,
        text: str = "",
        all: bool = False,
        district: str | None = None,
    ) -> list[Record]:
        """Whole records, ids ascending; `all` adds removed and unshared people, with `hidden`."""
        params = {"role": role or "", "limit": limit, "after": after, "text": text}
        found: list[Record] = self._get("people", district, all=str(all).lower(), **params)
        return found

    def person(self, id: str, *, district: str | None = None) -> Record:
        """One person's whole record, removed or not."""
        return dict(self._get("person", district, id=id))

    def schools(self, *, district: str | None = None) -> list[Record]:
        """All schools, each with `shared`."""
        return list(self._get("schools", district))

    def describe(self, *, district: str | None = None) -> Record:
        """The district's record and the sandbox's settings for it."""
        return dict(self._get("district", district))

    def requests(self) -> list[Record]:
        """The last requests to the API: method, path, query, status."""
        return list(self._get("requests", None))

    def fault_rules(self) -> list[Rule]:
        """The rules in force with their counters `matched` and `fired`."""
        return list(self._get("faults", None))

    # People

    def edit(self, id: str, changes: Record, **more: Any) -> Record:
        """Changes fields of a person or school by dotted path; None takes a key away."""
        return dict(self.do("edit", id=id, changes=changes, **more))

    def remove(self, id: str, **more: Any) -> None:
        """The person leaves the district's data."""
        self.do("remove", id=id, **more)

    def bring_back(self, id: str, **more: Any) -> None:
        """A removed person returns under the same id."""
        self.do("bring_back", id=id, **more)

    def add_student(self, **fields: Any) -> str:
        """A new student; `first`, `last`, `email`, or names of the role's fields. Gives the id."""
        return str(self.do("add_student", **fields))

    def add_teacher(self, **fields: Any) -> str:
        """A new teacher; gives the id."""
        return str(self.do("add_teacher", **fields))

    def add_staff(self, **fields: Any) -> str:
        """A new staff member; gives the id."""
        return str(self.do("add_staff", **fields))

    def new_clever_id(self, id: str, **more: Any) -> str:
        """The same person under a new id, which is the answer."""
        return str(self.do("new_clever_id", id=id, **more))

    def merge_employees(self, keep: str, other: str, **more: Any) -> Record:
        """`keep` takes over the roles of `other`, which goes away."""
        return dict(self.do("merge_employees", keep=keep, other=other, **more))

    def split_employee(self, id: str, **more: Any) -> tuple[str, str]:
        """The first role stays under the id, the others get a new one; both ids."""
        first, second = self.do("split_employee", id=id, **more)
        return str(first), str(second)

    def bulk_edit(
        self, role: str, path: str, value: Any, where: Record | None = None, **more: Any
    ) -> int:
        """Changes a field of everybody with the role; `value` may be a rule. How many changed."""
        return int(self.do("bulk_edit", role=role, path=path, value=value, where=where, **more))

    def rollover(self, **more: Any) -> dict[str, int]:
        """A new school year; how many were promoted, graduated and new."""
        return dict(self.do("rollover", **more))

    # Schools and sharing

    def add_school(self, **fields: Any) -> str:
        """A new school; gives the id."""
        return str(self.do("add_school", **fields))

    def unshare_school(self, school_id: str, **more: Any) -> None:
        """Hides the school and the people who belong to no other shared school."""
        self.do("unshare_school", school_id=school_id, **more)

    def share_school(self, school_id: str, **more: Any) -> None:
        """Shows the school and its people again."""
        self.do("share_school", school_id=school_id, **more)

    def share_role(self, role: str, on: bool, **more: Any) -> None:
        """Switches a role on or off in Data Access."""
        self.do("share_role", role=role, on=on, **more)

    def special_fields(self, on: bool, **more: Any) -> None:
        """Gives or takes the special fields (GPA)."""
        self.do("special_fields", on=on, **more)

    # The district

    def edit_district(self, changes: Record, **more: Any) -> Record:
        """Changes fields of the district's own record."""
        return dict(self.do("edit_district", changes=changes, **more))

    def set_state(
        self, state: str, pause_start: str | None = None, pause_end: str | None = None, **more: Any
    ) -> None:
        """Sets the district's state and the days of its pause."""
        self.do("set_state", state=state, pause_start=pause_start, pause_end=pause_end, **more)

    def set_last_sync(self, at: str, **more: Any) -> None:
        """Sets `last_sync`."""
        self.do("set_last_sync", at=at, **more)

    def sync(self, **more: Any) -> None:
        """Moves `last_sync` to the sandbox's clock."""
        self.do("sync", **more)

    def events(self, on: bool, **more: Any) -> None:
        """Switches the writing of events."""
        self.do("events", on=on, **more)

    def expire_events(self, days: float = 31, **more: Any) -> None:
        """Makes today's events older."""
        self.do("expire_events", days=days, **more)

    def rotate_token(self, **more: Any) -> None:
        """Gives out another token; the former one is refused."""
        self.do("rotate_token", **more)

    def revoke_token(self, **more: Any) -> None:
        """Refuses the token, which stays listed."""
        self.do("revoke_token", **more)

    def disconnect(self, answer: int = 401, **more: Any) -> None:
        """The district leaves; its former token gets `answer` (401, 403 or 404)."""
        self.do("disconnect", answer=answer, **more)

    def reconnect(self, **more: Any) -> None:
        """The district comes (back) with a new token."""
        self.do("reconnect", **more)

    # The sandbox

    def set_clock(self, at: str | None) -> None:
        """Stops the clock at a moment; None lets it run again."""
        self.do("set_clock", at=at)

    def advance(self, seconds: float) -> None:
        """Moves the clock."""
        self.do("advance", seconds=seconds)

    def set_rate_limit(self, limit: int) -> None:
        """Requests a minute for each token."""
        self.do("set_rate_limit", limit=limit)

    def set_page_delay(self, seconds: float) -> None:
        """Makes every answer of the API take so long."""
        self.do("set_page_delay", seconds=seconds)

    def faults(self, rules: list[Rule]) -> None:
        """These fault rules and no others."""
        self.do("faults", rules=rules)

    def add_faults(self, rules: list[Rule]) -> None:
        """These fault rules besides the present ones."""
        self.do("add_faults", rules=rules)

    def clear_faults(self) -> None:
        """No faults any more."""
        self.do("clear_faults")

    def clear_requests(self) -> None:
        """Empties the log of requests."""
        self.do("clear_requests")

    def reset(self, **more: Any) -> None:
        """Everything as at the start; with `district` only that one's records."""
        self.do("reset", **more)

    def load(self, scenario: Record) -> None:
        """Another scenario (as in a file for `--scenario`) instead of the present one."""
        self.do("load", scenario=scenario)

    def do(self, action: str, **args: Any) -> Any:
        """Any action by name; its result."""
        if self._district is not None:
            args.setdefault("district", self._district)
        return self._send("POST", action, to_bytes(args))["result"]

    def _get(self, name: str, district: str | None, **params: Any) -> Any:
        query = urlencode({"district": district or self._district or "", **params})
        return self._send("GET", f"{name}?{query}")

    def _send(self, method: str, address: str, body: bytes | None = None) -> Any:
        connection = HTTPConnection(self._host, timeout=self._timeout)
        try:
            connection.request(method, API + address, body)
            response = connection.getresponse()
            answered = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise ControlError(f"{response.status}: {answered.decode('utf-8', 'replace')}")
        return from_json(answered)
