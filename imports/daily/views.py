"""Daily Operations: when each data type is synced by itself, pausing it, and the time zone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Ability, Access, member
from core.replies import SeeOther
from core.vocabulary import DataType
from imports import words
from imports.daily.forms import PauseForm, TypesForm, ZoneForm
from imports.daily.shown import lines, today_of
from imports.lease import database_now
from imports.queries import start_of
from imports.schedules import pause, resume, set_time_zone


@login_required
@require_safe
def daily(request: HttpRequest, slug: str) -> HttpResponse:
    """Each data type with its timetable, the next time, and whether it is paused."""
    return page(request, member(request, slug, Ability.SEE_INTEGRATION))


@login_required
@require_POST
def daily_pause(request: HttpRequest, slug: str) -> HttpResponse:
    """Stops the timetable of some data types until a day."""
    access = member(request, slug, Ability.IMPORT)
    district = access.district
    form = PauseForm(request.POST, today=today_of(district, database_now()))
    if not form.is_valid():
        return page(request, access, pausing=form)
    until = start_of(district, form.cleaned_data["until"])
    pause(
        district=district, types=form.chosen, until=until, by=access.user.email,
        why=form.cleaned_data["why"],
    )  # fmt: skip
    messages.success(request, f"Paused: {said(form.chosen)}. Sync Now still works.")
    return SeeOther(reverse("daily", args=[slug]))


@login_required
@require_POST
def daily_resume(request: HttpRequest, slug: str) -> HttpResponse:
    """Ends the pause of some data types."""
    access = member(request, slug, Ability.IMPORT)
    form = TypesForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose among students, teachers and staff.")
        return SeeOther(reverse("daily", args=[slug]))
    resumed = resume(district=access.district, by=access.user.email, types=form.chosen)
    text = (
        f"Synced by itself again: {said(resumed)}." if resumed else "Nothing was paused any more."
    )
    messages.success(request, text)
    return SeeOther(reverse("daily", args=[slug]))


@login_required
@require_POST
def daily_zone(request: HttpRequest, slug: str) -> HttpResponse:
    """Another time zone for the district's times; the next syncs are worked out anew."""
    access = member(request, slug, Ability.IMPORT)
    form = ZoneForm(request.POST)
    if not form.is_valid():
        return page(request, access, zone=form)
    chosen = form.cleaned_data["time_zone"]
    if set_time_zone(district=access.district, time_zone=chosen, by=access.user.email):
        messages.success(request, f"Saved. Times are those of {chosen} from now on.")
    else:
        messages.success(request, "Nothing was changed: it was so.")
    return SeeOther(reverse("daily", args=[slug]))


def page(
    request: HttpRequest,
    access: Access,
    pausing: PauseForm | None = None,
    zone: ZoneForm | None = None,
) -> HttpResponse:
    """The page, with what was wrong in a form."""
    now, district = database_now(), access.district
    all_types = {"types": [t.value for t in DataType]}
    shown = lines(district, now)
    context = {
        "access": access,
        "lines": shown,
        "paused": [line.data_type for line in shown if line.paused],
        "pausing": pausing or PauseForm(today=today_of(district, now), initial=all_types),
        "zone_form": zone or ZoneForm(initial={"time_zone": district.time_zone}),
    }
    return render(request, "daily/daily.html", context)


def said(types: list[DataType]) -> str:
    return ", ".join(words.DATA_TYPES[data_type].lower() for data_type in types)
