"""Makes docs/problems.md, docs/run-states.md and docs/webhook-events.md from the code.

`python -m tests.reference` writes the pages, `--check` compares only.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import django

from core.states import Machine

DOCS = Path(__file__).resolve().parent.parent / "docs"
# Where machines live; an app that has none yet has no such room.
ROOMS = ("imports.states", "clever_sync.states", "mappings.actions", "notifications.states")
MADE = "Made by `script/format` from the code; do not edit by hand."


def problems_page() -> str:
    """Every problem code with its words, cause, cure, and who can mend it."""
    from imports import words
    from imports.catalogue import problems

    found = problems()
    lines = [
        "# Problems",
        "",
        f"{MADE} The console says each of these in these words,",
        "with the field, value or school in question where a name stands in braces. Codes are",
        "stable: scripts may rely on them (`--json`, CSV, logs).",
        "",
        f"{len(found)} problems. *Error*: a record or a run was left out. *Warning*: something was",
        "left as it is.",
        "",
        "| Code | What it says | Why | What to do | Who |",
        "|---|---|---|---|---|",
    ]
    for code, known in sorted(found.items()):
        title = f"**{known.title}** ({known.severity})"
        who = words.WHO_FIXES[known.who]
        lines.append(f"| `{code}` | {title} | {known.explanation} | {known.fix} | {who} |")
    return _page(lines)


def states_page() -> str:
    """Every state machine with its states, their words and the legal moves."""
    from imports import words

    lines = [
        "# States",
        "",
        f"{MADE} A state moves by one guarded UPDATE or",
        "not at all, so of two who try, one succeeds.",
    ]
    said: Mapping[str, str] = {state: word.label for state, word in words.STATES.items()}
    for machine in machines():
        lines += ["", f"## {machine.name.capitalize()}", "", "| State | May become |", "|---|---|"]
        every = {*machine.moves, *(t for ts in machine.moves.values() for t in ts)}
        for state in [*machine.moves, *sorted(every - set(machine.moves))]:
            label = f" “{said[state]}”" if machine.name == "run" and state in said else ""
            lines.append(f"| `{state}`{label} | {_targets(machine.moves.get(state, ()))} |")
    return _page(lines)


def webhook_events_page() -> str:
    """Every event that a webhook may be told of, with what each message says."""
    from notifications.webhooks.kinds import BY_DEFAULT, GROUPS, TEST

    lines = [
        "# Events of webhooks",
        "",
        f"{MADE} How messages look and how to verify",
        "them: [webhooks.md](webhooks.md). Names are stable; fields may be added.",
        "",
        "| Event | Sent when | Chosen at first |",
        "|---|---|---|",
    ]
    for _, kinds in GROUPS:
        for kind in kinds:
            chosen = "yes" if kind.name in BY_DEFAULT else "no"
            lines.append(f"| `{kind.name}` | {kind.text} | {chosen} |")
    lines.append(f"| `{TEST}` | Somebody has pressed “Send a test”. | always |")
    return _page(lines)


def machines() -> list[Machine]:
    """Every state machine of the console, by its name."""
    found = {}
    for name in ROOMS:
        if find_spec(name):
            for one in vars(import_module(name)).values():
                if isinstance(one, Machine):
                    found[one.name] = one
    return [found[name] for name in sorted(found)]


def _targets(states: Iterable[str]) -> str:
    return ", ".join(f"`{state}`" for state in sorted(map(str, states))) or "nothing: it is final"


def _page(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


PAGES = {
    "problems.md": problems_page,
    "run-states.md": states_page,
    "webhook-events.md": webhook_events_page,
}


def main(arguments: list[str]) -> int:
    """Writes the pages, or with --check says whether the written ones are up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration_console.settings")
    os.environ.setdefault("SECRET_KEY", "unused")
    os.environ.setdefault("DATABASE_URL", "postgres:///unused")
    django.setup()
    old = []
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            old.append(f"docs/{name}")
    if old:
        print(f"{' and '.join(old)}: out of date, run script/format.", file=sys.stderr)
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
