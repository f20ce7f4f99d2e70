"""Reset Configuration: what will happen, in figures, and the typed word that lets it (A24, H05)."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.connecting.forms import ResetForm
from integration_console.connecting.resetting import outlook
from integration_console.switches import reset_configuration

# Somebody waits for the page; a run ends within a slice, which is at most half a minute.
PATIENCE = timedelta(seconds=20)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, slug: str) -> HttpResponse:
    """The outlook; and with the district's short name typed, the reset."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    if request.method != "POST":
        return shown(request, access, ResetForm(district=access.district))
    access.must(Ability.IMPORT)
    form = ResetForm(request.POST, district=access.district)
    if not form.is_valid():
        return shown(request, access, form)
    try:
        reset_configuration(
            district=access.district,
            by=access.user.email,
            unlink=form.cleaned_data["unlink"],
            patience=PATIENCE,
        )
    except ConsoleError as refusal:
        form.add_error(None, refusal.sentence)
        return shown(request, access, form)
    messages.success(request, "The Clever configuration is reset. Every record is still here.")
    return SeeOther(reverse("setup_clever", args=[slug]))


def shown(request: HttpRequest, access: Access, form: ResetForm) -> HttpResponse:
    context = {"access": access, "form": form, "o": outlook(access)}
    return render(request, "connecting/reset.html", context)
