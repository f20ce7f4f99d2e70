"""The floor plan that the tests in this folder hold the code to, and ways to read the code."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("core", "schools", "accounts", "clever_sync", "mappings", "imports", "notifications")
PACKAGES = (*APPS, "integration_console", "clever_sandbox")
EVERYWHERE = (*PACKAGES, "benchmarks", "docs", "script", "templates", "tests")

# Plain values in, plain values out: no Django, no network, no clock.
PURE_ROOMS = {
    "clever_sync": ("wire", "sources", "district_id", "privacy", "reasons"),
    "core": ("vocabulary",),
    "imports": (
        *("matcher", "planner", "explanation", "brakes", "brake_trial", "school_calendar"),
        "timetable",
    ),
    "mappings": ("spec", "engine", "transforms", "suggest", "review"),
    "notifications": ("news", "recipients", "render"),
    "schools": ("targets",),
}

# Rooms of other floors have this name, too, and are not pure.
NAMED_IN_FULL = {"sources": "clever_sync.sources"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def length(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


@cache
def source(path: Path) -> Source:
    """The file, read and parsed once for all tests."""
    return Source(path)


def sources(*folders: str) -> list[Source]:
    """The Python files in these folders, without the migrations, which Django writes."""
    return [
        source(path)
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def pure_rooms() -> list[Source]:
    """The pure rooms that exist by now; a room may be a module or a package."""
    return [
        room
        for app, rooms in PURE_ROOMS.items()
        for room in sources(app)
        if room.path.relative_to(ROOT / app).parts[0].removesuffix(".py") in rooms
    ]


def length_of(function: Function) -> int:
    """Lines from `def` to the end; decorators and docstring do not count."""
    first = function.body[0]
    prose = first if ast.get_docstring(function) is not None else None
    spoken = (prose.end_lineno or 0) - prose.lineno + 1 if prose else 0
    return (function.end_lineno or 0) - function.lineno + 1 - spoken


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every call as ("Person.objects.filter.update", line), with the calls on the way left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ".".join(reversed(list(_names(node.func)))), node.lineno


def imported_modules(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every import as ("django.core.mail.send_mail", line)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{name.name}", node.lineno) for name in node.names)


def _names(node: ast.expr) -> Iterator[str]:
    """The names of a dotted chain from its end to its root."""
    while True:
        if isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            if isinstance(node, ast.Name):
                yield node.id
            return
