"""What a draft would change, and all versions of the settings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import DataType
from imports import what_if as supposed
from imports.shown import cancelling
from imports.words import DATA_TYPES
from integration_console.data_types import type_named
from integration_console.versions.forms import MOST, PlaceForm, SeenForm, WhatIfForm
from integration_console.versions.past import past
from integration_console.versions.supposing import drafted_answers, supposing
from mappings import drafts


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def what_if(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """What the draft of a data type would change (C03); POST works it out anew."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    wanted = type_named(data_type)
    if request.method == "POST":
        access.must(Ability.IMPORT)
        asked(request, access, wanted)
        return SeeOther(request.path)
    return render(request, "versions/what_if.html", what_if_context(access, wanted))


def what_if_context(access: Access, data_type: DataType) -> dict[str, object]:
    page = supposing(access, data_type, timezone.now())
    return {
        "access": access,
        "data_type": data_type,
        "label": DATA_TYPES[data_type],
        "page": page,
        "run": page.run,
        "may_cancel": page.run is not None and access.may(cancelling(page.run.run)),
    }


def asked(request: HttpRequest, access: Access, data_type: DataType) -> None:
    """Queues the what-if; what is in the way is said on the page."""
    form = WhatIfForm(request.POST)
    with_schools = form.is_valid() and form.cleaned_data["schools"]
    try:
        supposed.ask(
            district=access.district,
            data_type=data_type,
            schools=drafted_answers(access.district) if with_schools else None,
            by=access.user.email,
        )
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)


@login_required
@require_safe
def what_if_live(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """The moving part, asked for every two seconds until the figures are there."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    wanted = type_named(data_type)
    context = what_if_context(access, wanted)
    if not supposed.is_on(access.district):
        return HttpResponseClientRefresh()
    return render(request, "versions/what_if_live.html", context)


@login_required
@require_safe
def versions(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """All versions of a data type's settings, and what differs between two of them (C26)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    wanted = type_named(data_type)
    context = {
        "access": access,
        "data_type": wanted,
        "label": DATA_TYPES[wanted],
        "page": past(access.district, wanted, **PlaceForm(request.GET).place()),
    }
    return render(request, "versions/versions.html", context)


@login_required
@require_POST
def restore_version(request: HttpRequest, slug: str, data_type: str, version: int) -> HttpResponse:
    """Makes an earlier version the draft; it has no effect before it is published."""
    access = member(request, slug, Ability.IMPORT)
    wanted, form = type_named(data_type), SeenForm(request.POST)
    try:
        kept = drafts.restore(
            district=access.district,
            data_type=wanted,
            version=min(version, MOST),
            by=access.user.email,
            seen=form.cleaned_data["seen"] if form.is_valid() else None,
        )
        messages.success(request, restored(version, kept is not None))
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    return SeeOther(reverse("versions", args=[slug, wanted]))


def restored(version: int, drafted: bool) -> str:
    if not drafted:
        return f"Version {version} says the same as what is published, so there is no draft."
    return f"Version {version} is the draft now. Look at what it would change, then publish it."
