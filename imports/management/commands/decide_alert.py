"""decide_alert ID: stages a decision about one alert."""

from typing import Any

from django.core.management.base import CommandParser

from core.command import ConsoleCommand, operator
from core.vocabulary import Decision
from imports import alerts
from imports.documents import decision_in_words


class Command(ConsoleCommand):
    help = "Stages a decision about an alert; process_alerts carries it out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help="the alert")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--match", type=int, metavar="PERSON", help="it is this record")
        which.add_argument("--create", action="store_true", help="it is a new record")
        which.add_argument("--skip", action="store_true", help="take back what was staged")
        which.add_argument(
            "--never", type=int, nargs="?", const=0, metavar="PERSON",
            help="it is never this record; without a number, none of the candidates",
        )  # fmt: skip

    def handle(self, *args: object, **options: Any) -> None:
        """Stages the decision."""
        named = [d for d in Decision if not (options[d] is None or options[d] is False)]
        decision = named[0]
        person = options["match"] or options["never"] or None
        alert = alerts.decide(
            alert_id=options["id"], decision=decision, person_id=person, by=operator()
        )
        words = decision_in_words(decision, person)
        self.stdout.write(f"Alert {alert.pk} is {alert.state}: {words}.")
