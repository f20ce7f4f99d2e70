"""Makes docs/coverage.md: which lines of docs/lines.md are proved, and by which tests.

A test proves the lines whose numbers begin its name. Tests that are skipped or expected to fail
prove nothing. `python -m tests.coverage_table` writes the table, `--check` compares only.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINES = ROOT / "docs" / "lines.md"
TABLE = ROOT / "docs" / "coverage.md"
LINE = re.compile(r"^- \*\*([ABCFH]\d\d)\*\* ", re.MULTILINE)
NUMBERS = re.compile(r"test_((?:[ABCFH]\d\d_)+)")
PROVES_NOTHING = {"skip", "skipif", "xfail"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def line_numbers(text: str) -> list[str]:
    """The numbers of the lines in docs/lines.md, in their order."""
    return LINE.findall(text)


def numbers_proved(name: str) -> list[str]:
    """The numbers at the beginning of a test's name: test_A41_A42_scope gives A41 and A42."""
    found = NUMBERS.match(name)
    return found[1].rstrip("_").split("_") if found else []


def names_of_tests(source: str) -> Iterator[str]:
    """The names of the tests that pytest runs in this source, skipped ones left out."""
    module = ast.parse(source)
    if not _is_idle(_module_marks(module)):
        yield from _tests_in(module.body)


def proofs(folder: Path) -> dict[str, set[str]]:
    """Number of a line → names of the tests in this folder that prove it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.rglob("test_*.py")):
        for name in names_of_tests(path.read_text(encoding="utf-8")):
            for number in numbers_proved(name):
                found[number].add(name)
    return found


def table(numbers: list[str], proved: dict[str, set[str]]) -> str:
    """The text of docs/coverage.md. Raises KeyError for a number that no line has."""
    for number in sorted(proved.keys() - set(numbers)):
        raise KeyError(f"{', '.join(sorted(proved[number]))}: docs/lines.md has no line {number}.")
    rows = [_row(number, sorted(proved.get(number, ()))) for number in numbers]
    return "\n".join(
        [
            "# What is proved",
            "",
            "Made by `script/format` from the names of the tests; [lines.md](lines.md) says what",
            f"each number means. {len(proved)} of {len(numbers)} lines are proved.",
            "",
            "| Line | State | Tests |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def main(arguments: list[str]) -> int:
    """Writes the table, or with --check says whether the written one is up to date."""
    try:
        text = table(line_numbers(LINES.read_text(encoding="utf-8")), proofs(ROOT / "tests"))
    except KeyError as unknown:
        print(unknown.args[0], file=sys.stderr)
        return 1
    if "--check" not in arguments:
        TABLE.write_text(text, encoding="utf-8")
    elif not TABLE.exists() or TABLE.read_text(encoding="utf-8") != text:
        print("docs/coverage.md is out of date: run script/format.", file=sys.stderr)
        return 1
    return 0


def _row(number: str, names: list[str]) -> str:
    return f"| {number} | proved | {', '.join(names)} |" if names else f"| {number} | open | |"


def _tests_in(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if not isinstance(node, ast.ClassDef | Function) or _is_idle(node.decorator_list):
            continue
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _tests_in(node.body)
        elif isinstance(node, Function) and node.name.startswith("test_"):
            yield node.name


def _module_marks(module: ast.Module) -> list[ast.expr]:
    """What stands at the right of `pytestmark =`."""
    return [
        node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        and any(isinstance(name, ast.Name) and name.id == "pytestmark" for name in node.targets)
    ]


def _is_idle(marks: list[ast.expr]) -> bool:
    """True when one of the marks is pytest.mark.skip, skipif or xfail."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in PROVES_NOTHING
        for mark in marks
        for node in ast.walk(mark)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
