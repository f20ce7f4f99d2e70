"""The district over the API: its schools, and how the integration stands."""

from typing import Any

from django.utils import timezone
from ninja import Router

from clever_sync.models import Connection
from imports import queries
from imports.headline import headline
from integration_console.api import runs, shapes
from integration_console.api.caller import ApiRequest
from integration_console.api.paging import Cursor, Limit, number, page
from integration_console.health import banner
from schools.models import School

router = Router(tags=["District"])


@router.get("/schools", response=shapes.Schools, summary="List schools")
def schools(request: ApiRequest, limit: Limit = 100, cursor: Cursor = "") -> Any:
    """The schools here, in the order of their ids."""
    found = School.objects.filter(district=request.auth.district, pk__gt=number(cursor) or 0)
    return page(
        list(found.order_by("pk")[: limit + 1]), limit, told_school, lambda school: school.pk
    )


def told_school(school: School) -> dict[str, Any]:
    return {
        "id": school.pk,
        "site_code": school.site_code,
        "name": school.name,
        "number": school.number or None,
        "nces_id": school.nces_id or None,
        "is_district_office": school.is_district_office,
    }


@router.get("/status", response=shapes.Status, summary="Get how the integration stands")
def status(request: ApiRequest) -> Any:
    """Whether Clever is connected, what ran last and runs next, and what waits for a person."""
    district, now = request.auth.district, timezone.now()
    connection = Connection.objects.filter(district=district).first()
    automation, waiting = queries.automation(district), queries.waiting(district)
    running, last, test = (
        runs.told(run) if (run := find(district)) else None
        for find in (queries.active_run, queries.last_import, queries.last_test)
    )
    return {
        "district": {
            "slug": district.slug, "name": district.name, "time_zone": district.time_zone,
        },
        "enabled": connection is not None and connection.enabled,
        "connection": connection.state if connection else None,
        "trouble": (connection.attention or None) if connection else None,
        "background": banner.waiting(now) is None,
        "running": running,
        "last_import": last,
        "last_test": test,
        "automatic": automation.types,
        "imported": automation.imported,
        "next_run_at": automation.next_due,
        "paused": [{"data_types": p.data_types, "until": p.until} for p in automation.paused],
        "waiting": {
            "alerts": waiting.alerts,
            "decided_not_processed": waiting.staged,
            "held_changes": waiting.held,
        },
        "headline": headline(district, now).__dict__ if automation.imported else None,
    }  # fmt: skip
