"""Configure: the question how records arrive today, and the three steps."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Ability, member
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.configure.answering import answer
from integration_console.configure.forms import ArrivalForm
from integration_console.configure.steps import way
from schools.arrival import arrival_of
from schools.sources import name_of


@login_required
@require_safe
def configure(request: HttpRequest, slug: str) -> HttpResponse:
    """The three steps (A20). Before them comes Support's leave, then how records arrive today."""
    access = member(request, slug, Ability.IMPORT)
    if not access.district.clever_enabled:
        return redirect("get_ready", slug)
    source = arrival_of(access.district)
    if source is None:
        return redirect("arrival", slug)
    name = name_of(source.system)
    context = {"access": access, "way": way(access.district), "source": source, "name": name}
    return render(request, "configure/configure.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def arrival(request: HttpRequest, slug: str) -> HttpResponse:
    """How do records arrive today? Asked once, and answered again from Other sources."""
    access = member(request, slug, Ability.IMPORT)
    source = arrival_of(access.district)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ArrivalForm(*data, district=access.district, source=source)
    if form.is_bound and form.is_valid():
        try:
            answer(district=access.district, arrival=form.answer(), by=access.user.email)
        except ConsoleError as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "Saved: we know now how records arrive.")
            return SeeOther(reverse("configure", args=[slug]))
    context = {"access": access, "form": form, "choices": form.answers(), "source": source}
    return render(request, "configure/arrival.html", context)
