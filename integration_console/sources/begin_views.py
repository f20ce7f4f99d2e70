"""Begin and Cancel: Clever and an old source cannot both be on (A16, B47 to B49)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Ability, member
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.sources import actions, shown
from schools.sources import name_of


@login_required
@require_safe
def switch_source(request: HttpRequest, slug: str) -> HttpResponse:
    """The alert: Clever and the old source cannot both be on. Begin or Cancel (B47, B49)."""
    access = member(request, slug, Ability.IMPORT)
    context = {"access": access, "begin": shown.beginning(access.district)}
    return render(request, "sources/begin.html", context)


@login_required
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin: the old source off, its identifiers kept and cleared, Clever on (B48)."""
    access = member(request, slug, Ability.IMPORT)
    try:
        taken = actions.begin(district=access.district, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        return SeeOther(reverse("switch_source", args=[slug]))
    for export in taken:
        messages.success(
            request,
            f"{name_of(export.system)} is off. {export.identifiers:,} identifiers are kept in an "
            "export that can be restored.",
        )
    messages.success(request, "Clever is switched on. No record was changed.")
    return SeeOther(reverse("import_summary", args=[slug]))
