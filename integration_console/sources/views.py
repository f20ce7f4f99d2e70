"""Other sources: what they are, what was noted of them, and switching one on or off (A46)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import Ability, member
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.sources import actions, shown
from integration_console.sources.forms import SwitchForm
from schools.models import RosterSource
from schools.sources import name_of


@login_required
@require_safe
def sources(request: HttpRequest, slug: str) -> HttpResponse:
    """How records arrive beside Clever, and what earlier sources left behind."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    context = {
        "access": access,
        "sources": shown.sources(access.district),
        "exports": shown.exports(access.district),
        "clever_on": actions.is_clever_on(access.district),
    }
    return render(request, "sources/sources.html", context)


@login_required
@require_safe
def picture(request: HttpRequest, slug: str, system: str) -> HttpResponse:
    """The picture that somebody kept of the old Matching Fields page (A15)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PERSONAL_DATA)
    kept = RosterSource.objects.filter(
        district=access.district, system=system, old_picture_type__in=shown.PICTURES
    ).first()
    if kept is None or not kept.old_picture:
        raise Http404
    audit.record_look(access.district, access.user.email, "source.picture_seen", system)
    answer = HttpResponse(bytes(kept.old_picture), content_type=kept.old_picture_type)
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_POST
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Switches one source on or off; nothing else is touched."""
    access = member(request, slug, Ability.IMPORT)
    form = SwitchForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the sources on this page.")
        return SeeOther(reverse("sources", args=[slug]))
    wanted = form.cleaned_data
    try:
        if actions.switch_source(district=access.district, by=access.user.email, **wanted):
            state = "on" if wanted["on"] else "off"
            messages.success(request, f"{name_of(wanted['system'])} is {state} now.")
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    return SeeOther(reverse("sources", args=[slug]))
