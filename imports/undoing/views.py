"""The undo of a run: what it would do, with figures; then the test of it, or the undo itself."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Ability, Access, member
from accounts.password_again import refusal
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import RunMode, Trigger
from imports import queries, schedules
from imports.changes import Reader
from imports.due_schedules import running
from imports.models import Run, Schedule
from imports.shown import Shown
from imports.undoing.actions import start_undo, undoable_until
from imports.undoing.forms import LimitsForm, UndoForm
from imports.undoing.preview import preview
from imports.undoing.scope import THE_WHOLE_RUN
from imports.undoing.shown import limits, why_not


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The page, and its two buttons: Undo (with the password again) and Test the undo."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.IMPORT)
    found = queries.run_of(access.district, number)
    posted = request.method == "POST"
    asked = LimitsForm(request.POST if posted else request.GET, run=found)
    form = UndoForm(request.POST if posted else None, prove=partial(refusal, request))
    if not posted or not asked.is_valid() or not form.is_valid():
        return page(request, access, found, asked, form)
    try:
        begun = start_undo(
            run=found, by=access.user.email, mode=form.mode, scope=asked.scope, seen=form.seen,
            pause=form.pause_for,
        )  # fmt: skip
    except ConsoleError as refused:
        messages.error(request, refused.sentence)
        return SeeOther(reverse("run_undo", args=[slug, found.pk]))
    return SeeOther(reverse("run", args=[slug, begun.pk]))


@login_required
@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """The schedule goes on at once; what was undone comes again with its next sync."""
    access = member(request, slug, Ability.IMPORT)
    resumed = schedules.resume(district=access.district, by=access.user.email)
    if resumed:
        messages.success(request, "The schedule is on again.")
    else:
        messages.info(request, "The schedule was not paused.")
    return SeeOther(reverse("overview", args=[slug]))


def page(
    request: HttpRequest, access: Access, found: Run, asked: LimitsForm, form: UndoForm
) -> HttpResponse:
    now, valid = timezone.now(), asked.is_valid()
    scope = asked.scope if valid else THE_WHOLE_RUN
    refused = why_not(found)
    test = asked.cleaned_data.get("test") if valid else None
    seen = preview(found, scope, test, now=now) if valid and not refused else None
    reader = Reader(access.district, access.sees)
    reader.know_schools()
    context: dict[str, Any] = {
        "access": access,
        "run": Shown(found, now),
        "refused": refused,
        "asked": asked,
        "form": form,
        "preview": seen,
        "conflicts": reader.shown(seen.conflicts, {}) if seen else [],
        "limits": limits(scope, reader),
        "until": undoable_until(found),
        "schedules": automatic(found),
    }
    return render(request, "undo/undo.html", context)


def automatic(run: Run) -> list[Schedule]:
    """The schedules that would bring the same changes again."""
    of_types = Schedule.objects.filter(district=run.district_id, data_type__in=run.data_types)
    of_clever = run.mode == RunMode.LIVE and run.trigger != Trigger.FILE
    on = running(of_types) if of_clever else of_types.none()
    return list(on.order_by("next_due"))
