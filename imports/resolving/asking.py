"""What a page of Resolve Alerts is asked for, and what it shows: the filter, a list, one alert."""

from collections.abc import Collection, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.access import Ability, Access
from imports.changes import Reader
from imports.models import Alert
from imports.resolving import queue
from imports.resolving.forms import AlertsForm, BehindForm
from imports.resolving.sides import Comparer, Shown


def form_of(request: HttpRequest, access: Access) -> AlertsForm:
    """The filter of the address, for what this user may see and search."""
    return AlertsForm(
        request.GET or None,
        district=access.district,
        reasons=queue.reasons(access.district),
        searchable=access.may(Ability.SEE_PERSONAL_DATA),
    )


def wanted_of(form: AlertsForm) -> queue.Wanted:
    """What a filter asks for; of one that is not valid, everything."""
    return queue.filter_of(form.cleaned_data) if form.is_valid() else queue.Wanted()


def after_of(request: HttpRequest) -> int | None:
    """Behind which alert the page begins."""
    place = BehindForm(request.GET)
    return place.cleaned_data["after"] if place.is_valid() else None


def shown(
    access: Access, alerts: Sequence[Alert], imported: Collection[str] | None = None
) -> list[Shown]:
    """The alerts as this user may see them; they come with their candidates and those people."""
    reader = Reader(access.district, access.sees)
    imported = queue.imported(access.district) if imported is None else imported
    return Comparer(access.district, reader, timezone.now(), imported).shown(alerts)


def list_context(request: HttpRequest, access: Access) -> dict[str, Any]:
    """A page of the list."""
    form = form_of(request, access)
    wanted, after = wanted_of(form), after_of(request)
    found, imported = queue.page(access.district, wanted, after), queue.imported(access.district)
    return {
        "access": access,
        "form": form,
        "alerts": shown(access, found[: queue.PAGE], imported),
        "total": queue.asked(access.district, wanted).count(),
        "next": found[queue.PAGE - 1].pk if len(found) > queue.PAGE else None,
        "after": after,
        "staged": queue.staged(access.district, imported),
        "filtered": wanted.filtered or after,
    }
