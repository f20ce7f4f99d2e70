"""Raise brakes for one run only: a number and a reason, the password, and the run starts (C24)."""

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import Ability, Access, member
from accounts.password_again import refusal
from core.problems import ConsoleError
from core.vocabulary import DataType, RunMode
from imports import actions, queries
from imports.braking.raising import NOTHING, Needed, RaiseForm, needed
from imports.calendar.queries import blackout_at
from imports.limits import limits_for
from imports.shown import Shown
from imports.views import opened


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def raise_brakes(request: HttpRequest, slug: str) -> HttpResponse:
    """Which brakes the newest plan trips; raised for one run, which starts at once."""
    access = member(request, slug, Ability.IMPORT)
    form = raise_form(request, access, needed(access.district))
    if request.method != "POST" or not form.is_valid():
        return page(request, access, form)
    try:
        begun = started(access, form)
    except ConsoleError as refused:
        form.add_error(None, f"{refused.sentence} {NOTHING}")
        return page(request, access, form)
    return opened(request, begun, queued=form.cleaned_data["start"] == "sync")


def raise_form(request: HttpRequest, access: Access, known: Needed) -> RaiseForm:
    """The form, filled in with what the plan needs until somebody has sent it."""
    return RaiseForm(
        request.POST or None,
        initial=known.raised,
        limits={t: limits_for(access.district, t) for t in types_of(access, known)},
        prove=partial(refusal, request),
    )


def types_of(access: Access, known: Needed) -> list[DataType]:
    """The types of the plan that is known, or those that are synced by themselves."""
    of_run = known.run.data_types if known.run else queries.automation(access.district).types
    return [t for t in DataType if str(t) in of_run] or [DataType.STUDENT, DataType.TEACHER]


def started(access: Access, form: RaiseForm) -> actions.Started:
    """Starts the run that was chosen. Raises ConsoleError with what it lacks."""
    district, word = access.district, form.cleaned_data["start"]
    test = queries.last_test(district) if word == "import" else None
    wanted: dict[str, Any] = {"mode": RunMode.TEST if word == "test" else RunMode.LIVE}
    if word == "import" and test is None:
        raise ConsoleError("Start Import comes after a Test Import. Test first.")
    if word == "sync":
        blackout = blackout_at(district, timezone.now())
        if blackout:
            raise ConsoleError(f"There is a {blackout}. Sync when it is over, or remove it.")
        types = [DataType(t) for t in queries.automation(district).imported]
        wanted["full"] = True
    else:
        types = [DataType(t) for t in test.data_types] if test else list(form.limits)
    raised = form.raised(types)
    if not raised.brakes:
        raise ConsoleError("None of these brakes is one of the data types of that run.")
    return actions.start_run(
        district=district, data_types=types, requested_by=access.user.email, tested_run=test,
        raised=raised, **wanted,
    )  # fmt: skip


def page(request: HttpRequest, access: Access, form: RaiseForm) -> HttpResponse:
    context = {"access": access, **raise_context(access, form, needed(access.district))}
    return render(request, "brakes/raise.html", context)


def raise_context(access: Access, form: RaiseForm, known: Needed) -> dict[str, Any]:
    """What the form needs around it: its brakes apart, and what may be started."""
    test, names = queries.last_test(access.district), list(known.raised)
    numbers = [name for name in form.fields if "-" in name]
    return {
        "form": form,
        "known": known,
        "run": Shown(known.run, timezone.now()) if known.run else None,
        "tripped": form.bound(names),
        "others": form.bound([name for name in numbers if name not in names]),
        "test": test,
        "outdated": actions.outdated(access.district, test) if test else "",
        "imported": queries.automation(access.district).imported,
    }
