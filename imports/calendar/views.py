"""School calendar: days on which nothing starts by itself, or nobody is removed (C24)."""

from collections.abc import Callable
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Ability, Access, member
from clever_sync.queries import connection_of
from core.problems import ConsoleError
from core.replies import SeeOther
from imports import queries
from imports.calendar.actions import add_range, change_range, remove_range
from imports.calendar.forms import RangeForm
from imports.calendar.queries import adds_only_at, blackout_at, days_of, ranges
from imports.models import CalendarRange
from imports.schedules import put_off
from schools.models import District

GONE = "That range is not in the calendar any more."
OVER = "That range is over; it stays as it was."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Every range, what holds today, Clever's own pause, and a form for another range."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    if request.method != "POST":
        return page(request, access, RangeForm())
    access.must(Ability.IMPORT)
    return saved(request, access, add_range)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The calendar with one range open, to be changed at its place in the list."""
    access = member(request, slug, Ability.IMPORT)
    row = CalendarRange.objects.filter(district=access.district, pk=number).first()
    if row is None or row.last < today(access.district):
        messages.info(request, OVER if row else GONE)
        return SeeOther(reverse("calendar", args=[slug]))
    if request.method != "POST":
        return page(request, access, RangeForm.of(days_of(row)), row)
    was = request.POST.get("was", "")
    return saved(request, access, partial(change_range, number=number, was=was), row)


@login_required
@require_POST
def remove(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Takes a range out of the calendar: from the next run on its days are ordinary ones."""
    access = member(request, slug, Ability.IMPORT)
    gone = remove_range(district=access.district, number=number, by=access.user.email)
    if gone:
        messages.success(request, f"Removed: {gone}. From the next run on these days are ordinary.")
    else:
        messages.info(request, GONE)
    return SeeOther(reverse("calendar", args=[slug]))


@login_required
@require_safe
def sync_blackout(request: HttpRequest, slug: str) -> HttpResponse:
    """Sync Now in a blackout: asked first, with what these days are for."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SYNC)
    now = timezone.now()
    context = {
        "access": access,
        "blackout": blackout_at(access.district, now),
        "adds_only": adds_only_at(access.district, now),
    }
    return render(request, "calendar/sync.html", context)


def saved(
    request: HttpRequest,
    access: Access,
    save: Callable[..., None],
    changing: CalendarRange | None = None,
) -> HttpResponse:
    """Saves what was sent, or shows the page again with what is wrong with it."""
    form = RangeForm(request.POST)
    if not form.is_valid():
        return page(request, access, form, changing)
    try:
        save(
            district=access.district, days=form.days, today=today(access.district),
            by=access.user.email,
        )  # fmt: skip
    except ConsoleError as refusal:
        form.add_error(None, refusal.sentence)
        return page(request, access, form, changing)
    messages.success(request, f"Saved: {form.days}.")
    return SeeOther(reverse("calendar", args=[access.district.slug]))


def today(district: District) -> date:
    return timezone.now().astimezone(ZoneInfo(district.time_zone)).date()


def page(
    request: HttpRequest, access: Access, form: RangeForm, changing: CalendarRange | None = None
) -> HttpResponse:
    district, now, day = access.district, timezone.now(), today(access.district)
    found = ranges(district)
    calendar = [days_of(row) for row in found]
    context = {
        "access": access,
        "form": form,
        "changing": changing,
        "today": day,
        "ahead": [row for row in found if row.last >= day],
        "over": [row for row in reversed(found) if row.last < day],
        "automation": queries.automation(district),
        "put_off": put_off(district, now, calendar),
        "connection": connection_of(district),
    }
    return render(request, "calendar/calendar.html", context)
