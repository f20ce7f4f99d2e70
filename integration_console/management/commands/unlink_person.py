"""unlink_person SLUG RECORD: says what unlinking it from Clever changes; with --do, does it."""

from typing import Any

from django.core.management.base import CommandParser

from core.command import operator
from core.problems import ConsoleError
from imports import identity
from imports.commands import DistrictCommand
from integration_console.joining.records import named, reader_of, record_of
from integration_console.joining.shown import clever_decides
from schools.models import District


class Command(DistrictCommand):
    help = "Shows what unlinking a record from its Clever ID would change; --do unlinks it."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("record", type=int, help="the record, as explain_person numbers it")
        parser.add_argument(
            "--do", action="store_true", help="unlink it; otherwise nothing is done"
        )

    def work(self, district: District, options: dict[str, Any]) -> None:
        """Looks, and unlinks where that is said; the record keeps its values (C15)."""
        person = record_of(district, options["record"])
        if not person.clever_id:
            raise ConsoleError("This record is not linked to Clever.")
        document = {
            "record": person.pk,
            "clever_id": person.clever_id,
            "shared": person.clever_id in identity.shared_now(district, [person.clever_id]),
            "fields_clever_decides": clever_decides(district, person),
            "done": options["do"],
        }
        if options["do"]:
            identity.unlink(
                district=district, person_id=person.pk, revision=person.revision, by=operator()
            )
        if options["json"]:
            self.say(document)
            return
        name = named(reader_of(district), person)
        self.stdout.write(
            "\n".join(done(name, document) if options["do"] else preview(name, document))
        )


def preview(name: str, document: dict[str, Any]) -> list[str]:
    """What unlinking would do."""
    return [
        f"Unlinking {name} from Clever ID {document['clever_id']} would change no value.",
        "The record would be kept here: no sync changes it or marks it as a leaver any more. Clever"
        f" decides about {document['fields_clever_decides']} of its fields now.",
        "Clever shares this person now, so the next sync would take them for somebody else: it"
        " links another record that fits, asks under Resolve Alerts, or makes a new record."
        if document["shared"]
        else "Clever does not share this person at present.",
        "Nothing was done. Say --do to unlink it.",
    ]


def done(name: str, document: dict[str, Any]) -> list[str]:
    """What was done."""
    return [
        f"Unlinked: {name} is not Clever ID {document['clever_id']} any more.",
        "It can be taken back on the page of this person.",
    ]
