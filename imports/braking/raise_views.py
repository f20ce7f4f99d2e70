"""Raise brakes for one run only: a number and a reason, the password, and the run starts (C24)."""

from dataclasses import dataclass
from functools import cached_property, partial
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
from imports.models import Run
from imports.shown import Shown
from imports.views import opened


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def raise_brakes(request: HttpRequest, slug: str) -> HttpResponse:
    """Which brakes the newest plan trips; raised for one run, which starts at once."""
    access = member(request, slug, Ability.IMPORT)
    desk = Desk(access, needed(access.district), queries.last_test(access.district))
    form = desk.form(request)
    if request.method != "POST" or not form.is_valid():
        return page(request, desk, form)
    try:
        begun = started(desk, form)
    except ConsoleError as refused:
        form.add_error(None, f"{refused.sentence} {NOTHING}")
        return page(request, desk, form)
    return opened(request, begun, queued=form.cleaned_data["start"] == "sync")


@dataclass(frozen=True)
class Desk:
    """What the form stands on: the plan that is known, and the test that may be imported."""

    access: Access
    known: Needed
    test: Run | None

    @cached_property
    def automation(self) -> queries.Automation:
        return queries.automation(self.access.district)

    @cached_property
    def outdated(self) -> str:
        """Why the test cannot be imported any more, in a sentence; "" if it can."""
        return actions.outdated(self.access.district, self.test) if self.test else ""

    @property
    def types(self) -> list[DataType]:
        """The types of the plan that is known, or those that are synced by themselves."""
        of_run = self.known.run.data_types if self.known.run else self.automation.types
        return [t for t in DataType if str(t) in of_run] or [DataType.STUDENT, DataType.TEACHER]

    def form(self, request: HttpRequest) -> RaiseForm:
        """The form, filled in with what the plan needs until somebody has sent it."""
        return RaiseForm(
            request.POST or None,
            initial=self.known.raised,
            limits={t: self.known.limits[t] for t in self.types},
            prove=partial(refusal, request),
        )

    def context(self, form: RaiseForm) -> dict[str, Any]:
        """What the form needs around it: its brakes apart, and what may be started."""
        names, run = list(self.known.raised), self.known.run
        numbers = [name for name in form.fields if "-" in name]
        return {
            "access": self.access,
            "form": form,
            "known": self.known,
            "run": Shown(run, timezone.now()) if run else None,
            "tripped": form.bound(names),
            "others": form.bound([name for name in numbers if name not in names]),
            "test": self.test,
            "outdated": self.outdated,
            "imported": self.automation.imported,
        }


def started(desk: Desk, form: RaiseForm) -> actions.Started:
    """Starts the run that was chosen. Raises ConsoleError with what it lacks."""
    district, word = desk.access.district, form.cleaned_data["start"]
    test = desk.test if word == "import" else None
    wanted: dict[str, Any] = {"mode": RunMode.TEST if word == "test" else RunMode.LIVE}
    if word == "import" and test is None:
        raise ConsoleError("Start Import comes after a Test Import. Test first.")
    if word == "sync":
        blackout = blackout_at(district, timezone.now())
        if blackout:
            raise ConsoleError(f"There is a {blackout}. Sync when it is over, or remove it.")
        types = [DataType(t) for t in desk.automation.imported]
        wanted["full"] = True
    else:
        types = [DataType(t) for t in test.data_types] if test else desk.types
    raised = form.raised(types)
    if not raised.brakes:
        raise ConsoleError("None of these brakes is one of the data types of that run.")
    return actions.start_run(
        district=district, data_types=types, requested_by=desk.access.user.email,
        tested_run=test, raised=raised, **wanted,
    )  # fmt: skip


def page(request: HttpRequest, desk: Desk, form: RaiseForm) -> HttpResponse:
    return render(request, "brakes/raise.html", desk.context(form))
