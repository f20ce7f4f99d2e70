"""destroy_data SLUG: names what was imported and would be destroyed; with --yes, destroys it."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.command import operator
from core.vocabulary import DestructionState
from imports.commands import DistrictCommand
from imports.destroying import orders, person, work
from imports.destroying.kinds import KINDS
from imports.destroying.queries import open_order, preview
from imports.destroying.stays import stays
from imports.lease import database_now
from imports.models import Destruction
from notifications import destroying as letters
from schools.models import District


class Command(DistrictCommand):
    help = (
        "Says what of a district would be destroyed: everything that came from Clever but the"
        " records. With --yes it is destroyed at once, without the waiting time that owners have."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--records", action="store_true",
            help="also the records of people that only imports from Clever ever wrote",
        )  # fmt: skip
        parser.add_argument("--reason", choices=list(orders.REASONS), default="contract")
        parser.add_argument("--person", type=int, help="only this record, with all that is it")
        parser.add_argument(
            "--keep-out", action="store_true", help="never let this person of Clever in again"
        )
        parser.add_argument("--yes", action="store_true", help="destroy it; nothing brings it back")

    def work(self, district: District, options: dict[str, Any]) -> None:
        """Names it, or goes on until all of it is gone and certified."""
        if options["person"]:
            self.erase(district, options)
            return
        if not options["yes"]:
            self.name(district, options)
            return
        if why := work.why_it_waits(district):
            raise CommandError(f"Nothing was destroyed. {why}")
        now = database_now()
        row = open_order(district)
        if row is None:
            row = orders.order(
                district=district, reason=options["reason"], records=options["records"],
                by=operator(), now=now, waits=work.AT_ONCE,
            )  # fmt: skip
        elif row.state == DestructionState.WAITING:
            raise CommandError(
                "An owner has ordered it already, and its waiting time is not over. Nothing was"
                " destroyed."
            )
        work.carry_out(row.pk, now)
        letters.carry_out(row.pk, now)
        self.told(Destruction.objects.get(pk=row.pk), options)

    def erase(self, district: District, options: dict[str, Any]) -> None:
        """One person: named, or erased at once."""
        number = options["person"]
        if not options["yes"]:
            self.name(district, options)
            return
        row = person.erase(
            district=district, person_id=number, keep_out=options["keep_out"], by=operator(),
            now=database_now(), approved="By the operator's own word (--yes).",
        )  # fmt: skip
        self.told(row, options)

    def name(self, district: District, options: dict[str, Any]) -> None:
        if options["person"]:
            counts = person.preview(district, person.traces(district, options["person"]))
            left = stays("person")
        else:
            counts = preview(district, records=options["records"])
            left = stays("district", records=options["records"])
        if options["json"]:
            self.say({"district": district.slug, "destroyed": False, "counts": counts})
            return
        self.stdout.write(f"Of {district.name} would be destroyed:")
        for kind, count in counts.items():
            self.stdout.write(f"  {count:>12,}  {KINDS[kind]}")
        self.stdout.write("What stays:")
        for sentence in left:
            self.stdout.write(f"  - {sentence}")
        self.stdout.write("Nothing was destroyed. Say --yes to destroy it.")

    def told(self, row: Destruction, options: dict[str, Any]) -> None:
        if row.state != DestructionState.DONE:
            raise CommandError("It is not finished: something else works on it. Say it again.")
        if options["json"]:
            done = {"number": row.pk, "counts": row.counts, "digest": row.digest}
            self.say({"district": row.district.slug, "destroyed": True, **done})
        else:
            self.stdout.write(row.text)
            self.stdout.write(f"SHA-256: {row.digest}")
