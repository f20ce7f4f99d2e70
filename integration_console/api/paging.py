"""Pages of lists: each begins behind a place that the page before has named (keyset)."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from ninja import Path, Query, Schema
from pydantic import Field

from integration_console.api.refusals import Refusal

MOST, USUAL = 500, 100
HIGHEST = 2**63 - 1
WRONG = "The cursor is none that this list has given. Begin again without it."
Row = TypeVar("Row")

Number = Annotated[int, Path(description="Its `id`, as the list tells it.")]
Limit = Annotated[
    int, Query(ge=1, le=MOST, description=f"How many there are on a page, {MOST} at most.")
]
Cursor = Annotated[
    str,
    Query(max_length=60, description="`next_cursor` of the page before; without it, the first."),
]


class Page(Schema):
    """One page of a list; the page that has no `next_cursor` is the last one."""

    next_cursor: str | None = Field(
        description="Ask with `cursor` set to this for the next page; null on the last one."
    )


def number(text: str) -> int | None:
    """A cursor that is a number; None for the first page. Raises Refusal for another one."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > HIGHEST:
        raise wrong()
    return int(text)


def parted(text: str, parts: int = 2) -> list[str]:
    """The parts of a cursor, [] for the first page. Raises Refusal for another number of them."""
    found = text.split(".") if text else []
    if found and len(found) != parts:
        raise wrong()
    return found


def wrong() -> Refusal:
    """What is said of a cursor that this list has never given."""
    return Refusal(422, WRONG, "wrong_cursor")


def page(
    rows: Sequence[Row], limit: int, tell: Callable[[Row], Any], place: Callable[[Row], object]
) -> dict[str, Any]:
    """The answer for rows of which one more than `limit` was read, if there is one."""
    shown = rows[:limit]
    more = str(place(shown[-1])) if len(rows) > limit else None
    return {"data": [tell(row) for row in shown], "next_cursor": more}
