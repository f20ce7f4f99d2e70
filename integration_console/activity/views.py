"""Activity, on the page and as a file, for those who set the integration up."""

from collections.abc import Iterator
from datetime import UTC

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import Ability, Access, member
from imports.download import as_csv
from integration_console.activity import found
from integration_console.activity.facts import Line, lines
from integration_console.activity.forms import ActivityForm, BehindForm
from integration_console.activity.found import Place, Wanted

HEADER = ("when", "who", "support", "what", "about")


@login_required
@require_safe
def activity(request: HttpRequest, slug: str) -> HttpResponse:
    """Who did what, newest first (C23)."""
    access = member(request, slug, Ability.IMPORT)
    form, behind = form_of(request, access), behind_of(request)
    wanted = wanted_of(form)
    events = found.page(access.district, wanted, behind)
    shown = events[: found.PAGE]
    context = {
        "access": access,
        "form": form,
        "lines": lines(access.district, shown),
        "next": shown[-1] if len(events) > found.PAGE else None,
        "behind": behind,
        "filtered": wanted != Wanted(),
    }
    return render(request, "activity/activity.html", context)


@login_required
@require_safe
def activity_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same as a file, filtered like the page."""
    access = member(request, slug, Ability.IMPORT)
    access.must(Ability.EXPORT)
    wanted = wanted_of(form_of(request, access))
    audit.record(access.district, access.user.email, "activity.exported", "activity")
    told = cells(found.everything(access.district, wanted))
    return as_csv(f"{slug}-activity", HEADER, told)


def cells(told: Iterator[Line]) -> Iterator[tuple[str, ...]]:
    for line in told:
        support = "Support" if line.support else ""
        at = line.at.astimezone(UTC).isoformat()
        yield (at, line.who, support, line.sentence, line.link_label)


def form_of(request: HttpRequest, access: Access) -> ActivityForm:
    return ActivityForm(request.GET, actors=found.actors(access.district))


def wanted_of(form: ActivityForm) -> Wanted:
    """What a valid filter asks for; of a filter that is not valid, what of it is."""
    form.is_valid()
    return Wanted(**{name: value for name, value in form.cleaned_data.items() if value})


def behind_of(request: HttpRequest) -> Place | None:
    """Where the page begins; at the newest where the address names no place."""
    form = BehindForm(request.GET)
    return Place(**form.cleaned_data) if form.is_valid() else None
