"""enable_clever SLUG: the switch of Clever."""

from typing import Any

from core.command import operator
from imports.commands import DistrictCommand
from integration_console.switches import switch_clever_on
from schools.models import District


class Command(DistrictCommand):
    help = "Enables Clever for a district whose District ID is saved and whose sites are mapped."

    def work(self, district: District, options: dict[str, Any]) -> None:
        moved = switch_clever_on(district=district, by=operator())
        if options["json"]:
            self.say({"district": district.slug, "enabled": True, "changed": moved})
        else:
            self.stdout.write(f"Clever is {'on' if moved else 'on already'}.")
