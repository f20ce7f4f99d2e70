"""A connected district that follows Clever's events, and a twin that reads everything."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clever_sandbox.running import RunningSandbox
from clever_sync import pull as pulling
from clever_sync.models import MirrorObject, Pull
from tests.clever_sync.conftest import World

NEVER = lambda: False  # noqa: E731
MIRROR = (
    "type", "clever_id", "payload", "raw_hash", "content_hash", "roles", "school", "key_sis_id",
    "key_number", "key_staff_id", "key_state_id", "key_email", "broken",
)  # fmt: skip


@dataclass
class Follower(World):
    """A world whose pulls go by events wherever they may."""

    def next_pull(self, deadline: Callable[[], bool] = NEVER, **more: Any) -> Pull:
        """A pull as a night brings it, to its end."""
        asked = {"why_full": "", **more}
        pull = self.open(**asked)
        with self.client() as client:
            while not pulling.advance(
                pull, client=client, deadline=deadline, now=self.time.now
            ).finished:
                pull = self.open(**asked)
        self.connection.refresh_from_db()
        pull.refresh_from_db()
        return pull

    def a_night_later(self, hours: float = 24) -> None:
        """Both clocks go on."""
        self.time.now += timedelta(hours=hours)
        self.control.advance(hours * 3600)

    def mirror(self) -> list[tuple[Any, ...]]:
        """All that the mirror holds, and whether it is there; not by which pull."""
        rows = MirrorObject.objects.filter(connection=self.connection).order_by("clever_id")
        found = rows.values_list(*MIRROR, "gone_in", "absent_in")
        return [(*map(_plain, row[:-2]), *map(bool, row[-2:])) for row in found]

    def begin(self) -> Pull:
        """The first pull, after an event, so that there is a cursor to go on from."""
        self.control.edit(self.ids("student")[0], {"name.middle": "Ida"})
        first = self.next_pull()
        self.sandbox.requests.clear()
        return first


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


@contextmanager
def rewritten(sandbox: RunningSandbox, since: str = "") -> Iterator[list[dict[str, Any]]]:
    """The events after `since`, to be changed in the block: what is left in the list is told.

    They get the ids of before, ascending, in whatever order they are now.
    """
    store = sandbox.sandbox.districts[0].store
    sql = "SELECT id, record_type, entry FROM events WHERE id > ? ORDER BY id"
    rows = store.rows(sql, (since,))
    told = [{"id": row[0], "kind": row[1], "entry": row[2]} for row in rows]
    yield told
    store.write("DELETE FROM events WHERE id > ?", (since,))
    write_events(sandbox, told)


def write_events(sandbox: RunningSandbox, told: Sequence[dict[str, Any]]) -> None:
    """Tells these events, in this order."""
    district = sandbox.sandbox.districts[0]
    at = district.clock.now().timestamp()
    ids = _ascending([each["id"] for each in told])
    for clever_id, each in zip(ids, told, strict=True):
        entry = each["entry"].replace(each["id"], clever_id)
        district.store.write(
            "INSERT INTO events (id, record_type, at, schools, later_version, entry)"
            " VALUES (?, ?, ?, '', 0, ?)",
            (clever_id, each["kind"], at, entry),
        )


def _ascending(ids: Sequence[str]) -> list[str]:
    """As many ids as there are events: theirs in order, and after those as many new ones."""
    once = sorted(set(ids))
    last = int(once[-1], 16) if once else 0
    return once + [f"{last + n:024x}" for n in range(1, len(ids) - len(once) + 1)]
