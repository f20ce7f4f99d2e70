"""New school year: graduates, moves and grades of the newest test, and the brakes for it (C24)."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import Ability, member
from imports import queries
from imports.braking.raise_views import Desk
from imports.braking.raising import needed
from imports.new_year.figures import preview


@login_required
@require_safe
def new_school_year(request: HttpRequest, slug: str) -> HttpResponse:
    """What the newest test would do to students, school by school, and what would be held."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    test = queries.last_test(access.district)
    desk = Desk(access, needed(access.district, test), test)
    context: dict[str, Any] = {"access": access, "types": desk.automation.types}
    if test is not None:
        context |= {**desk.context(desk.form(request)), "preview": preview(test)}
    return render(request, "new_year/new_year.html", context)
