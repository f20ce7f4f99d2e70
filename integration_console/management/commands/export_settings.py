"""export_settings SLUG: the versioned settings document."""

import json
from typing import Any

from accounts import audit
from core.command import operator
from imports.commands import DistrictCommand
from integration_console.settings_document import as_json, document_of
from schools.models import District


class Command(DistrictCommand):
    help = (
        "Prints the settings as one JSON document: schools, rules, codes, scope, schedules, "
        "brakes, recipients. import_settings reads it, here or in another district."
    )

    def work(self, district: District, options: dict[str, Any]) -> None:
        document = as_json(document_of(district))
        audit.record(district, operator(), "settings.download")
        if options["json"]:
            self.say(document)
        else:
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
