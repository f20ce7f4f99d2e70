"""What Reset Configuration will do here, in figures, before anybody presses it."""

from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.access import Access
from clever_sync.queries import connection_of
from core.vocabulary import AlertState, HoldState
from imports import words
from imports.models import Alert, Hold, Run, Schedule
from imports.queries import active_run
from integration_console.switches import reset_with
from mappings.models import SchoolLeftOut, SchoolMatch
from schools.models import Person
from schools.sources import name_of


@dataclass(frozen=True)
class Outlook:
    """What stops, what is forgotten, and what stays."""

    run: Run | None
    automatic: str
    clever_id: str
    sources: list[str]
    matches: int
    holds: int
    alerts: int
    records: int
    linked: int

    @property
    def nothing(self) -> bool:
        """There is no configuration to be reset."""
        return not (self.clever_id or self.sources or self.matches)


def outlook(access: Access) -> Outlook:
    district = access.district
    connection = connection_of(district)
    automatic = Schedule.objects.filter(district=district, automatic=True).order_by("pk")
    people = Person.objects.filter(district=district, archived_at=None).aggregate(
        records=Count("pk"), linked=Count("pk", filter=Q(clever_id__isnull=False))
    )
    return Outlook(
        run=active_run(district),
        automatic=words.types(list(automatic.values_list("data_type", flat=True))),
        clever_id=connection.clever_district_id if connection else "",
        sources=[name_of(system) for system in reset_with(district)],
        matches=SchoolMatch.objects.filter(district=district).count()
        + SchoolLeftOut.objects.filter(district=district).count(),
        holds=Hold.objects.filter(district=district, state=HoldState.OPEN).count(),
        alerts=Alert.objects.filter(
            district=district, state__in=(AlertState.OPEN, AlertState.STAGED)
        ).count(),
        records=people["records"],
        linked=people["linked"],
    )
