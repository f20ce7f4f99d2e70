"""Local schools made from Clever's list: looked at first, site codes editable."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.connecting.creating import Offer, creatable, proposed, shown_lines
from integration_console.connecting.forms import Line, read_codes
from integration_console.switches import need_leave
from mappings.matching import create_schools_from_clever


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def create_schools(request: HttpRequest, slug: str) -> HttpResponse:
    """The preview; with POST the ticked schools are made and matched."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    offer = creatable(access.district)
    if request.method != "POST":
        return shown(request, access, offer, proposed(offer))
    access.must(Ability.IMPORT)
    lines = read_codes(request.POST, offer.ids, offer.taken)
    codes = {line.clever_id: line.code for line in lines if line.make}
    if not codes or any(line.error for line in lines):
        refusal = "" if codes else "Tick at least one school to be made."
        return shown(request, access, offer, lines, refusal)
    try:
        need_leave(access.district)
        made = create_schools_from_clever(
            district=access.district, site_codes=codes, by=access.user.email
        )
    except ConsoleError as refused:
        return shown(request, access, offer, lines, refused.sentence)
    word = "school is" if len(made) == 1 else "schools are"
    messages.success(request, f"{len(made)} local {word} made and matched.")
    return SeeOther(reverse("match_schools", args=[slug]))


def shown(
    request: HttpRequest, access: Access, offer: Offer, lines: list[Line], refusal: str = ""
) -> HttpResponse:
    context = {
        "access": access,
        "offer": offer,
        "lines": shown_lines(offer, lines),
        "wrong": sum(bool(line.error) for line in lines),
        "refusal": refusal,
    }
    return render(request, "connecting/create.html", context)
