"""connect_clever SLUG ID_OR_URL: stores and verifies the District ID, loads Clever's schools."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from clever_sync import actions, queries
from core.command import ConsoleCommand, operator
from core.vocabulary import ConnectionState
from schools.models import District


class Command(ConsoleCommand):
    help = "Stores and verifies a district's Clever ID and loads its schools."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("id_or_url", help="the District ID or a Clever link that carries it")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *_: Any, **options: Any) -> None:
        district = District.objects.filter(slug=options["slug"]).first()
        if district is None:
            raise CommandError(f'There is no district "{options["slug"]}".')
        connection = actions.connect(district=district, text=options["id_or_url"], by=operator())
        document = {
            "district": district.slug,
            "clever_district_id": connection.clever_district_id,
            "clever_name": connection.clever_name,
            "state": str(connection.state),
            "schools": queries.clever_schools(connection).count(),
        }
        self.stdout.write(json.dumps(document) if options["json"] else _sentence(document))


def _sentence(document: dict[str, Any]) -> str:
    if document["state"] == ConnectionState.WAITING:
        return (
            f"District ID {document['clever_district_id']} is stored. Waiting for the district"
            " to connect this application in Clever."
        )
    return (
        f"Connected to {document['clever_name']} ({document['clever_district_id']}):"
        f" {document['schools']} schools."
    )
