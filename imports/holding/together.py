"""Approve all: every open hold at once, for one cause that shows in several places (C09)."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import Ability, Access, member
from accounts.password_again import refusal
from core.problems import ConsoleError
from core.replies import SeeOther
from imports import holds as engine
from imports.hold_causes import cause_of
from imports.holding.forms import TogetherForm
from imports.holding.shown import shown, writes


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def together(request: HttpRequest, slug: str) -> HttpResponse:
    """What approving everything that is held would write; then, with the password, does so."""
    access = member(request, slug, Ability.IMPORT)
    prove = partial(refusal, request)
    if request.method != "POST":
        return page(request, access, TogetherForm(prove=prove))
    form = TogetherForm(request.POST, prove=prove)
    waiting = [hold.pk for hold in engine.waiting(access.district)]
    if form.is_valid() and sorted(form.cleaned_data["holds"]) != waiting:
        form.add_error(
            None, "What is held has changed meanwhile. Nothing was approved: look again."
        )
    if not form.is_valid():
        return page(request, access, form)
    try:
        run = engine.approve_together(
            hold_ids=waiting, by=access.user.email, district=access.district
        )
    except ConsoleError as refused:
        messages.error(request, refused.sentence)
        return SeeOther(reverse("holds", args=[slug]))
    messages.success(request, "Approved. This run looks again, and writes what is still the same.")
    return SeeOther(reverse("run", args=[slug, run.pk]))


def page(request: HttpRequest, access: Access, form: TogetherForm) -> HttpResponse:
    found = shown(access.district, engine.waiting(access.district))
    context = {
        "access": access,
        "form": form,
        "parts": [
            {"one": one, "cause": cause_of(one.hold), "writes": writes(one.hold)} for one in found
        ],
        "count": sum(one.hold.count for one in found),
    }
    return render(request, "holds/together.html", context)
