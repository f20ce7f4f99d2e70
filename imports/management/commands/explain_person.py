"""explain_person SLUG TEXT: why a person stands here as they do, and who must act (C18)."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts import audit
from core.command import operator
from imports.changes import Reader
from imports.commands import DistrictCommand
from imports.explaining.document import of_explanation, of_found
from imports.explaining.found import PLACES, find
from imports.explaining.read import Explanation, explain, name_of
from imports.explaining.steps import steps
from schools.models import District


class Command(DistrictCommand):
    help = "Explains one person, by Clever ID, link to Clever, SIS ID, number, e-mail or name."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("text", help="whom: an ID, an e-mail address, a name or a link")

    def work(self, district: District, options: dict[str, Any]) -> None:
        """Prints the explanation, or the people of whom one has to be chosen."""
        found = find(district, options["text"])
        reader = Reader(district, lambda _: True)
        if len(found.hits) == 1:
            hit = found.hits[0]
            audit.record_look(district, operator(), "person.explained", hit.subject)
            said = explain(district, hit, reader, timezone.now())
            if options["json"]:
                self.say(of_explanation(said, reader))
            else:
                self.stdout.write("\n".join(lines(said, reader)))
            return
        if options["json"]:
            self.say(of_found(found, reader))
        if not found.hits:
            raise CommandError(f"Nobody found. Searched: {'; '.join(PLACES)}.")
        if not options["json"]:
            for hit in found.hits:
                number = f"record {hit.person.pk}" if hit.person else "no record"
                self.stdout.write(f"{hit.clever_id or '-':24}  {number}  {name_of(hit, reader)}")
            self.stdout.write("Several people fit; give the Clever ID of one of them.")


def lines(said: Explanation, reader: Reader) -> list[str]:
    """The explanation for a terminal."""
    text = [said.name, said.headline.sentence, ""]
    text += [f"{step.question}  {step.answer}" for step in steps(said, reader)]
    text += [
        f"  {line.field}: {line.raw or '(blank)'} -> {reader.text(line.field, line.result) or '-'}"
        f"  here: {reader.text(line.field, line.here) or '-'}  [{line.verdict}]"
        for line in said.lines
    ]
    return text
