"""Process All Updates: what it will carry out, with figures, before it is pressed (A66)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import Decision, RunMode
from imports import alerts, words
from imports.changes import Reader
from imports.models import MatchDecision, Run
from imports.processing import is_stale
from imports.queries import IMPORTED
from imports.resolving import queue
from schools.models import District

SHOWN = 100


@dataclass(frozen=True)
class ShownDecision:
    """A decision in words. `stale`: the record was changed since, so it will be skipped."""

    row: MatchDecision
    name: str
    record: str
    stale: bool

    @property
    def what(self) -> str:
        return {
            Decision.MATCH: "Match",
            Decision.CREATE: "Create Record",
            Decision.NEVER: "Never this pair",
        }.get(Decision(self.row.decision), self.row.decision)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def process(request: HttpRequest, slug: str) -> HttpResponse:
    """The page before it, and the button: one run that carries out what was decided."""
    access = member(request, slug, Ability.RESOLVE_ALERTS)
    if request.method != "POST":
        return render(request, "alerts/process.html", context_of(access))
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


def context_of(access: Access) -> dict[str, Any]:
    """What the run will do and what it will leave; nothing of a type that was never imported."""
    imported = queue.imported(access.district)
    waiting = queue.waiting(access.district)
    of_type = {a.clever_id: a.data_type for a in waiting.only("clever_id", "data_type")}
    decided = [d for d in alerts.staged(access.district) if of_type.get(d.clever_id) in imported]
    reader = Reader(access.district, access.sees)
    rows = in_words(access.district, reader, decided)
    good = [one for one in rows if not one.stale]
    types = sorted({of_type[d.clever_id] for d in decided}, key=list(words.DATA_TYPES).index)
    return {
        "access": access,
        "figures": {
            "match": sum(one.row.decision == Decision.MATCH for one in good),
            "create": sum(one.row.decision == Decision.CREATE for one in good),
            "never": sum(one.row.decision == Decision.NEVER for one in good),
            "stale": len(rows) - len(good),
        },
        "rows": rows[:SHOWN],
        "more": len(rows) - len(rows[:SHOWN]),
        "good": len(good),
        "types": words.types(types) if types else "",
        "last": last_sync(access.district),
        "staged": queue.staged(access.district, imported),
        "undecided": waiting.filter(state="open").count(),
    }


def last_sync(district: District) -> Run | None:
    """The last run that wrote something here."""
    runs = Run.objects.filter(district=district, mode=RunMode.LIVE, state__in=IMPORTED)
    return runs.order_by("-pk").first()


def in_words(
    district: District, reader: Reader, decided: Sequence[MatchDecision]
) -> list[ShownDecision]:
    """Decisions with the names of both sides, as the reader may see them."""
    found = alerts.names_in_clever(district, [d.clever_id for d in decided])
    return [
        ShownDecision(
            row=d,
            name=reader.full_name(*found.get(d.clever_id, ("", "")))
            or f"Clever ID {reader.text('clever_id', d.clever_id)}",
            record=reader.full_name(d.person.first_name, d.person.last_name) if d.person else "",
            stale=d.staged and is_stale(d),
        )
        for d in decided
    ]
