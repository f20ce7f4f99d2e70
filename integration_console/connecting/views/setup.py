"""Clever Data Integration Setup: the District ID, looked at before it is saved (A22 to A27)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Ability, Access, member
from clever_sync import actions as clever
from clever_sync.asking import quick_client
from clever_sync.queries import clever_schools, connection_of
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import ConnectionState
from imports.catalogue import problems, said
from integration_console import switches
from integration_console.connecting.forms import DistrictIdForm
from integration_console.connecting.way import way
from integration_console.overview import CONNECTIONS, NOT_CONNECTED
from notifications.actions import first_recipient


@login_required
@require_safe
def setup_clever(request: HttpRequest, slug: str) -> HttpResponse:
    """What is stored; with `edit`, the field for the District ID."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    edit = "edit" in request.GET and access.may(Ability.IMPORT)
    return shown(request, access, form=DistrictIdForm() if edit else None)


@login_required
@require_POST
def setup_look(request: HttpRequest, slug: str) -> HttpResponse:
    """Clever's own name of the district that was pasted. Nothing is stored."""
    access = member(request, slug, Ability.IMPORT)
    form = DistrictIdForm(request.POST)
    if not form.is_valid():
        return shown(request, access, form=form)
    try:
        found = clever.look(district=access.district, text=form.cleaned_data["district_id"])
    except ConsoleError as refusal:
        return refused(request, access, form, refusal)
    return shown(request, access, form=form, found=found)


@login_required
@require_POST
def setup_save(request: HttpRequest, slug: str) -> HttpResponse:
    """Save: the integration is launched, and the schools can be matched (A27)."""
    access = member(request, slug, Ability.IMPORT)
    form = DistrictIdForm(request.POST)
    if not form.is_valid():
        return shown(request, access, form=form)
    try:
        saved = switches.launch_clever(
            district=access.district,
            text=form.cleaned_data["district_id"],
            by=access.user.email,
        )
    except ConsoleError as refusal:
        return refused(request, access, form, refusal)
    first_recipient(district=access.district, email=access.user.email, by=access.user.email)
    if saved.state != ConnectionState.READY:
        messages.info(request, "The District ID is saved. Clever has not approved it yet.")
        return SeeOther(reverse("setup_clever", args=[slug]))
    messages.success(request, f"{saved.clever_name} is connected. Match your schools next.")
    return SeeOther(reverse("match_schools", args=[slug]))


@login_required
@require_POST
def setup_check(request: HttpRequest, slug: str) -> HttpResponse:
    """Check again: asks Clever anew for the district and its schools."""
    access = member(request, slug, Ability.IMPORT)
    connection = connection_of(access.district)
    if connection is None:
        messages.error(request, "No District ID is saved yet, so there is nothing to check.")
        return SeeOther(reverse("setup_clever", args=[slug]))
    try:
        checked = clever.check(connection=connection, client=quick_client())
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        return SeeOther(reverse("setup_clever", args=[slug]))
    if checked.state == ConnectionState.READY:
        messages.success(request, f"Clever answers for {checked.clever_name}.")
    else:
        messages.info(request, "Clever has not approved this District ID yet. Nothing is lost.")
    return SeeOther(reverse("setup_clever", args=[slug]))


def refused(
    request: HttpRequest, access: Access, form: DistrictIdForm, refusal: ConsoleError
) -> HttpResponse:
    """The same page, with the reason at the field and what to do about it."""
    form.add_error("district_id", refusal.sentence)
    problem = said(refusal.code) if refusal.code in problems() else None
    return shown(request, access, form=form, problem=problem)


def shown(
    request: HttpRequest,
    access: Access,
    *,
    form: DistrictIdForm | None,
    found: clever.Look | None = None,
    problem: object = None,
) -> HttpResponse:
    connection = connection_of(access.district)
    state = ConnectionState(connection.state) if connection else None
    attention = connection.attention if connection else ""
    context: dict[str, Any] = {
        "access": access,
        "form": form,
        "found": found,
        "problem": problem or (said(attention) if attention else None),
        "connection": connection,
        "word": CONNECTIONS[state] if state else NOT_CONNECTED,
        "waiting": state == ConnectionState.WAITING,
        "schools": clever_schools(connection).count() if connection else 0,
        "set_up": switches.set_up_already(access.district),
        "reset_first": switches.RESET_FIRST,
        "steps": way(access, "setup_clever"),
    }
    return render(request, "connecting/setup.html", context)
