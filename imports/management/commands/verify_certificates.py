"""verify_certificates [SLUG]: proves that certificates of destruction are what was written."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.audit_chain import verify
from core.command import ConsoleCommand
from core.vocabulary import DestructionState
from imports.commands import district_of
from imports.destroying.certificate import signed
from imports.destroying.proof import proof
from imports.models import Destruction


class Command(ConsoleCommand):
    help = (
        "Compares every certificate with the digest in the audit, and walks the audit's chain."
        " With --file: whether a downloaded certificate is one of them, letter by letter."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("--file", type=Path, help="a certificate that was downloaded")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: Any) -> None:
        """Looks at all of them; exit code 1 where one does not fit."""
        district = district_of(options["slug"])
        rows = list(
            Destruction.objects.filter(district=district, state=DestructionState.DONE).order_by(
                "pk"
            )
        )
        wrong = {row.pk: found.broken for row in rows if (found := proof(row)).broken}
        if options["file"] and not self.is_one_of(options["file"], rows):
            wrong[0] = f"{options['file'].name} is no certificate of {district.slug}."
        chain = verify(district.pk)
        if chain.broken:
            wrong[0] = f"The audit does not fit: {chain.broken}"
        if options["json"]:
            told = [{"number": pk, "why": why} for pk, why in wrong.items()]
            self.stdout.write(
                json.dumps({"ok": not wrong, "certificates": len(rows), "wrong": told})
            )
        for pk, why in wrong.items():
            self.stderr.write(f"No. {pk}: {why}" if pk else why)
        if wrong:
            sys.exit(1)
        if not options["json"]:
            self.stdout.write(
                f"{district.slug}: {len(rows):,} certificates, all as they were written."
            )

    def is_one_of(self, path: Path, rows: list[Destruction]) -> bool:
        """Whether a file holds one of these certificates; CommandError if it cannot be read."""
        try:
            text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        except (OSError, ValueError) as trouble:
            raise CommandError(f"{path.name} cannot be read.") from trouble
        return any(text in (row.text, signed(row.text, row.digest)) for row in rows)
