"""list_holds SLUG: what looks like an accident and waits for a person."""

from typing import Any

from imports import holds
from imports.commands import DistrictCommand, listed
from imports.documents import of_holds
from schools.models import District


class Command(DistrictCommand):
    help = "Lists the open holds of a district."

    def work(self, district: District, options: dict[str, Any]) -> None:
        document = of_holds(district, holds.waiting(district))
        if options["json"]:
            self.say(document)
            return
        lines = [
            f"{hold['id']}  {hold['title']}  {hold['type']}  {hold['count']} of "
            f"{hold['population']}  "
            + ", ".join(f"{s['site']}: {s['count']} of {s['of']}" for s in hold["schools"])
            for hold in document["holds"]
        ]
        self.stdout.write(listed(lines, "Nothing is held."))
