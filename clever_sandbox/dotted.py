"""Values inside a record by dotted path, and the rules by which many are changed at once.

A new value is either plain JSON, or one of these rules:
{"$null": true}, {"$delete": true}, {"$replace": ["old", "new"]}, {"$map": {"9": "09"}},
{"$format": "X{value}"}, {"$domain": "other.example"}.
"""

from collections.abc import Callable
from typing import Any

from clever_sandbox.records import Record

MISSING: Any = object()


def get_path(record: Record, path: str) -> Any:
    """The value at the path, or MISSING."""
    inner: Any = record
    for name in path.split("."):
        if not isinstance(inner, dict) or name not in inner:
            return MISSING
        inner = inner[name]
    return inner


def set_path(record: Record, path: str, value: Any) -> None:
    """Sets the value at the path, making objects on the way; MISSING takes the key away."""
    *outer, last = path.split(".")
    inner = record
    for name in outer:
        if not isinstance(inner.get(name), dict):
            if value is MISSING:
                return
            inner[name] = {}
        inner = inner[name]
    if value is MISSING:
        inner.pop(last, None)
    else:
        inner[last] = value


def new_value(old: Any, wanted: Any) -> Any:
    """What a value becomes; a rule for text leaves what is no text alone."""
    if not isinstance(wanted, dict) or not any(name.startswith("$") for name in wanted):
        return MISSING if wanted is None else wanted
    ((rule, argument),) = wanted.items()
    if rule in ("$null", "$delete"):
        return None if rule == "$null" else MISSING
    if rule not in _TEXT_RULES:
        raise ValueError(f"unknown rule {rule}")
    return _TEXT_RULES[rule](old, argument) if isinstance(old, str) else old


def holds(record: Record, where: dict[str, Any] | None) -> bool:
    """Whether every path has its value, or one of them where a list is given."""
    for path, wanted in (where or {}).items():
        found = get_path(record, path)
        allowed = wanted if isinstance(wanted, list) else [wanted]
        if isinstance(found, list):
            if not any(each in allowed for each in found):
                return False
        elif (None if found is MISSING else found) not in allowed:
            return False
    return True


_TEXT_RULES: dict[str, Callable[[str, Any], str]] = {
    "$replace": lambda old, pair: old.replace(pair[0], pair[1]),
    "$map": lambda old, table: table.get(old, old),
    "$format": lambda old, pattern: pattern.replace("{value}", old),
    "$domain": lambda old, domain: old.split("@")[0] + "@" + domain if "@" in old else old,
}
