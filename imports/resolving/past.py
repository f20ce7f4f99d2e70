"""What people decided about who is who, newest first, and taking a decision back (C14)."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import Decision
from imports import alerts
from imports.changes import Reader
from imports.models import MatchDecision
from imports.resolving.forms import BehindForm, PastForm
from imports.resolving.process_views import ShownDecision, in_words
from imports.words import Word
from schools.models import Person

PAGE = 50
STAGED = Word("Decided, not processed yet", "info", "clock")
PRESSED = Word("Waits for its run", "info", "loader")
OBEYED = Word("Remembered", "quiet", "history")
DONE = Word("Carried out", "good", "circle-check")


@dataclass(frozen=True)
class Line:
    """A decision, how far it is, and what stands in the way of taking it back ("" if nothing)."""

    shown: ShownDecision
    word: Word
    refused: str
    owner: int | None

    @property
    def row(self) -> MatchDecision:
        return self.shown.row


@login_required
@require_safe
def past(request: HttpRequest, slug: str) -> HttpResponse:
    """Every decision that is in force: by whom, when, carried out by which run."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PEOPLE)
    form, place = PastForm(request.GET or None), BehindForm(request.GET)
    before = place.cleaned_data["after"] if place.is_valid() else None
    rows = MatchDecision.objects.filter(district=access.district)
    asked = form.cleaned_data["decision"] if form.is_valid() else ""
    if asked:
        rows = rows.filter(decision=asked)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("person").order_by("-pk")[: PAGE + 1])
    context: dict[str, Any] = {
        "access": access,
        "form": form,
        "lines": lines_of(access, found[:PAGE]),
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
        "after": before,
        "filtered": bool(asked or before),
    }
    return render(request, "alerts/past.html", context)


def lines_of(access: Access, found: list[MatchDecision]) -> list[Line]:
    """The decisions of a page in words, each with the record that the Clever ID has now."""
    owners = dict(
        Person.objects.filter(
            district=access.district, clever_id__in={d.clever_id for d in found}, archived_at=None
        ).values_list("clever_id", "pk")
    )
    reader = Reader(access.district, access.sees)
    return [
        Line(one, word_of(one.row), alerts.done_for_good(one.row), owners.get(one.row.clever_id))
        for one in in_words(access.district, reader, found)
    ]


def word_of(row: MatchDecision) -> Word:
    """How far a decision is."""
    if row.staged:
        return STAGED
    if row.decision == Decision.NEVER:
        return OBEYED
    return DONE if row.done_in_id else PRESSED


@login_required
@require_POST
def take_back(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Forgets a decision; the next run looks again."""
    access = member(request, slug, Ability.RESOLVE_ALERTS)
    try:
        row = alerts.take_back(decision_id=number, district=access.district, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, taken(access, row))
    return SeeOther(f"{reverse('alert_decisions', args=[slug])}?{request.GET.urlencode()}")


def taken(access: Access, row: MatchDecision) -> str:
    """What comes of it."""
    linked = Person.objects.filter(
        district=access.district, clever_id=row.clever_id, archived_at=None
    ).first()
    if linked is not None and linked.pk != row.person_id:
        return (
            f"Taken back. That person of Clever has record {linked.pk} by now, so nothing changes "
            "by itself. If both are one person, merge the two records."
        )
    return "Taken back. The next run looks at this person again."
