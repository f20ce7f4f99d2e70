"""Resolve Alerts: the list, the same as a file, one alert at a time, and the decisions about it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import Decision
from imports import alerts, download
from imports.resolving import queue, sheet
from imports.resolving.asking import form_of, list_context, shown, wanted_of
from imports.resolving.forms import DecisionForm
from imports.resolving.sides import Shown

WITH_PERSON = (Decision.MATCH, Decision.NEVER)
LATER = "The next Test Import shows its effect, and Start Import carries it out."
NOW = "It is carried out with Process All Updates."


@login_required
@require_safe
def resolve(request: HttpRequest, slug: str) -> HttpResponse:
    """Who waits to be decided, with the best possible match of each (A63)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PEOPLE)
    return render(request, "alerts/resolve.html", list_context(request, access))


@login_required
@require_safe
def alerts_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The list as filtered, as a file: one line per possible match."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PEOPLE)
    access.must(Ability.EXPORT)
    wanted = wanted_of(form_of(request, access))
    audit.record(access.district, access.user.email, "alerts.exported", "alerts")
    return download.as_csv(f"{slug}-alerts", sheet.HEADER, sheet.rows(access, wanted))


@login_required
@require_safe
def alert(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One alert: Clever's record beside its possible matches, field by field (A63, C14)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PEOPLE)
    found = queue.alert_of(access.district, number)
    audit.record_look(access.district, access.user.email, "alert.seen", f"alert:{found.pk}")
    wanted = wanted_of(form_of(request, access))
    context: dict[str, Any] = {
        "access": access,
        "shown": shown(access, [found])[0],
        "around": queue.neighbours(access.district, wanted, number),
        "listed": queue.asked(access.district, wanted).filter(pk=number).exists(),
    }
    return render(request, "alerts/alert.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Notes one decision; no record is touched before Process All Updates (A64, A65)."""
    access = member(request, slug, Ability.RESOLVE_ALERTS)
    found, form = queue.alert_of(access.district, number), DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.sentences)
        return to(request, slug, found.pk)
    decision, before = Decision(form.cleaned_data["decision"]), shown(access, [found])[0]
    try:
        alerts.decide(
            alert_id=found.pk, decision=decision, by=access.user.email, district=access.district,
            version=form.cleaned_data["version"],
            person_id=form.cleaned_data["person"] if decision in WITH_PERSON else None,
        )  # fmt: skip
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        return to(request, slug, found.pk)
    messages.success(request, said(decision, before))
    return onwards(request, access, found.pk, stay=decision is Decision.NEVER)


def said(decision: Decision, before: Shown) -> str:
    """What was noted, and what comes of it in this state of the district (A48, A66)."""
    when = LATER if before.later else NOW
    if decision is Decision.SKIP:
        taken = "Taken back" if before.decided else "Skipped for now"
        return f"{taken}: {before.name}. Nothing is noted for this alert; it stays here."
    word = {Decision.MATCH: "Match", Decision.CREATE: "Create Record"}.get(
        decision, "Never this pair"
    )
    return f"{word} is noted for {before.name}. {when}"


def to(request: HttpRequest, slug: str, number: int) -> SeeOther:
    """The page of an alert, in the list that is being worked through."""
    return SeeOther(f"{reverse('alert', args=[slug, number])}?{request.GET.urlencode()}")


def onwards(request: HttpRequest, access: Access, number: int, *, stay: bool) -> SeeOther:
    """The next alert of the list; behind the last one the list itself.

    After Never this pair the same alert, unless everybody is ruled out: there is more to decide.
    """
    if stay and queue.alert_of(access.district, number).state == "open":
        return to(request, access.district.slug, number)
    wanted = wanted_of(form_of(request, access))
    behind = queue.neighbours(access.district, wanted, number).behind
    if behind is not None and request.POST.get("then") != "list":
        return to(request, access.district.slug, behind)
    return SeeOther(f"{reverse('alerts', args=[access.district.slug])}?{request.GET.urlencode()}")
