"""The sentence of a row, with the names that it needs, for many rows at a small cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.access import ROLE_NAMES
from accounts.clever_links import REFUSALS
from accounts.models import AuditEvent, SupportGrant, User
from core.vocabulary import DataType
from imports.destroying.tally import NIGHTLY
from imports.words import DATA_TYPES, listed
from integration_console.activity.words import SENTENCES
from schools.models import District, School
from schools.targets import TARGETS

# What a subject names, such as "run 12" or "person:7": the page, and what its link says.
PAGES = {
    "person": ("person", "Record"), "run": ("run", "Run"), "hold": ("hold", "Hold"),
    "alert": ("alert", "Alert"), "destruction": ("certificate", "Certificate"),
    "file": ("file", "File"),
}  # fmt: skip
BY_ITSELF = {"schedule": "The schedule", "": "The console", NIGHTLY: "The nightly purge"}


@dataclass(frozen=True)
class Line:
    """One row of the page: who, as Support or not, what in a sentence, and where it leads."""

    at: datetime
    who: str
    support: bool
    sentence: str
    link: str = ""
    link_label: str = ""


class Facts(dict[str, str]):
    """The facts of a row; one that the row does not tell is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


@dataclass(frozen=True)
class Names:
    """The names that some rows need."""

    users: Mapping[str, str]
    schools: Mapping[int, str]
    grants: Mapping[str, str]
    support: frozenset[str]


def lines(district: District, events: Iterable[AuditEvent]) -> list[Line]:
    """What the rows say, in their order, by a number of queries that does not grow with them."""
    found = list(events)
    names = names_of(district, found)
    return [line(district, event, names) for event in found]


def names_of(district: District, events: list[AuditEvent]) -> Names:
    numbers = {e.subject for e in events if e.verb.startswith("member.") and e.subject.isdigit()}
    given = {e.subject for e in events if e.verb.startswith("support.") and e.subject.isdigit()}
    schools = {e.details["school"] for e in events if isinstance(e.details.get("school"), int)}
    users = User.objects.filter(pk__in=numbers).values_list("pk", "email") if numbers else ()
    places = School.objects.filter(district=district, pk__in=schools) if schools else None
    grants = SupportGrant.objects.filter(district=district, pk__in=given) if given else None
    actors = User.objects.filter(is_staff=True, email__in={event.actor for event in events})
    return Names(
        users={str(pk): email for pk, email in users},
        schools=dict(places.values_list("pk", "name")) if places is not None else {},
        grants={str(pk): reason for pk, reason in grants.values_list("pk", "reason")}
        if grants is not None
        else {},
        support=frozenset(actors.values_list("email", flat=True)),
    )


def line(district: District, event: AuditEvent, names: Names) -> Line:
    said = SENTENCES.get(event.verb)
    template = (
        said.sentence if said else f"{event.verb.replace('_', ' ').capitalize()}: {{subject}}"
    )
    link, label = link_of(district, event.subject)
    return Line(
        at=event.at,
        who=BY_ITSELF.get(event.actor, event.actor),
        support=event.actor in names.support,
        sentence=template.format_map(facts(district, event, names)),
        link=link,
        link_label=label,
    )


def link_of(district: District, subject: str) -> tuple[str, str]:
    """The page of what a subject names, and its label; "" for what has none."""
    what, _, number = subject.replace(":", " ").partition(" ")
    if what not in PAGES or not number.isdigit():
        return "", ""
    page, label = PAGES[what]
    return reverse(page, args=[district.slug, int(number)]), f"{label} {number}"


def facts(district: District, event: AuditEvent, names: Names) -> Facts:
    """Everything that a sentence may name."""
    details = event.details
    found = Facts({name: text_of(value) for name, value in details.items()})
    found["subject"] = event.subject or "–"
    types = event.subject.split("/")[0]
    found["type"] = DATA_TYPES.get(types, types or "–")
    stale = details.get("stale")
    left = "as they were" if event.verb == "file imported" else "for the next run"
    found["stale"] = f", {stale:,} left {left}" if stale else ""
    found["user"] = names.users.get(event.subject, "somebody who is gone")
    for name in ("role", "role_before"):
        if name in details:
            found[name] = ROLE_NAMES.get(details[name], details[name])
    for name in ("fields", "types", "on"):
        if name in details:
            found[name] = listed([label(district, key) for key in details[name]]) or "nothing"
    found["refusal"] = REFUSALS.get(event.subject, "it was not right")
    found["school"] = names.schools.get(details.get("school", 0), "another school")
    if event.verb == "support.grant":
        found["reason"] = names.grants.get(event.subject, "–")
    return found


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return str(value)


def label(district: District, key: str) -> str:
    """A field or a data type as people call it."""
    if key in TARGETS:
        return district.terminology.get(key) or TARGETS[key].label
    return DATA_TYPES.get(DataType(key), key) if key in set(DataType) else key
