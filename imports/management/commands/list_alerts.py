"""list_alerts SLUG: the people of Clever whom nobody could place."""

from typing import Any

from accounts import audit
from core.command import operator
from imports import alerts
from imports.commands import DistrictCommand, listed
from imports.documents import of_alerts
from schools.models import District


class Command(DistrictCommand):
    help = "Lists the open alerts of a district with their candidates."

    def work(self, district: District, options: dict[str, Any]) -> None:
        document = of_alerts(district, alerts.waiting(district))
        audit.record(district, operator(), "alerts.exported", "alerts")
        if options["json"]:
            self.say(document)
            return
        lines = []
        for alert in document["alerts"]:
            lines.append(
                f"{alert['id']}  {alert['state']}  {alert['reason']}  {alert['type']}  "
                f"{alert['clever_id']}  {alert['name']}"
            )
            lines += [
                f"    record {c['person']}  {c['score']}  {c['name']}  ({', '.join(c['reasons'])})"
                for c in alert["candidates"]
            ]
        self.stdout.write(listed(lines, "No alerts are open."))
