"""Raw records to minimised payloads: only the fields asked for are ever decoded (engine.md 2.3).

A Reader is compiled for one set of sources. The quick way decodes into structs that have exactly
those fields; a record that does not fit is salvaged field by field (faults.md F57, F58).
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any
from unicodedata import normalize

import msgspec

from clever_sync.privacy import kept
from clever_sync.sources import (
    EXTENSION,
    LISTS,
    OF_ROLE,
    SCHOOL_SOURCES,
    SHARED,
    UNREADABLE,
    Payload,
    roles_for_shared,
)
from clever_sync.wire import sources_salt
from core.problems import Finding
from core.text import clean
from core.vocabulary import CleverRole

LONGEST = 255
MOST_IN_LIST = 200
_ROLES = tuple(role.value for role in CleverRole)
_NOTHING: tuple[Finding, ...] = ()


class Number(str):
    """A JSON number as it was written, so that none of any size can hurt."""

    __slots__ = ()


@dataclass(slots=True)
class Record:
    """A record as the mirror keeps it. `broken` is the code of what makes it unusable, or ""."""

    clever_id: str
    payload: Payload
    roles: list[str]
    broken: str = ""
    findings: tuple[Finding, ...] | list[Finding] = _NOTHING


@dataclass
class _Branch:
    """One object of the JSON tree: its texts and lists of ours, and the objects below it."""

    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, str] = field(default_factory=dict)
    below: dict[str, "_Branch"] = field(default_factory=dict)
    struct: Any = None

    def add(self, path: list[str], key: str) -> None:
        if len(path) > 1:
            self.below.setdefault(path[0], _Branch()).add(path[1:], key)
        elif key in LISTS:
            self.lists[path[0]] = key
        else:
            self.texts[path[0]] = key

    def compile(self, name: str, *, optional: bool = False) -> None:
        """Makes the struct. Objects below always exist, unless `optional` says they tell much."""
        fields: list[Any] = [(text, str | None, None) for text in self.texts]
        fields += [(listed, list[str] | None, None) for listed in self.lists]
        if self.extensions:
            fields.append(("ext", dict[str, Any] | None, None))
        for below, branch in self.below.items():
            branch.compile(f"{name}_{below}", optional=below == "roles")
            empty = None if optional else msgspec.field(default_factory=branch.struct)
            fields.append((below, branch.struct | None if optional else branch.struct, empty))
        self.struct = msgspec.defstruct(name, fields, gc=False)

    def all_keys(self) -> list[str]:
        keys = [*self.texts.values(), *self.lists.values(), *self.extensions.values()]
        return keys + [key for branch in self.below.values() for key in branch.all_keys()]


class _Flat:
    """The fields of an object and of those below it, by dotted names, to be had in one go."""

    def __init__(self, branch: _Branch, but: str = "") -> None:
        texts, lists = dict(_dotted(branch, "texts", but)), dict(_dotted(branch, "lists", but))
        self.keys = tuple(texts.values())
        self.get = _getter(tuple(texts))
        self.list_keys = tuple(lists.values())
        self.get_lists = _getter(tuple(lists))
        self.extensions = branch.extensions


def _dotted(branch: _Branch, kind: str, but: str) -> Iterator[tuple[str, str]]:
    yield from getattr(branch, kind).items()
    for name, below in branch.below.items():
        if name != but:
            yield from ((f"{name}.{path}", key) for path, key in _dotted(below, kind, but))


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if not names:
        return lambda _: ()
    if len(names) == 1:
        only = attrgetter(names[0])
        return lambda found: (only(found),)
    return attrgetter(*names)


def _tree(sources: Iterable[str]) -> _Branch:
    """The tree of a user's JSON with exactly the fields of the sources."""
    user = _Branch()
    roles = user.below["roles"] = _Branch()
    for role in _ROLES:
        roles.below[role] = _Branch()
    for key in sorted(sources):
        role, _, name = key.partition(EXTENSION)
        if name:
            roles.below[role].extensions[name] = key
        elif key.split(".")[0] in _ROLES:
            roles.add(key.split("."), key)
        else:
            user.add(key.split("."), key)
    user.compile("User")
    return user


class Reader:
    """Reads users for one set of sources; what may not be kept is dropped from the set (B04)."""

    def __init__(self, sources: Iterable[str]) -> None:
        allowed = kept(sources)
        self.salt = sources_salt(allowed)
        self._shared_by = roles_for_shared(allowed)
        self._tree = _tree({key.partition(OF_ROLE)[0] for key in allowed})
        self._decode = msgspec.json.Decoder(self._tree.struct).decode
        self._common = _Flat(self._tree, but="roles")
        branches = self._tree.below["roles"].below
        self._flats = [(role, _Flat(branches[role])) for role in _ROLES]

    def read(self, raw: bytes | msgspec.Raw, clever_id: str) -> Record:
        """The record minimised and cleaned, with findings for what could not be kept."""
        record = Record(clever_id, {}, [])
        try:
            user = self._decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            user = _salvage_record(self._tree, raw, record)
            if user is None:
                return record
        self._take(user, record)
        return record

    def _take(self, user: Any, record: Record) -> None:
        payload = record.payload
        _fill(self._common, user, record)
        roles = user.roles
        for role, flat in self._flats:
            held = getattr(roles, role)
            if held is not None:
                record.roles.append(role)
                _fill(flat, held, record)
        if SHARED in payload and self._shared_by.isdisjoint(record.roles):
            del payload[SHARED]  # No rule needs it of these roles (C34).
        if "@" not in payload.get("email", "@"):
            _note(record, "email_invalid", "email")
        if "name.last" not in payload:
            record.broken = "last_name_missing"
            _note(record, "last_name_missing", "name.last")


class SchoolReader:
    """Reads schools; always the same fields."""

    def __init__(self) -> None:
        self.salt = sources_salt(SCHOOL_SOURCES)
        self._tree = _Branch({name: name for name in SCHOOL_SOURCES})
        self._tree.compile("School")
        self._decode = msgspec.json.Decoder(self._tree.struct).decode
        self._flat = _Flat(self._tree)

    def read(self, raw: bytes | msgspec.Raw, clever_id: str) -> Record:
        """The school minimised and cleaned; it has no roles."""
        record = Record(clever_id, {}, [])
        try:
            school = self._decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            school = _salvage_record(self._tree, raw, record)
            if school is None:
                return record
        _fill(self._flat, school, record)
        return record


def _fill(flat: _Flat, found: Any, record: Record) -> None:
    """Adds the fields of an object to the payload, cleaned; mostly there is nothing to clean."""
    values = flat.get(found)
    texts = {key: value for key, value in zip(flat.keys, values, strict=True) if value}
    if not _is_clean(texts.values()):
        texts = _cleaned(texts, record)
    record.payload.update(texts)
    for key, listed in zip(flat.list_keys, flat.get_lists(found), strict=True):
        if listed:
            _fill_list(key, listed, record)
    if flat.extensions and found.ext:
        for name, key in flat.extensions.items():
            _fill_extension(key, found.ext.get(name), record)


def _is_clean(values: Collection[str]) -> bool:
    """Whether all values are printable ASCII, trimmed and short: all at once, for speed."""
    lines = "\n".join(values)
    return (
        lines.isascii()
        and lines.replace("\n", "").isprintable()
        and lines.count("\n") <= max(0, len(values) - 1)
        and "\n " not in lines
        and " \n" not in lines
        and lines == lines.strip(" ")
        and (len(lines) <= LONGEST or max(map(len, values)) <= LONGEST)
    )


def _cleaned(texts: dict[str, str], record: Record) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in texts.items():
        cleaned = _clean_text(key, value, record)
        if cleaned:
            found[key] = cleaned
    return found


def _clean_text(key: str, value: str, record: Record) -> str:
    """The value cleaned; "" and a finding where it cannot be kept."""
    cleaned = clean(value)
    if len(cleaned) > LONGEST:
        _leave_out(record, "too_long", key)
        return ""
    if cleaned != normalize("NFC", value.strip()):
        _note(record, "cleaned", key)
    return cleaned


def _fill_list(key: str, listed: list[str], record: Record) -> None:
    cleaned = [clean(value) for value in listed[:MOST_IN_LIST] if value and len(value) <= LONGEST]
    values = [value for value in cleaned if value]
    if values:
        record.payload[key] = values


def _fill_extension(key: str, value: object, record: Record) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        _leave_out(record, "wrong_type", key)
    elif value is not None and value != "":
        cleaned = _clean_text(key, str(value), record)
        if cleaned:
            record.payload[key] = cleaned


def _note(record: Record, code: str, key: str) -> None:
    record.findings = [*record.findings, Finding(code, key)]


def _leave_out(record: Record, code: str, key: str) -> None:
    """The value came, but is of no use: never to be taken for a blank (engine.md 3)."""
    _note(record, code, key)
    unreadable = record.payload.get(UNREADABLE, [])
    record.payload[UNREADABLE] = [*unreadable, key]


def _salvage_record(tree: _Branch, raw: bytes | msgspec.Raw, record: Record) -> Any:
    """The struct that the quick decoder refused to make, with what can be read; None if nothing."""
    try:
        document = json.loads(
            bytes(raw), parse_int=Number, parse_float=Number, parse_constant=Number
        )
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        return _salvage(tree, document, record)
    record.broken = "record_unreadable"
    _note(record, "record_unreadable", "")
    return None


def _salvage(branch: _Branch, found: dict[str, Any], record: Record) -> Any:
    values: dict[str, Any] = {}
    for name, key in branch.texts.items():
        value = found.get(name)
        if type(value) is str:
            values[name] = value
        elif value is not None:
            _leave_out(record, "wrong_type", key)
    for name, key in branch.lists.items():
        values[name] = _salvage_list(found.get(name), key, record)
    for name, below in branch.below.items():
        value = found.get(name)
        if isinstance(value, dict):
            values[name] = _salvage(below, value, record)
        elif value is not None:
            for key in below.all_keys():
                _leave_out(record, "wrong_type", key)
    if branch.extensions and isinstance(found.get("ext"), dict):
        values["ext"] = found["ext"]
    return branch.struct(**values)


def _salvage_list(value: Any, key: str, record: Record) -> list[str] | None:
    if value is None:
        return None
    good = [each for each in value if type(each) is str] if isinstance(value, list) else []
    if not isinstance(value, list) or len(good) < len(value):
        _leave_out(record, "wrong_type", key)
    return good
