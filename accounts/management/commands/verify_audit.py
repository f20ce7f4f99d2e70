"""verify_audit [SLUG]: walks the chains of the audit and names the first row that does not fit."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.audit_chain import Verified, chains, verify
from core.command import ConsoleCommand
from schools.models import District

Known = dict[str, dict[int, str]]


class Command(ConsoleCommand):
    help = (
        "Proves that no row of the audit was changed, taken out or put in. Keep what --json prints"
        " outside of the database; with --against it proves as well that nobody wrote all anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", default="", help="the district; all without one")
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument("--against", type=Path, help="what an earlier --json has printed")

    def handle(self, *args: object, **options: Any) -> None:
        """Walks every chain that is asked for; exit code 1 where one does not fit."""
        names = dict(District.objects.values_list("pk", "slug"))
        wanted = [chain for chain in chains() if options["slug"] in ("", names.get(chain))]
        if options["slug"] and options["slug"] not in names.values():
            raise CommandError(f'There is no district "{options["slug"]}".')
        known = read(options["against"]) if options["against"] else {}
        found = [verify(chain, known.get(names.get(chain, ""))) for chain in wanted]
        if options["json"]:
            self.stdout.write(json.dumps(document(found, names), ensure_ascii=False))
        for one in found:
            said = sentence(one, names)
            if one.broken:
                self.stderr.write(said)
            elif not options["json"]:
                self.stdout.write(said)
        if any(one.broken for one in found):
            sys.exit(1)


def document(found: list[Verified], names: dict[int, str]) -> dict[str, Any]:
    """What --json prints. A district of None is what belongs to none."""
    return {
        "ok": not any(one.broken for one in found),
        "chains": [
            {
                "district": names.get(one.chain), "rows": one.rows, "head": one.head,
                "broken": {"event": one.event, "why": one.broken} if one.broken else None,
            }
            for one in found
        ],
    }  # fmt: skip


def sentence(one: Verified, names: dict[int, str]) -> str:
    name = names.get(one.chain, "no district")
    if not one.broken:
        return f"{name}: {one.rows:,} rows, all as they were written."
    row = f"row {one.event}: " if one.event else ""
    return f"{name}: {row}{one.broken} The {one.rows:,} rows before it are good."


def read(path: Path) -> Known:
    """The heads that an earlier walk has told, by district. CommandError for another file."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["chains"]
        return {
            str(one["district"] or ""): {int(one["rows"]): str(one["head"])}
            for one in told
            if one["rows"]
        }
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise CommandError(f"{path.name} is not what verify_audit --json prints.") from trouble
