"""The sidebar: which pages there are, in their order. A page that may not be seen is not there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.access import Ability, Access
from clever_sync.admission import Admission, sharing
from core.vocabulary import AlertState, HoldState
from imports.models import Alert, Hold, StandingProblem
from schools.models import District, School


@dataclass(frozen=True)
class Waits:
    """What waits for a person, and whether Clever Student Integration is there (A18)."""

    admission: Admission
    alerts: int = 0
    staged: int = 0
    held: int = 0
    schools: int = 0
    problems: int = 0


@dataclass(frozen=True)
class Place:
    """One entry. `badge` says how many things wait there, `noun` what they are, and `one`
    what one of them is.

    `sections` are the names of the addresses that belong to it. `also` is needed beside `ability`.
    With `there`, the entry is there only while that says so.
    """

    label: str
    icon: str
    url_name: str
    ability: Ability
    sections: tuple[str, ...] = ()
    badge: Callable[[Waits], int] | None = None
    noun: str = "waiting"
    one: str = ""
    also: Ability | None = None
    there: Callable[[Waits], bool] | None = None


# Where a form is sent to that is shown again, with what was wrong, the page is the same one.
CONFIGURE = (
    *("setup_look", "setup_save", "setup_check", "choose_schools", "automatic", "mail_test"),
    *("settings_upload", "settings_copy", "settings_apply", "confirm_student_id"),
    *("arrival", "setup_clever", "reset_configuration", "match_schools", "create_schools"),
    *("enable", "match_rates", "import_summary", "settings", "match_fields", "define_codes"),
    *("sync_settings", "new_records", "what_if", "versions", "settings_document"),
    *("recipients", "recipients_edit"),
)
PEOPLE_PAGES = (
    *("person", "person_new", "person_edit"),
    *("transferred", "transferred_act", "deleted_people"),
    *("locks", "locks_act", "protected_people", "people_act"),
    *("explain", "explain_ask"),
    *("person_lock", "person_unlock", "person_protect"),
    *("person_unlink", "person_merge_find", "person_merge", "person_take_back", "person_erase"),
)
USER_PAGES = ("users", "user_edit", "user_invite", "support_access", "support_take")
WEBHOOK_PAGES = ("webhooks", "webhook_new", "webhook", "webhook_secret")
TOKEN_PAGES = ("tokens", "token_new")
PLACES = (
    Place(
        "Clever Integration",
        "layout-dashboard",
        "overview",
        Ability.SEE_INTEGRATION,
        ("daily", "daily_pause", "daily_zone", "updates_log", "sync_blackout", "sync_unsaved"),
    ),
    Place(
        "Get ready for Clever",
        "list-checks",
        "get_ready",
        Ability.IMPORT,
        there=lambda waits: not waits.admission.open,
    ),
    Place(
        "Configure",
        "sliders-horizontal",
        "configure",
        Ability.IMPORT,
        CONFIGURE,
        badge=lambda waits: waits.schools,
        noun="schools to match",
        one="school to match",
        there=lambda waits: waits.admission.open,
    ),
    Place(
        "Operations",
        "refresh-cw",
        "operations",
        Ability.SEE_INTEGRATION,
        ("run", "run_undo", "run_log", "charts", "files", "file"),
    ),
    Place(
        "Held changes",
        "hand",
        "holds",
        Ability.SEE_INTEGRATION,
        ("hold", "hold_approve", "hold_check", "hold_discard", "holds_together"),
        badge=lambda waits: waits.held,
        noun="changes held",
        one="change held",
        there=lambda waits: waits.held > 0,
    ),
    Place(
        "Resolve Alerts",
        "user-check",
        "alerts",
        Ability.SEE_INTEGRATION,
        ("alert", "alerts_at_once", "alerts_process", "alert_decisions"),
        badge=lambda waits: waits.alerts,
        noun="to decide",
        also=Ability.SEE_PEOPLE,
        there=lambda waits: waits.alerts + waits.staged > 0,
    ),
    Place(
        "Problems",
        "triangle-alert",
        "problems",
        Ability.SEE_INTEGRATION,
        badge=lambda waits: waits.problems,
        noun="problems",
        one="problem",
        there=lambda waits: waits.problems > 0,
    ),
    Place("People", "users", "people", Ability.SEE_PEOPLE, PEOPLE_PAGES),
    Place(
        "Setup",
        "settings",
        "administration",
        Ability.SEE_INTEGRATION,
        (
            *WEBHOOK_PAGES,
            *TOKEN_PAGES,
            *("terminology", "school_year", *USER_PAGES, "sources", "switch_source"),
            *("source_export", "brakes", "brake", "raise_brakes", "calendar", "calendar_change"),
            *("new_school_year", "get_ready", "privacy", "destroy", "certificate"),
        ),
    ),
    Place("Activity", "history", "activity", Ability.IMPORT),
)


@dataclass(frozen=True)
class Entry:
    place: Place
    current: bool
    count: int

    @property
    def noun(self) -> str:
        return (self.count == 1 and self.place.one) or self.place.noun


def entries(access: Access, url_name: str) -> list[Entry]:
    """What the sidebar shows to this user on the page of this name."""
    places = [p for p in PLACES if access.may(p.ability) and (not p.also or access.may(p.also))]
    counts = waits(access)
    there = [place for place in places if place.there is None or place.there(counts)]
    own = any(place.url_name == url_name for place in there)
    return [
        Entry(
            place=place,
            # A page whose own place is not there for now belongs to another one meanwhile.
            current=url_name == place.url_name if own else url_name in place.sections,
            count=place.badge(counts) if place.badge else 0,
        )
        for place in there
    ]


def waits(access: Access) -> Waits:
    """Everything that the sidebar tells, in one query; nothing is asked for a Librarian."""
    if not access.may(Ability.SEE_INTEGRATION):
        return Waits(Admission(enabled=False, shared=False, allowed=False))
    here = {"district": OuterRef("pk")}
    alerts = Alert.objects.filter(**here)
    held = Hold.objects.filter(**here, state=HoldState.OPEN)
    schools = School.objects.filter(**here, is_district_office=False, matches=None, left_out=None)
    found = District.objects.filter(pk=access.district.pk).values_list(
        "clever_enabled",
        sharing(),
        number(alerts.filter(state=AlertState.OPEN), Count("pk")),
        number(alerts.filter(state=AlertState.STAGED), Count("pk")),
        number(held, Sum("count")),
        number(schools, Count("pk")),
        number(StandingProblem.objects.filter(**here, closed_at=None), Count("pk")),
    )
    enabled, shared, *counts = found.get()
    return Waits(Admission(enabled, shared, access.may(Ability.IMPORT)), *counts)


def number(rows: QuerySet[Any], figure: Count | Sum) -> Coalesce:
    """A figure over all these rows of the district, as a value of the query around it."""
    summed = rows.order_by().values("district").values(figure=figure)
    return Coalesce(Subquery(summed), 0, output_field=IntegerField())
