"""Explain this person: the page, and Clever asked now."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, limits
from accounts.access import GPA, Ability, Access, member
from core.problems import ConsoleError
from core.vocabulary import WhoFixes
from imports.changes import Reader
from imports.explaining import live
from imports.explaining.forms import AskForm, ExplainForm
from imports.explaining.found import PLACES, Found, Hit, find, one
from imports.explaining.read import Explanation, explain, name_of
from imports.explaining.shown import of_explanation

TOO_OFTEN = "Clever was asked often within this minute. Wait a minute, then ask again."
WHO = {
    WhoFixes.SIS: "Whoever keeps your SIS",
    WhoFixes.CLEVER: "Your Clever administrator, under sharing",
    WhoFixes.HERE: "You or a colleague, in this console",
}


@login_required
@require_safe
def explain_person(request: HttpRequest, slug: str) -> HttpResponse:
    """Why a person stands here as they do, and who must act (C18)."""
    access = gate(request, slug)
    form = ExplainForm(request.GET or None)
    found = found_by(access, form)
    context = {"access": access, "form": form, "found": found, "places": PLACES}
    if found is not None and len(found.hits) == 1:
        context |= explained(access, found.hits[0])
    elif found is not None:
        reader = Reader(access.district, access.sees)
        context["hits"] = [(hit, name_of(hit, reader)) for hit in found.hits]
    return render(request, "explaining/explain.html", context)


@login_required
@require_POST
def ask_clever(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks Clever for this one person now; writes nothing, shows the difference."""
    access = gate(request, slug)
    access.must(Ability.SYNC)
    asked = AskForm(request.POST)
    clever_id = asked.cleaned_data["clever_id"] if asked.is_valid() else ""
    hit = one(access.district, clever_id=clever_id) if clever_id else None
    form = ExplainForm({"q": clever_id})
    context: dict[str, Any] = {"access": access, "form": form, "places": PLACES}
    if hit is None:
        return render(request, "explaining/explain.html", {**context, "found": Found(clever_id)})
    context |= {"found": Found(clever_id, [hit]), **explained(access, hit)}
    context |= answered(request, access, context["said"])
    return render(request, "explaining/explain.html", context)


def gate(request: HttpRequest, slug: str) -> Access:
    """Raw values stand here: for those who see the integration, people and their data."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PERSONAL_DATA)
    return access


def found_by(access: Access, form: ExplainForm) -> Found | None:
    """Whom the address means; None where it asks for nobody."""
    if not form.is_bound or not form.is_valid():
        return None
    read = form.cleaned_data
    if read["person"] or read["clever_id"]:
        hit = one(access.district, person=read["person"], clever_id=read["clever_id"])
        return Found(read["clever_id"] or str(read["person"]), [hit] if hit else [])
    return find(access.district, read["q"]) if read["q"] else None


def explained(access: Access, hit: Hit) -> dict[str, Any]:
    """The explanation of one person; that it was looked at is kept."""
    audit.record_look(access.district, access.user.email, "person.explained", hit.subject)
    reader = Reader(access.district, access.sees)
    said = explain(access.district, hit, reader, timezone.now())
    who = said.headline.who
    return {
        "said": said,
        "who": WHO[who] if who else "Nobody",
        "acts": who is not None,
        **of_explanation(said, reader),
    }


def answered(request: HttpRequest, access: Access, said: Explanation) -> dict[str, Any]:
    """Clever's answer, or a sentence that says why there is none."""
    clever_id = said.hit.clever_id
    if not limits.allows(request, "ask_clever"):
        return {"refusal": TOO_OFTEN}
    audit.record(access.district, access.user.email, "clever.asked", f"clever:{clever_id}")
    try:
        answer = live.ask(access.district, clever_id)
    except ConsoleError as refusal:
        return {"refusal": refusal.sentence}
    # Where grade averages come from, for those who may not see them (B05).
    hidden = {f"student.{name}" for name in GPA if not access.sees(name)}
    hidden |= {line.source for line in said.lines if not access.sees(line.field)}
    shown = [d.masked() if d.source in hidden else d for d in answer.differences]
    return {"answer": replace(answer, differences=shown)}
