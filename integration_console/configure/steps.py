"""The Configure page: three steps with what is done, what blocks, and which one is next (A20)."""

from collections.abc import Sequence
from dataclasses import dataclass

from clever_sync.models import Connection
from clever_sync.queries import connection_of
from core.vocabulary import RulesetState
from imports.pulls import DEFAULT_ON
from imports.queries import Automation, automation
from imports.words import types as named
from integration_console.configure.order import blocked_by_setup
from integration_console.overview import school_figures
from integration_console.stepper import StepState
from mappings.models import Ruleset
from notifications.models import Recipient
from schools.models import District


@dataclass(frozen=True)
class Part:
    """One of the three steps. `missing` names what is still to be done, `advice` when."""

    title: str
    url_name: str
    text: str
    state: StepState
    notes: Sequence[str] = ()
    next: bool = False


@dataclass(frozen=True)
class Way:
    """Everything on the Configure page. `blocked` says why steps 2 and 3 are closed, or ""."""

    parts: Sequence[Part]
    blocked: str
    connection: Connection | None
    imported: bool

    @property
    def finished(self) -> bool:
        return all(part.state == StepState.DONE for part in self.parts)


def way(district: District) -> Way:
    """How far the district has come on the three steps."""
    connection, blocked, auto = connection_of(district), blocked_by_setup(district), _auto(district)
    told = set(Recipient.objects.filter(district=district).values_list("data_type", flat=True))
    setup = _setup(district, connection, blocked)
    settings = _settings(district, auto, blocked)
    telling = _telling(auto, told, blocked)
    # The order that is recommended: Setup, then who is told of the first import, then the rules.
    recommended = (setup, telling, settings)
    upcoming = next((part for part in recommended if part.state == StepState.OPEN), None)
    parts = [
        Part(p.title, p.url_name, p.text, p.state, p.notes, p is upcoming)
        for p in (setup, settings, telling)
    ]
    return Way(parts, blocked, connection, bool(auto.imported))


def _auto(district: District) -> Automation:
    found = automation(district)
    types = found.types or tuple(str(data_type) for data_type in DEFAULT_ON)
    return Automation(types, found.imported, found.next_due)


def _setup(district: District, connection: Connection | None, blocked: str) -> Part:
    matched, schools = school_figures(district)
    notes = []
    if connection:
        name = connection.clever_name or connection.clever_district_id
        notes = [
            f"The District ID is saved: {name}.",
            f"{matched:,} of {schools:,} {'school is' if schools == 1 else 'schools are'} matched.",
            f"Clever is switched {'on' if connection.enabled else 'off'}.",
        ]
    return Part(
        "Clever Data Integration Setup",
        "setup_clever",
        "Your District ID, the matching of your schools, and the switch.",
        StepState.OPEN if blocked else StepState.DONE,
        [*notes, *([blocked] if blocked else [])],
    )


def _settings(district: District, auto: Automation, blocked: str) -> Part:
    rulesets = Ruleset.objects.filter(district=district, data_type__in=auto.types)
    rows = list(rulesets.values_list("data_type", "state", "version", "confirmed_by"))
    live = {kind: version for kind, state, version, _ in rows if state == RulesetState.ACTIVE}
    drafts = [kind for kind, state, _, _ in rows if state == RulesetState.DRAFT]
    seen = {kind for kind, _, _, confirmed in rows if confirmed}
    untouched = [
        kind
        for kind in auto.types
        if live.get(kind, 0) < 2 and kind not in (*auto.imported, *drafts, *seen)
    ]
    notes = []
    if untouched:
        notes.append(
            f"{named(untouched)}: our first guess stands; nobody has looked at it yet."
            " Open it, look, and press Save."
        )
    if drafts:
        notes.append(f"{named(drafts)}: changes that are not published yet.")
    return Part(
        "Clever Data Integration Settings",
        "settings",
        "For each data type: Match Fields, Define Codes, Sync Settings.",
        _state(blocked, not untouched and not drafts),
        notes or [f"Settings are saved for {named(list(auto.types))}."],
    )


def _telling(auto: Automation, told: set[str], blocked: str) -> Part:
    nobody = [kind for kind in auto.types if kind not in told]
    note = f"Nobody is told of {named(nobody)} yet." if nobody else "Somebody is told of each type."
    return Part(
        "Manage Email Notifications",
        "recipients",
        "Who is told by mail of an import's status, for each data type.",
        _state(blocked, not nobody),
        [note],
    )


def _state(blocked: str, done: bool) -> StepState:
    if blocked:
        return StepState.BLOCKED
    return StepState.DONE if done else StepState.OPEN
