"""Pages that belong to no single floor: the districts, a district's overview, errors."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import Ability, member
from accounts.models import User
from imports.catalogue import said
from integration_console import districts
from integration_console.forms import BoardForm, DistrictsForm
from integration_console.overview import overview as read_overview
from integration_console.support.board import Asked, board


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The only district of a user, or the list of them; for Support all districts."""
    user = request.user
    assert isinstance(user, User)
    if user.is_staff:
        return all_districts(request, user)
    form = DistrictsForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    rows = districts.of(user, text)
    if len(rows) == 1 and not text:
        return redirect("overview" if rows[0].integration else "people", rows[0].district.slug)
    context = {"rows": rows[: districts.MOST], "more": len(rows) > districts.MOST, "form": form}
    return render(request, "districts.html", context)


def all_districts(request: HttpRequest, user: User) -> HttpResponse:
    """How each district stands, those that need somebody first."""
    form = BoardForm(request.GET)
    form.is_valid()
    asked = Asked(**{name: value for name, value in form.cleaned_data.items() if value})
    page, rows = board(user, asked, timezone.now())
    context = {"page": page, "rows": rows, "form": form, "filtered": bool(asked.q)}
    return render(request, "support/board.html", context)


@login_required
@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """What is going on, is it safe, what to do next."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    read = read_overview(access, timezone.now())
    attention = read.connection.attention if read.connection else ""
    context = {"access": access, "o": read, "attention": said(attention) if attention else None}
    return render(request, "overview.html", context)


def not_here(request: HttpRequest) -> HttpResponse:
    """404. Nobody changes the own address: the audit names people by it, and nobody proves it."""
    raise Http404


def refused(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """403: with the reason, where we have one."""
    reason = str(exception) or "Your account does not allow this."
    return render(request, "403.html", {"reason": reason}, status=403)
