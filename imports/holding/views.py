"""Held changes: the list, one hold with its rows, and what Owners and Import admins decide."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import Ability, Access, member
from accounts.password_again import refusal
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import DataType, HoldState, RunMode
from imports import actions, download
from imports import holds as engine
from imports.changes import Reader, rules
from imports.hold_causes import cause_of
from imports.holding import queue
from imports.holding.forms import ApproveForm, PlaceForm, RowsForm
from imports.holding.shown import ShownHold, fate, shown, writes
from imports.models import Hold
from imports.views import opened


@login_required
@require_safe
def holds(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits for a decision, and below it what was decided, newest first."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    place = PlaceForm(request.GET)
    before = place.cleaned_data["before"] if place.is_valid() else None
    waiting, ended = engine.waiting(access.district), queue.ended(access.district, before)
    found = shown(access.district, [*waiting, *ended[: queue.ENDED_A_PAGE]])
    context = {
        "access": access,
        "waiting": found[: len(waiting)],
        "ended": found[len(waiting) :],
        "next": ended[queue.ENDED_A_PAGE - 1].pk if len(ended) > queue.ENDED_A_PAGE else None,
        "before": before,
    }
    return render(request, "holds/holds.html", context)


@login_required
@require_safe
def hold(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One hold: why, where, whom, and what can be done about it."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    one = shown(access.district, [queue.hold_of(access.district, number)])[0]
    form = ApproveForm(places=one.places, prove=partial(refusal, request))
    return page(request, access, one, form)


@login_required
@require_safe
def hold_csv(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """The rows of the hold as a file, those of one school where the page shows those."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PEOPLE)
    access.must(Ability.EXPORT)
    found = queue.hold_of(access.district, number)
    school, _ = asked(request, shown(access.district, [found])[0])
    audit.record(
        district=access.district, actor=access.user.email, verb="hold.exported",
        subject=f"hold:{found.pk}",
    )  # fmt: skip
    reader = Reader(access.district, access.sees)
    lines = download.change_rows(queue.rows(found, school), reader, rules(found.run))
    return download.as_csv(f"{slug}-hold-{found.pk}", download.CHANGE_HEADER, lines)


@login_required
@require_POST
def approve(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Approve all, or for the ticked schools: valid once, with the password again (H16)."""
    access = member(request, slug, Ability.IMPORT)
    found = queue.hold_of(access.district, number)
    if found.state != HoldState.OPEN:
        return too_late(request, found)
    one = shown(access.district, [found])[0]
    form = ApproveForm(request.POST, places=one.places, prove=partial(refusal, request))
    if not form.is_valid():
        return page(request, access, one, form)
    try:
        run = engine.approve(
            hold_id=found.pk, by=access.user.email, schools=form.approved, district=access.district
        )
    except ConsoleError as refused:
        messages.error(request, refused.sentence)
        return SeeOther(reverse("hold", args=[slug, found.pk]))
    messages.success(request, "Approved. This run looks again, and writes what is still the same.")
    return SeeOther(reverse("run", args=[slug, run.pk]))


@login_required
@require_POST
def check(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Check Clever again: a full sync of this kind of people, with all brakes on."""
    access = member(request, slug, Ability.IMPORT)
    found = queue.hold_of(access.district, number)
    if found.state != HoldState.OPEN:
        return too_late(request, found)
    try:
        begun = actions.start_run(
            district=access.district, mode=RunMode.LIVE, data_types=[DataType(found.data_type)],
            requested_by=access.user.email, full=True,
        )  # fmt: skip
    except ConsoleError as refused:
        messages.error(request, refused.sentence)
        return SeeOther(reverse("hold", args=[slug, found.pk]))
    return opened(request, begun, queued=True)


@login_required
@require_POST
def discard(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Discard: nothing of it is written, and the same content is not raised again."""
    access = member(request, slug, Ability.IMPORT)
    found = queue.hold_of(access.district, number)
    try:
        engine.discard(hold_id=found.pk, by=access.user.email, district=access.district)
    except ConsoleError:
        return too_late(request, found)
    messages.success(
        request, f"Hold #{found.pk} is discarded. The same content is not raised again."
    )
    return SeeOther(reverse("holds", args=[slug]))


def too_late(request: HttpRequest, found: Hold) -> SeeOther:
    """The page of a hold that is not open any more, which says why and where to look (H16)."""
    messages.error(request, f"Hold #{found.pk} is not open any more. Nothing was done.")
    return SeeOther(reverse("hold", args=[found.district.slug, found.pk]))


def asked(request: HttpRequest, one: ShownHold) -> tuple[int | None, int | None]:
    """Which school's rows, and behind which row; what is not valid asks for all of them."""
    form = RowsForm(request.GET, places=one.places)
    form.is_valid()
    return form.cleaned_data.get("school"), form.cleaned_data.get("after")


def page(request: HttpRequest, access: Access, one: ShownHold, form: ApproveForm) -> HttpResponse:
    context = {
        "access": access,
        "one": one,
        "hold": one.hold,
        "form": form,
        "cause": cause_of(one.hold),
        "writes": writes(one.hold) if one.open else [],
        "fate": fate(one.hold),
        **rows_context(request, access, one),
    }
    return render(request, "holds/hold.html", context)


def rows_context(request: HttpRequest, access: Access, one: ShownHold) -> dict[str, Any]:
    """A page of the hold's rows; nothing for whom people are hidden from."""
    if not access.may(Ability.SEE_PEOPLE):
        return {}
    school, after = asked(request, one)
    found = queue.page_of(queue.rows(one.hold, school), after)
    reader = Reader(access.district, access.sees)
    reader.know_schools()
    rows = reader.shown(found[: queue.ROWS_A_PAGE], rules(one.hold.run))
    return {
        "people": True,
        "rows": rows,
        "school": next((p for p in one.places if school and p.school == school), None),
        "after": after,
        "next": rows[-1].row.pk if len(found) > queue.ROWS_A_PAGE else None,
    }
