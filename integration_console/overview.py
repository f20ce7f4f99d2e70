"""The overview of a district: what is going on, is it safe, what to do next."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from accounts.access import Ability, Access
from clever_sync.admission import Admission, admission
from clever_sync.models import Connection
from core.vocabulary import ConnectionState, DataType
from imports import actions, queries
from imports.calendar.today import Today, today
from imports.headline import Headline, headline
from imports.models import Run
from imports.shown import Shown, cancelling
from imports.words import Word
from integration_console.chart import Chart, stacked
from integration_console.health import banner
from notifications import queries as mail
from schools.models import District, School

CONNECTIONS = {
    ConnectionState.NEW: Word("Not verified yet", "wait", "clock"),
    ConnectionState.WAITING: Word("Waiting for approval", "wait", "clock"),
    ConnectionState.READY: Word("Connected", "good", "circle-check"),
    ConnectionState.NEEDS_ATTENTION: Word("Needs attention", "bad", "triangle-alert"),
    ConnectionState.DISCONNECTED: Word("Disconnected", "bad", "unplug"),
}
NOT_CONNECTED = Word("Not connected", "quiet", "unplug")
CLEVER_STATES = {
    "running": Word("Running", "good", "circle-check"),
    "success": Word("Sync successful", "good", "circle-check"),
    "pending": Word("Pending at Clever", "wait", "clock"),
    "paused": Word("Paused at Clever", "wait", "circle-pause"),
    "error": Word("Error at Clever", "bad", "circle-x"),
}
DEFAULT_TYPES = (DataType.STUDENT, DataType.TEACHER)


@dataclass(frozen=True)
class Todo:
    """One line of "What to do next", with the name of the address where it is done.

    `where` says to which page's steps it belongs, as those pages count them.
    """

    label: str
    text: str
    done: bool
    url_name: str = ""
    where: str = ""


@dataclass(frozen=True)
class Overview:
    """Everything on the page. `why_not` says in a sentence why Start Import is not possible.

    `asleep` is there while nobody works in the background.
    """

    enabled: bool
    admission: Admission
    connection: Connection | None
    word: Word
    clever: Word | None
    matched: int
    schools: int
    running: Shown | None
    recent: list[Shown]
    last: Shown | None
    test: Shown | None
    waiting: queries.Waiting
    automation: queries.Automation
    days: list[queries.Day]
    chart: Chart
    why_not: str
    headline: Headline | None
    may_cancel: bool
    asleep: banner.Waiting | None
    mails: mail.MailTrouble | None
    calendar: Today

    @property
    def imported(self) -> bool:
        return bool(self.automation.imported)

    @property
    def types(self) -> list[str]:
        """The data types that Test Import is offered for."""
        return list(self.automation.types or DEFAULT_TYPES)

    @property
    def readable(self) -> bool:
        """Clever gives us what the district shares."""
        return self.connection is not None and self.connection.state == ConnectionState.READY

    @property
    def switched_on(self) -> bool:
        return self.connection is not None and self.connection.enabled

    @property
    def ready(self) -> bool:
        """Everything that a test needs is there."""
        return self.enabled and self.readable and self.switched_on and self.matched > 0

    @property
    def changed(self) -> bool:
        return any(
            day.created or day.updated or day.left or day.problems or day.matched
            for day in self.days
        )

    @property
    def matches(self) -> list[queries.Day]:
        """The days on which people were matched: at the first import nearly all, so not drawn."""
        return [day for day in self.days if day.matched]

    @property
    def todos(self) -> list[Todo]:
        """The way to the first import, with what is missing."""
        partly = f"{self.matched} of {self.schools} schools are matched. "
        if not self.schools:
            partly = "There is no local school yet; they can be made from Clever's list. "
        return [
            Todo(
                "Connect Clever",
                "The district's Clever ID is stored here, and Clever lets us read.",
                self.readable,
                "get_ready",
                "Get ready for Clever, steps 1 to 3",
            ),
            Todo(
                "Match schools",
                partly + "People of a school that is not matched stay as they are.",
                0 < self.schools <= self.matched,
                "match_schools",
                "Configure, step 1 of 3",
            ),
            Todo(
                "Switch Clever on",
                "From then on the records here follow Clever.",
                self.switched_on,
                "enable",
                "Configure, step 1 of 3",
            ),
            Todo(
                "Test Import",
                "Shows every change before any record is touched.",
                self.test is not None or self.imported,
                where="Import Summary, after the three steps of Configure",
            ),
            Todo(
                "Start Import",
                "Writes what the test has shown. What looks like an accident is held.",
                self.imported,
                where="Import Summary",
            ),
        ]


def overview(access: Access, now: datetime) -> Overview:
    district = access.district
    connection = Connection.objects.filter(district=district).first()
    automation = queries.automation(district)
    last, test, running = (
        find(district) for find in (queries.last_import, queries.last_test, queries.active_run)
    )
    days = queries.days(district, now)
    imported = bool(automation.imported)
    matched, schools = school_figures(district)
    return Overview(
        enabled=district.clever_enabled,
        admission=admission(access),
        connection=connection,
        word=CONNECTIONS[ConnectionState(connection.state)] if connection else NOT_CONNECTED,
        clever=CLEVER_STATES.get(connection.clever_state) if connection else None,
        matched=matched,
        schools=schools,
        running=Shown(running, now) if running else None,
        recent=[Shown(run, now) for run in queries.latest_runs(district, 5)],
        last=Shown(last, now) if last else None,
        test=Shown(test, now) if test else None,
        waiting=queries.waiting(district),
        automation=automation,
        days=days,
        chart=stacked(
            [f"{day.day:%b} {day.day.day}" for day in days],
            [(day.updated, day.created, day.left, day.problems) for day in days],
        ),
        may_cancel=running is not None and access.may(cancelling(running)),
        why_not="" if imported else why_not_start(access, test, running is not None),
        headline=headline(district, now) if imported else None,
        asleep=banner.waiting(now) if connection else None,
        mails=mail.mail_trouble(district, now) if access.may(Ability.IMPORT) else None,
        calendar=today(district, now),
    )


def why_not_start(access: Access, test: Run | None, running: bool) -> str:
    """Why Start Import is not possible now, in a sentence; "" when it is."""
    if not access.may(Ability.IMPORT):
        return "Owners and import admins of the district start imports."
    if running:
        return "Start Import is possible when the run that is on has finished."
    types = [DataType(data_type) for data_type in test.data_types] if test else DEFAULT_TYPES
    return actions.why_not_start(access.district, types, test)


def school_figures(district: District) -> tuple[int, int]:
    """How many local schools are matched, and how many there are (the office left out)."""
    figures = School.objects.filter(district=district, is_district_office=False).aggregate(
        matched=Count("pk", filter=Q(matches__isnull=False), distinct=True),
        schools=Count("pk", distinct=True),
    )
    return figures["matched"], figures["schools"]
