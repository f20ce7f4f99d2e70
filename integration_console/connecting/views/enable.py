"""Enable Clever: the switch with its conditions (B42, B45, B46)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import Ability, Access, member
from clever_sync.queries import connection_of
from core.problems import ConsoleError
from core.replies import SeeOther
from imports.queries import active_run
from integration_console import switches
from integration_console.connecting.forms import EnableForm
from integration_console.connecting.way import way
from schools.sources import exclusive_on, name_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enable(request: HttpRequest, slug: str) -> HttpResponse:
    """The switch; with POST it is saved."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    if request.method != "POST":
        return shown(request, access)
    access.must(Ability.IMPORT)
    form = EnableForm(request.POST)
    on = form.is_valid() and form.cleaned_data["enabled"]
    act = switches.switch_on if on else switches.switch_off
    try:
        moved = act(district=access.district, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        return SeeOther(leads_to(access))
    word = "on" if on else "off"
    if moved:
        messages.success(request, f"Clever is switched {word}.")
    else:
        messages.info(request, f"Clever was {word} already. Nothing was changed.")
    return SeeOther(reverse("enable", args=[slug]))


def leads_to(access: Access) -> str:
    """Where a refusal leads: to the other source, if one stands in the way (B47)."""
    slug = access.district.slug
    other = bool(exclusive_on(access.district))
    return reverse("switch_source" if other else "enable", args=[slug])


def shown(request: HttpRequest, access: Access) -> HttpResponse:
    connection = connection_of(access.district)
    others = exclusive_on(access.district)
    context = {
        "access": access,
        "on": connection is not None and connection.enabled,
        "why_not": switches.why_not_on(access.district),
        "other": name_of(others[0]) if others else "",
        "run": active_run(access.district),
        "steps": way(access, "enable"),
    }
    return render(request, "connecting/enable.html", context)
