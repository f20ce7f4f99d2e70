"""What a sandbox is asked to be: sizes, seeds, names and the application's credentials."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

DEFAULT_CLIENT_ID = "sandbox-client"
DEFAULT_CLIENT_SECRET = "sandbox-secret"
DEFAULT_DISTRICT_NAME = "#DEMO Maple Ridge Unified"


@dataclass(frozen=True)
class DistrictSpec:
    """One district; equal specs make equal districts, id for id."""

    key: str = "main"
    name: str = DEFAULT_DISTRICT_NAME
    students: int = 200
    teachers: int | None = None
    staff: int | None = None
    schools: int | None = None
    district_admins: int | None = None
    contacts: int = 0
    sections: bool = True
    seed: int = 1
    state: str = "success"
    sis_type: str = "powerschool"
    events: bool = True
    special_fields: bool = False
    corners: bool = True
    connected: bool = True

    def sized(self) -> Self:
        """The same district with every size that was left open filled in."""
        return replace(
            self,
            schools=self._or(self.schools, max(3, self.students // 450) if self.students else 1),
            teachers=self._or(self.teachers, -(-self.students // 16)),
            staff=self._or(self.staff, -(-self.students // 80)),
            district_admins=self._or(self.district_admins, 2 if self.students else 0),
        )

    @staticmethod
    def _or(given: int | None, usual: int) -> int:
        return usual if given is None else given


@dataclass(frozen=True)
class SandboxSpec:
    """A whole sandbox: its districts, and how it answers.

    People who sign in are sent back to one of `redirect_uris` only; to any where there is none.
    """

    districts: tuple[DistrictSpec, ...] = (DistrictSpec(),)
    client_id: str = DEFAULT_CLIENT_ID
    client_secret: str = DEFAULT_CLIENT_SECRET
    rate_limit: int = 1200
    page_delay: float = 0.0
    clock: str | None = None
    actions: tuple[dict[str, Any], ...] = ()
    faults: tuple[dict[str, Any], ...] = field(default=())
    redirect_uris: tuple[str, ...] = ()


def read_scenario(document: dict[str, Any], base: SandboxSpec) -> SandboxSpec:
    """The sandbox that a scenario document describes, on top of what was given besides.

    The document may hold `districts` (objects with the names of DistrictSpec), `actions` (control
    actions to run at the start, each with `do` and its arguments), `faults`, `clock`,
    `rate_limit`, `page_delay`, `client_id`, `client_secret` and `redirect_uris`. Unknown
    names are an error.
    """
    known: dict[str, Any] = dict(document)
    for name in ("actions", "faults", "redirect_uris"):
        if name in known:
            known[name] = tuple(known[name])
    if "districts" in known:
        known["districts"] = tuple(DistrictSpec(**each) for each in known["districts"])
        keys = [district.key for district in known["districts"]]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError("a scenario's districts need keys of their own")
    return replace(base, **known)
