"""Each room holds what its name says."""

import ast
import tomllib

from tests.house.floor_plan import (
    APPS,
    NAMED_IN_FULL,
    PURE_ROOMS,
    ROOT,
    calls,
    pure_rooms,
    sources,
)

# Names that say nothing of what is inside.
EMPTY_NAMES = {"common", "helpers", "managers", "misc", "services", "utils"}
CLOCKS = {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "timezone.now"}
SPEAKING_ROOMS = {"actions", *(room for rooms in PURE_ROOMS.values() for room in rooms)}


def test_no_room_has_an_empty_name() -> None:
    empty = [str(source) for source in sources(*APPS) if source.path.stem in EMPTY_NAMES]
    assert not empty


def test_every_pure_room_is_under_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (pure,) = (each for each in contracts if each["name"].startswith("Pure rooms"))
    rooms = {
        NAMED_IN_FULL.get(room, f"*.{room}") for rooms in PURE_ROOMS.values() for room in rooms
    }
    assert set(pure["source_modules"]) == rooms


def test_no_pure_room_looks_at_the_clock() -> None:
    looks = [
        f"{source}:{line} {name}"
        for source in pure_rooms()
        for name, line in calls(source.tree)
        if name.removeprefix("datetime.") in CLOCKS or name in CLOCKS
    ]
    assert not looks


def test_what_others_call_says_what_it_promises() -> None:
    silent = [
        f"{source}:{node.lineno} {node.name}"
        for source in sources(*APPS)
        if source.path.stem in SPEAKING_ROOMS or source.path.parent.name == "actions"
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert not silent, "without a docstring:\n" + "\n".join(silent)
