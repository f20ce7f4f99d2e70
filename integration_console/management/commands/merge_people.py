"""merge_people SLUG RECORD OTHER: says what merging two records changes; with --do, does it."""

from collections.abc import Collection
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.command import operator
from core.problems import ConsoleError
from imports import identity
from imports.changes import Reader
from imports.commands import DistrictCommand
from imports.joining import CHOOSABLE
from integration_console.joining.records import named, plain, reader_of, record_of
from integration_console.joining.shown import Merge, merge_as
from schools.models import District


class Command(DistrictCommand):
    help = "Shows what merging OTHER into RECORD would change; --do merges them."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("record", type=int, help="the record that goes on")
        parser.add_argument("other", type=int, help="the record that is archived")
        parser.add_argument(
            "--take", default="", metavar="FIELDS",
            help="fields, such as grade,email, whose value the other record has right",
        )  # fmt: skip
        parser.add_argument(
            "--do", action="store_true", help="merge them; otherwise nothing is done"
        )

    def work(self, district: District, options: dict[str, Any]) -> None:
        """Looks, and merges where that is said; both stay in the history (C15)."""
        one, other = record_of(district, options["record"]), record_of(district, options["other"])
        if one.pk == other.pk:
            raise ConsoleError("This is the same record; choose another one.")
        if one.kind != other.kind:
            raise ConsoleError("A student and an employee never share one record.")
        taken = fields_of(options["take"])
        reader = reader_of(district)
        merge = merge_as(reader, one, other, one.pk, lambda key: other.pk if key in taken else None)
        if options["do"]:
            identity.merge(
                district=district, survivor_id=one.pk, other_id=other.pk, chosen=merge.taken,
                revisions={one.pk: one.revision, other.pk: other.revision}, by=operator(),
            )  # fmt: skip
        if options["json"]:
            self.say(document(merge, done=options["do"]))
        else:
            self.stdout.write("\n".join(lines(reader, merge, done=options["do"])))


def fields_of(text: str) -> Collection[str]:
    """The fields of a list such as "grade,email"; CommandError for what cannot be chosen."""
    found = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in found if word not in CHOOSABLE]
    if unknown:
        raise CommandError(f'There is no field "{unknown[0]}" to choose.')
    return found


def document(merge: Merge, *, done: bool) -> dict[str, Any]:
    """The merge as one JSON document."""
    return {
        "record": merge.survivor.pk,
        "archived": merge.gone.pk,
        "clever_id": merge.clever_id,
        "changes": [plain(value) for value in merge.changes],
        "set_back_by_clever": merge.set_back,
        "locks_lost": merge.locks,
        "alerts": merge.alerts,
        "refused": merge.refused,
        "done": done,
    }


def lines(reader: Reader, merge: Merge, *, done: bool) -> list[str]:
    """What would be done, or what was, for a terminal."""
    goes_on, archived = named(reader, merge.survivor), named(reader, merge.gone)
    linked = f"linked to Clever ID {merge.clever_id}" if merge.clever_id else "not linked to Clever"
    text = [
        f"{'Merged' if done else 'To be merged'}: {goes_on} goes on, {linked};"
        f" {archived} {'is' if done else 'would be'} archived.",
        *(f"  {v.label}: {v.old or '-'} -> {v.new or '-'}" for v in merge.changes),
    ]
    if merge.set_back:
        text.append(f"Clever decides about {merge.set_back} of the fields in which they differ.")
    if merge.locks:
        text.append(f"Locks of the archived record that do not come along: {merge.locks}.")
    if done:
        return [*text, "It can be taken back on the page of the person."]
    return [*text, merge.refused or "Nothing was done. Say --do to merge them."]
