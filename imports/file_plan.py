"""What one line of a file means for whom it names: one row of a plan, or why there is none. Pure.

Plain values in, a `Row` or None out (C27). The line writes only the fields that were chosen for
its columns. What Clever delivers for that person, what is locked, and what cannot be a value stays
as it is and is told beside the rest.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.text import key
from core.vocabulary import Action
from imports.planner import NEVER_CLEARED, UNLOCKED, Locks, Person, Row, name_effects, same
from schools.values import NotAValue, Value, read

BLANK_KEY, TWICE, NOBODY, SEVERAL = (
    "file_key_blank", "file_line_twice", "file_nobody", "file_several",
)  # fmt: skip
NOT_A_VALUE, LOCKED, DELIVERED, NEEDED = (
    "file_value", "file_kept_by_lock", "file_delivered", "file_needed",
)  # fmt: skip
LOCK, CLEVER = "lock", "clever"


@dataclass(frozen=True)
class Reading:
    """How the lines of a file are read.

    `key` is the field by which people are found, in the cell `key_cell`; `fields` says which field
    each other cell goes to. `clears`: an empty cell empties the field. `codes` are the values that
    a field of codes may have, by their keys (core.text.key).
    """

    file: str
    data_type: str
    key: str
    key_cell: int
    fields: Mapping[int, str]
    clears: bool = False
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A line: its number, its cells, and whether another line of the file has the same key."""

    number: int
    cells: Sequence[str]
    twice: bool = False


@dataclass
class Said:
    """What a line says of a person, field by field."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)


def plan_line(
    line: Line,
    people: Sequence[Person],
    reading: Reading,
    *,
    locks: Locks = UNLOCKED,
    delivered: Collection[str] = (),
) -> tuple[Row | None, list[tuple[str, str]]]:
    """The row of a line, and its problems as (code, field). No row: it says what is here already.

    `people` are those who have the key; exactly one must. `delivered` are the fields that Clever
    delivers for that person, `locks` the locked ones.
    """
    code = _why_nobody(line, people, reading)
    if code:
        return _rejected(line, reading, code), [(code, reading.key)]
    person = people[0]
    said = _said(line, person, reading, locks, delivered)
    why: dict[str, Any] = {"file": reading.file, "line": line.number}
    if said.kept:
        why["kept"] = said.kept
    if said.left:
        why["left"] = said.left
    if not said.after and not said.problems:
        return None, []
    row = Row(
        data_type=reading.data_type,
        action=Action.UPDATE,
        clever_id=person["clever_id"],
        person_id=person["id"],
        person_revision=person["revision"],
        school=person["school_id"],
        old_school=person["school_id"],
        before=said.before,
        after=said.after,
        why=why,
    )
    if said.after:
        name_effects(said.before, said.after, row.effects)
    else:
        row.action, row.effects = Action.REJECT, [Action.REJECT]
        row.why["reason"] = said.problems[0][0]
    return row, said.problems


def _why_nobody(line: Line, people: Sequence[Person], reading: Reading) -> str:
    if not line.cells[reading.key_cell]:
        return BLANK_KEY
    if line.twice:
        return TWICE
    if not people:
        return NOBODY
    return SEVERAL if len(people) > 1 else ""


def _rejected(line: Line, reading: Reading, code: str) -> Row:
    why = {
        "file": reading.file, "line": line.number, "reason": code,
        "key": reading.key, "said": line.cells[reading.key_cell],
    }  # fmt: skip
    return Row(
        data_type=reading.data_type,
        action=Action.REJECT,
        clever_id=None,
        effects=[Action.REJECT],
        why=why,
    )


def _said(
    line: Line, person: Person, reading: Reading, locks: Locks, delivered: Collection[str]
) -> Said:
    said = Said()
    for place, name in reading.fields.items():
        text, old = line.cells[place], person[name]
        if not text and (not reading.clears or old is None):
            continue
        try:
            new = value_of(reading, name, text)
        except NotAValue as wrong:
            said.left[name] = str(wrong)
            said.problems.append((NOT_A_VALUE, name))
            continue
        if new is None and name in NEVER_CLEARED:
            said.left[name] = "is empty, and a record needs one"
            said.problems.append((NEEDED, name))
        elif same(name, old, new):
            continue
        elif name in delivered:
            said.kept[name] = {"here": old, "clever": new, "by": CLEVER}
            said.problems.append((DELIVERED, name))
        elif name in locks:
            said.kept[name] = {"here": old, "clever": new, "by": LOCK, **locks[name]}
            said.problems.append((LOCKED, name))
        else:
            said.before[name], said.after[name] = old, new
    return said


def value_of(reading: Reading, name: str, text: str) -> Value:
    """The value of a field that a cell holds, codes as we write them. Raises NotAValue."""
    value = read(name, text)
    table = reading.codes.get(name)
    if table is None or value is None:
        return value
    known = table.get(key(str(value)))
    if known is None:
        raise NotAValue(f"is none of {', '.join(sorted(set(table.values()))[:20])}")
    return known
