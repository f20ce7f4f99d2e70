"""Reads what a letter tells of: its events, their runs, holds and alerts, as plain values."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from accounts.models import SupportGrant
from core.vocabulary import EventKind, RunMode, Trigger
from imports import words
from imports.catalogue import said
from imports.models import Alert, Destruction, Hold, Run, RunEvent
from notifications.models import Letter
from notifications.news import DESTROYS, SUPPORT_SEES, WEBHOOK_OFF
from notifications.render import moment
from notifications.render.facts import Destroyed, Fact, Leave, Problem, Ran, Slice
from schools.models import District, School

DISCONNECTED = "clever_disconnected"
NO_SCHOOL = "Without a school here"


def facts_of(letter: Letter) -> list[Fact]:
    """What the letter tells, oldest first."""
    notices = letter.notices.select_related("event__run").order_by("event")
    return [_fact(letter.district, notice.event, notice.news) for notice in notices]


def _fact(district: District, event: RunEvent, news: bool) -> Fact:
    details: dict[str, Any] = event.details
    code = str(details.get("code", ""))
    run = event.run
    held = _slices(run) if run and event.kind == EventKind.HELD else []
    return Fact(
        kind=event.kind,
        at=moment(event.at, district.time_zone),
        run=_ran(run) if run else None,
        problem=_problem(code) if code else None,
        held=[slice_ for _, slice_ in held],
        rows=_reasons(run) if run and event.kind == EventKind.ALERTS else [],
        count=details.get("rows") or details.get("count") or details.get("times") or 0,
        since=_since(details, district.time_zone),
        types=words.types(event.data_types),
        topics=details.get("topics", ()),
        disconnected=code == DISCONNECTED,
        leave=_leave(details["grant"], district) if event.kind == SUPPORT_SEES else None,
        host=str(details.get("host", "")) if event.kind == WEBHOOK_OFF else "",
        destroyed=_destroyed(details, district) if event.kind == DESTROYS else None,
        links=_links(district, run, [number for number, _ in held]),
        news=news,
    )


def _leave(number: int, district: District) -> Leave:
    grant = SupportGrant.objects.select_related("user").get(pk=number)
    return Leave(grant.user.email, moment(grant.until, district.time_zone), grant.reason)


def _destroyed(details: dict[str, Any], district: District) -> Destroyed:
    row = Destruction.objects.get(pk=details["destruction"])
    due = moment(row.due_at, district.time_zone) if row.due_at else ""
    by = row.cancelled_by if details["what"] == "cancelled" else row.asked_by
    return Destroyed(details["what"], by, due, row.records, sum(row.counts.values()), row.digest)


def _ran(run: Run) -> Ran:
    counts: dict[str, int] = {}
    for actions in run.counts.values():
        for action, number in actions.items():
            counts[action] = counts.get(action, 0) + number
    return Ran(
        name=words.kind(run.mode, run.trigger, first=_is_first(run)),
        number=run.pk,
        types=words.types(run.data_types),
        message=run.message,
        counts=counts,
        test=run.mode == RunMode.TEST,
    )


def _problem(code: str) -> Problem:
    shown = said(code)
    return Problem(shown.title, shown.explanation, f"{shown.fix} ({shown.who}.)".strip())


def _is_first(run: Run) -> bool:
    return run.trigger == Trigger.CLICK and run.tested_run_id is not None


def _slices(run: Run) -> list[tuple[int, Slice]]:
    """What the run holds, with the number of each hold; the most first."""
    holds = list(Hold.objects.filter(run=run).order_by("-count", "pk"))
    names = dict(
        School.objects.filter(
            pk__in={row["school"] for hold in holds for row in hold.schools if row["school"]}
        ).values_list("pk", "name")
    )
    return [
        (
            hold.pk,
            Slice(
                said(hold.cause).title,
                hold.count,
                [(names.get(row["school"], NO_SCHOOL), row["count"]) for row in hold.schools],
            ),
        )
        for hold in holds
    ]


def _reasons(run: Run) -> list[tuple[str, int]]:
    """Why the new alerts of a run were raised, and how many of each; the most first."""
    found = Alert.objects.filter(first_run=run).values_list("reason").annotate(n=Count("pk"))
    return [(said(reason).title, number) for reason, number in found.order_by("-n", "reason")]


def _since(details: dict[str, Any], zone: str) -> str:
    since = details.get("since")
    return moment(datetime.fromisoformat(since), zone) if since else ""


def _links(district: District, run: Run | None, holds: list[int]) -> dict[str, str]:
    """Full addresses of the pages that a mail may lead to, as the console is known outside."""
    places = {
        "overview": reverse("overview", args=[district.slug]),
        "alerts": reverse("alerts", args=[district.slug]),
        "holds": reverse("holds", args=[district.slug]),
        "connection": reverse("setup_clever", args=[district.slug]),
        "schools": reverse("match_schools", args=[district.slug]),
        "recipients": reverse("recipients", args=[district.slug]),
        "activity": reverse("activity", args=[district.slug]),
        "privacy": reverse("privacy", args=[district.slug]),
        "support": reverse("support_access", args=[district.slug]),
        "webhooks": reverse("webhooks", args=[district.slug]),
    }
    if run is not None:
        places["run"] = reverse("run", args=[district.slug, run.pk])
    if len(holds) == 1:
        places["holds"] = reverse("hold", args=[district.slug, holds[0]])
    return {name: f"{settings.CONSOLE_URL}{place}" for name, place in places.items()}
