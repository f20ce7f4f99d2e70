"""The cards of District Administration: each leads somewhere, and only for those who may go."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.access import Ability, Access
from accounts.models import ApiToken, Membership
from clever_sync.admission import Admission
from core.vocabulary import WebhookState
from imports.calendar.queries import calendar_ahead
from imports.models import Brake
from integration_console.administration.year import year_of
from notifications.models import Webhook
from schools.models import District
from schools.queries import RENAMABLE, label
from schools.targets import TARGETS


@dataclass(frozen=True)
class Card:
    """One card: `text` says what is done there, `now` how it stands."""

    title: str
    icon: str
    url_name: str
    text: str
    now: str = ""


def cards(access: Access, admission: Admission, now: datetime) -> list[Card]:
    """What this user finds, in its order; Clever Student Integration by A18 only."""
    return [*_clever(admission), *_district(access, now)]


def _clever(admission: Admission) -> Iterator[Card]:
    if not admission.open:
        return
    yield Card(
        "Clever Student Integration",
        "plug",
        "overview",
        "Student, teacher and staff records follow what your district shares in Clever.",
    )
    yield Card(
        "Get ready for Clever",
        "list-checks",
        "get_ready",
        "The checklist, and the help for your Clever dashboard.",
        "Everything that must be true is true.",
    )


def _district(access: Access, now: datetime) -> Iterator[Card]:
    own = [key for key in RENAMABLE if access.district.terminology.get(key)]
    named = [f"{TARGETS[key].label} is called {label(access.district, key)}." for key in own]
    yield Card(
        "Terminology",
        "type",
        "terminology",
        "The names of fields, as your district calls them.",
        " ".join(named) or "Every field has the name that we give it.",
    )
    yield from _access(access)
    yield Card(
        "Data and privacy",
        "shield-check",
        "privacy",
        "What is kept about people and for how long, what was destroyed, and how all of it goes.",
    )
    yield Card(
        "Other sources",
        "arrow-right-left",
        "sources",
        "PowerSchool SIS, SIF, an older Clever integration, files: how records arrive beside"
        " Clever, and how an old integration is switched off.",
    )
    yield from _files(access)
    year = year_of(access.district, now)
    yield Card(
        "School year",
        "calendar-days",
        "school_year",
        "The day on which the next school year begins, and what it does to class years.",
        f"It begins on {year.begins}; {year.label} is on.",
    )
    yield Card(
        "New school year",
        "graduation-cap",
        "new_school_year",
        "See graduates, moves and grades before they are imported, and let exactly these pass.",
    )
    ahead = calendar_ahead(access.district, now)
    yield Card(
        "School calendar",
        "calendar-off",
        "calendar",
        "Days on which nothing is synced by itself, and days on which nobody is removed.",
        f"{ahead} {'range is' if ahead == 1 else 'ranges are'} on or ahead."
        if ahead
        else "Every day is an ordinary one.",
    )
    yield Card(
        "Brakes",
        "hand",
        "brakes",
        "What looks like an accident is held until somebody looks: from how many people on.",
        brakes_now(access.district),
    )


def _files(access: Access) -> Iterator[Card]:
    if access.may(Ability.IMPORT):
        yield Card(
            "Import from a file",
            "file-up",
            "files",
            "Values that Clever does not carry, for people who are here: seen before they are"
            " written, and never set back by a sync.",
        )


def _access(access: Access) -> Iterator[Card]:
    if not access.may(Ability.MANAGE):
        return
    people = Membership.objects.filter(district=access.district).count()
    yield Card(
        "Users and roles",
        "users",
        "users",
        "Who may come in, and what each may do.",
        f"{people} {'person has' if people == 1 else 'people have'} access.",
    )
    yield Card(
        "Support access",
        "life-buoy",
        "support_access",
        "When Support may see people here, why, and how you end it.",
        "Support sees people now." if access.looking else "Support sees no people now.",
    )
    tokens = ApiToken.objects.filter(district=access.district, ended_at=None).count()
    yield Card(
        "API tokens",
        "key-round",
        "tokens",
        "What other programs of yours get in with, to read records and runs or start a run.",
        f"{tokens or 'No'} {'token is' if tokens == 1 else 'tokens are'} in use.",
    )
    yield Card(
        "Webhooks",
        "webhook",
        "webhooks",
        "Your own systems are told what has happened here: runs, holds, alerts, the connection.",
        webhooks_now(access.district),
    )


def webhooks_now(district: District) -> str:
    """How many webhooks there are, and how many of them do not work."""
    found = Webhook.objects.filter(district=district)
    states = list(found.values_list("state", "failing_since"))
    if not states:
        return "There is none."
    bad = sum(state == WebhookState.DISABLED or since is not None for state, since in states)
    said = f"{len(states)} {'is' if len(states) == 1 else 'are'} set up"
    return f"{said}; {bad} {'does' if bad == 1 else 'do'} not work." if bad else f"{said}."


def brakes_now(district: District) -> str:
    """How many brakes have other values than the default, and how many are off."""
    own = list(Brake.objects.filter(district=district).values_list("off", flat=True))
    if not own:
        return "All of them have their default values."
    off = sum(own)
    said = f"{len(own)} {'has' if len(own) == 1 else 'have'} values of your own"
    return (
        f"{said}; {off} of them {'is' if off == 1 else 'are'} switched off." if off else f"{said}."
    )
