"""state_digest SLUG: one line, the canonical hash of people, links and statuses."""

from typing import Any

from imports.commands import DistrictCommand
from schools.digest import state_digest
from schools.models import District


class Command(DistrictCommand):
    help = "Prints the canonical hash of a district's people, links and statuses."

    def work(self, district: District, options: dict[str, Any]) -> None:
        digest = state_digest(district)
        if options["json"]:
            self.say({"district": district.slug, "state_digest": digest})
        else:
            self.stdout.write(digest)
