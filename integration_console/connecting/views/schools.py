"""Match schools: the drop-downs, the two lists, and what becomes of the choices (A28, B41-B44)."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console import switches
from integration_console.connecting.forms import MatchingFilter, Posted, read_matching
from integration_console.connecting.schools import Matching
from integration_console.connecting.way import steps
from mappings import draft as drafts
from mappings.draft import Kept


@login_required
@require_safe
def match_schools(request: HttpRequest, slug: str) -> HttpResponse:
    """Every local school with its drop-down, or both lists side by side."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    form = MatchingFilter(request.GET)
    asked = form.asked()
    matching = Matching(access.district)
    progress = matching.progress
    context = {
        "access": access,
        "may": access.may(Ability.IMPORT) and access.district.clever_enabled,
        "m": matching,
        "progress": progress,
        "steps": steps(
            slug,
            "match_schools",
            connection=matching.connection,
            matched=progress.matched,
            waiting=progress.open,
        ),
        **filter_context(form, asked),
        **rows_context(matching, asked),
    }
    return render(request, "connecting/schools.html", context)


def filter_context(form: MatchingFilter, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "form": form,
        "back": urlencode(asked),
        "lists": asked.get("view") == "lists",
        "filtered": bool(asked.get("q") or asked.get("show") or asked.get("cq")),
    }


def rows_context(matching: Matching, asked: dict[str, Any]) -> dict[str, Any]:
    """A page of both sides, with suggestions for what has no answer."""
    ours, theirs = matching.pages(asked)
    suggested = matching.suggestions(school.id for school in ours.rows)
    return {
        "ours": ours,
        "theirs": theirs,
        "rows": matching.rows(ours.rows, suggested),
        "clever_rows": matching.clever_rows(theirs.rows),
        "certain": sum(each.certain for each in suggested.values()),
        "selected": matching.local.get(asked.get("local", 0)),
    }


@login_required
@require_POST
def choose_schools(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps the choices of the page, then does what its button says."""
    access = member(request, slug, Ability.IMPORT)
    place = MatchingFilter(dict(parse_qsl(request.POST.get("back", "")[:2000]))).asked()
    try:
        switches.need_leave(access.district)
        posted = read_matching(request.POST)
        act(request, access, posted, place)
    except ValidationError as wrong:
        messages.error(request, " ".join(wrong.messages))
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    if request.headers.get("HX-Request") and len(messages.get_messages(request)):
        return HttpResponseClientRefresh()
    return SeeOther(f"{reverse('match_schools', args=[slug])}?{urlencode(place)}")


def act(request: HttpRequest, access: Access, posted: Posted, place: dict[str, Any]) -> None:
    """One button of the page. The choices beside it are kept in any case, but for Discard."""
    district, by = access.district, access.user.email
    if posted.do == "discard":
        if drafts.discard_choices(district=district, by=by):
            messages.success(request, "The choices are discarded. What was saved stays as it was.")
        return
    kept = drafts.keep_choices(
        district=district, schools=posted.schools, clever=posted.clever, by=by
    )
    tell(request, access, kept)
    if posted.do == "accept":
        count = drafts.accept_suggestions(district=district, by=by)
        messages.success(request, f"{count} certain {suggestions(count)} chosen. Save keeps them.")
    elif posted.do == "save" and not (kept.overtaken or kept.taken):
        changed = drafts.save_choices(district=district, seen=posted.seen, by=by)
        tell_saved(request, access, changed)
    elif posted.do in ("page", "cpage") and posted.on.isdecimal():
        place |= MatchingFilter({posted.do: posted.on}).asked()


def suggestions(count: int) -> str:
    return "suggestion is" if count == 1 else "suggestions are"


def tell(request: HttpRequest, access: Access, kept: Kept) -> None:
    """The second of two people sees what changed, and nobody's choice is lost in silence."""
    if not kept.overtaken and not kept.taken:
        return
    now = Matching(access.district)
    for school in kept.overtaken:
        who = now.draft.chosen_by if now.draft else "Somebody else"
        messages.warning(
            request,
            f"{now.local[school].name}: {who} chose “{now.said(now.chosen.of(school))}” meanwhile,"
            " so your choice was not taken. Choose again if you still want it.",
        )
    for school, owner in kept.taken.items():
        messages.error(
            request,
            f"{now.local[school].name}: this Clever school is matched to {now.local[owner].name}"
            " already. Clear that match first.",
        )


def tell_saved(request: HttpRequest, access: Access, changed: int) -> None:
    """What is in force now, what is missing, and what a run that is on makes of it (H01)."""
    now = Matching(access.district)
    answers = "answer is" if changed == 1 else "answers are"
    said = f"{changed} {answers} saved." if changed else "Nothing had changed."
    if now.progress.complete:
        said += " Every local school has an answer."
    else:
        said += f" {now.progress.open} of {now.progress.total} local schools have none yet."
    messages.success(request, said)
    if changed and now.run:
        messages.warning(
            request,
            f"Run #{now.run.pk} is on. What it has planned already follows the matching of"
            " before; yours applies from the next run.",
        )
