"""Resolve Alerts: the list, the decisions, and Process All Updates."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Ability, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import Decision
from imports import alerts
from imports.changes import Reader
from imports.resolving import queue
from imports.resolving.forms import AlertsForm, BehindForm, DecisionForm
from imports.resolving.sides import Comparer

SAID = {
    Decision.MATCH: "Match is noted. It is carried out with Process All Updates.",
    Decision.CREATE: "Create Record is noted. It is carried out with Process All Updates.",
    Decision.SKIP: "Skipped for now. Nothing is noted for this alert; it stays here.",
}


@login_required
@require_safe
def resolve(request: HttpRequest, slug: str) -> HttpResponse:
    """Who waits to be decided, each beside the records that it might be (A63)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PEOPLE)
    form = AlertsForm(request.GET or None, reasons=queue.reasons(access.district))
    place = BehindForm(request.GET)
    wanted = queue.Wanted(**form.cleaned_data) if form.is_valid() else queue.Wanted()
    after = place.cleaned_data["after"] if place.is_valid() else None
    found = queue.queue(access.district, wanted, after)
    comparer = Comparer(access.district, Reader(access.district, access.sees), timezone.now())
    context = {
        "access": access,
        "form": form,
        "alerts": comparer.shown(found[: queue.PAGE]),
        "next": found[queue.PAGE - 1].pk if len(found) > queue.PAGE else None,
        "after": after,
        "staged": queue.staged(access.district),
        "filtered": any(vars(wanted).values()) or after,
    }
    return render(request, "alerts/resolve.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Notes one decision; no record is touched before Process All Updates (A64, A65)."""
    access = member(request, slug, Ability.RESOLVE_ALERTS)
    alert, form = queue.alert_of(access.district, number), DecisionForm(request.POST)
    back = SeeOther(f"{reverse('alerts', args=[slug])}?{request.GET.urlencode()}#alert-{alert.pk}")
    if not form.is_valid():
        messages.error(request, form.sentences)
        return back
    decision = Decision(form.cleaned_data["decision"])
    try:
        alerts.decide(
            alert_id=alert.pk, decision=decision, by=access.user.email, district=access.district,
            version=form.cleaned_data["version"],
            person_id=form.cleaned_data["person"] if decision is Decision.MATCH else None,
        )  # fmt: skip
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        return back
    messages.success(request, SAID[decision])
    return back


@login_required
@require_POST
def process(request: HttpRequest, slug: str) -> HttpResponse:
    """Process All Updates: checks every decision again, and starts the run for them (A66)."""
    access = member(request, slug, Ability.RESOLVE_ALERTS)
    try:
        done = alerts.process(district=access.district, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        return SeeOther(reverse("alerts", args=[slug]))
    for sentence in done.skipped:
        messages.warning(request, sentence)
    if done.run is None:
        return SeeOther(reverse("alerts", args=[slug]))
    return SeeOther(reverse("run", args=[slug, done.run.pk]))
