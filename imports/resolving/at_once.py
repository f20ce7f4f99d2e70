"""Resolve Alerts, many at once: what will be noted for whom, with figures; done when confirmed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import Ability, Access, member
from core.replies import SeeOther
from core.vocabulary import Decision
from imports.alerts_at_once import CHANGED, Noted, Wish, decide_many
from imports.resolving import queue
from imports.resolving.asking import form_of, shown, wanted_of
from imports.resolving.certain import certain_of, figures
from imports.resolving.forms import AT_MOST, ManyForm
from imports.resolving.sides import Match, Shown

SHOWN = 50


@login_required
@require_POST
def at_once(request: HttpRequest, slug: str) -> HttpResponse:
    """Match, Create Record or Skip now for many alerts: first what it would do, then it is done."""
    access = member(request, slug, Ability.RESOLVE_ALERTS)
    form = ManyForm(sent(request))
    if not form.is_valid():
        messages.error(request, form.sentences)
        return back(request, slug)
    decision = Decision(form.cleaned_data["act"])
    picked = form.cleaned_data["pick"]
    if form.cleaned_data["scope"] == "all" and not form.cleaned_data["confirmed"]:
        picked = all_of_list(request, access)
    plan = planned(access, decision, picked)
    if form.cleaned_data["confirmed"]:
        return done(request, access, decision, plan)
    context = {"access": access, "act": decision, "at_most": AT_MOST, **plan}
    return render(request, "alerts/at_once.html", context)


def sent(request: HttpRequest) -> dict[str, Any]:
    """What was sent; the button that takes one decision back is that, confirmed."""
    if "take_back" in request.POST:
        return {"act": Decision.SKIP, "confirmed": True, "pick": request.POST.getlist("take_back")}
    return {**request.POST.dict(), "pick": request.POST.getlist("pick")}


def all_of_list(request: HttpRequest, access: Access) -> dict[int, int]:
    """The alerts that the filter asks for, as many as can be decided at once."""
    found = queue.asked(access.district, wanted_of(form_of(request, access)))
    return dict(found.values_list("pk", "version")[:AT_MOST])


def planned(access: Access, decision: Decision, picked: dict[int, int]) -> dict[str, Any]:
    """Whom the decision is for, and who is left out, and why."""
    found = queue.waiting(access.district).filter(pk__in=list(picked)).order_by("pk")
    alerts = shown(access, list(found.prefetch_related("candidates__person")))
    matches: dict[int, Match] = {}
    why: dict[int, str] = {}
    if decision is Decision.MATCH:
        matches, why = certain_of(alerts)
    elif decision is Decision.CREATE:
        why = {o.alert.pk: "is not about who somebody is" for o in alerts if not o.of_identity}
    changed = {o.alert.pk: CHANGED for o in alerts if o.alert.version != picked[o.alert.pk]}
    why |= changed | dict.fromkeys(
        picked.keys() - {o.alert.pk for o in alerts}, "does not wait any more"
    )
    good = [one for one in alerts if one.alert.pk not in why]
    return {
        "picked": len(picked),
        "good": [(one, matches.get(one.alert.pk)) for one in good[:SHOWN]],
        "ticks": [f"{one.alert.pk}-{one.alert.version}" for one in good],
        "left": figures(why.values()),
        "left_names": [(one, why[one.alert.pk]) for one in alerts if one.alert.pk in why][:SHOWN],
        "later": bool(good) and all(one.later for one in good),
        "taken_back": sum(bool(one.decided) for one in good),
        "wishes": wishes_of(good, matches),
    }


def wishes_of(good: Sequence[Shown], matches: dict[int, Match]) -> list[Wish]:
    return [
        Wish(
            one.alert.pk, one.alert.version,
            matches[one.alert.pk].person.pk if one.alert.pk in matches else None,
        )
        for one in good
    ]  # fmt: skip


def done(
    request: HttpRequest, access: Access, decision: Decision, plan: dict[str, Any]
) -> HttpResponse:
    """Notes what was confirmed. What has changed since the confirmation page is left alone."""
    noted = decide_many(
        district=access.district, decision=decision, wishes=plan["wishes"], by=access.user.email
    )
    left = [*plan["left"], *figures(noted.left.values())]
    if noted.done:
        messages.success(request, told(decision, noted, later=plan["later"]))
    for words, number in left:
        many = (
            "1 alert was left as before: it"
            if number == 1
            else (f"{number} alerts were left as before: each")
        )
        messages.warning(request, f"{many} {words}.")
    return back(request, access.district.slug)


def told(decision: Decision, noted: Noted, *, later: bool) -> str:
    """What was noted for how many, and what comes of it."""
    many = f"{noted.done} {'alert' if noted.done == 1 else 'alerts'}"
    if decision is Decision.SKIP:
        return f"Skipped for now: {many}. Nothing is noted for them any more; they stay here."
    word = "Match" if decision is Decision.MATCH else "Create Record"
    when = (
        "The next Test Import shows the effect, and Start Import carries it out."
        if later
        else "Process All Updates carries it out."
    )
    return f"{word} is noted for {many}. {when}"


def back(request: HttpRequest, slug: str) -> SeeOther:
    return SeeOther(f"{reverse('alerts', args=[slug])}?{request.GET.urlencode()}")
