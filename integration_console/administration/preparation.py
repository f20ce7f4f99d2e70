"""Get ready for Clever: what must be true, who must act, and how far each of them is.

The four steps are those of B17; the conditions are those of A18, with what stands before them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.access import Access
from clever_sync.admission import Admission, admission
from clever_sync.models import Connection
from clever_sync.queries import clever_schools, connection_of
from core.vocabulary import ConnectionState, EventKind
from imports.catalogue import ShownProblem, said
from imports.words import Word
from notifications.queries import is_told_of
from schools.models import District

# "Please allow 24-36 hours" (B64); later than that somebody should ask.
PATIENCE = timedelta(hours=36)
YES = Word("Done", "good", "circle-check")
NO = Word("Missing", "wait", "triangle-alert")
WAITS = Word("Waiting", "wait", "clock")
UNKNOWN = Word("Not known yet", "quiet", "circle")


@dataclass(frozen=True)
class Need:
    """One line of the checklist: what must be true, who must act, how it stands."""

    title: str
    who: str
    word: Word
    note: str


@dataclass(frozen=True)
class Preparation:
    """Everything on the page. `now` is the moment at which it was read."""

    district: District
    connection: Connection | None
    admission: Admission
    role: str
    schools: int
    now: datetime
    told_by_mail: bool = False

    @property
    def waiting(self) -> bool:
        """An id is saved, and Clever does not let us read yet (B64)."""
        return self.connection is not None and self.connection.state in (
            ConnectionState.NEW,
            ConnectionState.WAITING,
        )

    @property
    def readable(self) -> bool:
        return self.connection is not None and self.connection.state == ConnectionState.READY

    @property
    def nothing_shared(self) -> bool:
        """Clever lets us in, and no school is there (A10)."""
        return self.readable and not self.schools

    @property
    def overdue(self) -> bool:
        since = self.connection.waiting_since if self.connection else None
        return self.waiting and since is not None and self.now - since > PATIENCE

    @property
    def attention(self) -> ShownProblem | None:
        """What Clever said when it refused us."""
        code = self.connection.attention if self.connection else ""
        return said(code) if code and not self.readable else None

    @property
    def step(self) -> int:
        """The step of the four that is next; 5 when all are done."""
        if not self.district.clever_enabled:
            return 1
        if self.connection is None:
            return 3
        if not self.admission.shared:
            return 2
        return 5 if self.connection.enabled else 4

    @property
    def done(self) -> dict[str, bool]:
        """Which of the four steps are done, by their numbers as words, for the template."""
        return {
            "contact": self.district.clever_enabled,
            "add": self.admission.shared,
            "locate": self.connection is not None,
            "enable": self.step == 5,
        }

    @property
    def needs(self) -> list[Need]:
        return [
            Need(
                "Your district has an account here",
                "You",
                YES,
                "It is an account of the whole district, as the integration needs it."
                " If one is missing for somebody, contact your account manager.",
            ),
            Need(
                "Your role may import district data",
                "An owner of your district",
                YES,
                f"Your role is {self.role}.",
            ),
            self._sis,
            self._support,
            self._sharing,
        ]

    @property
    def _sis(self) -> Need:
        title, who = "Your district's SIS syncs with Clever", "Your SIS and Clever"
        if self.connection and self.connection.last_sync:
            return Need(title, who, YES, "Clever has data of your district.")
        note = "If your district is already set up on Clever, this should already be done."
        return Need(title, who, UNKNOWN, note)

    @property
    def _support(self) -> Need:
        title, who = "Support has enabled the Clever integration", "Support"
        if self.district.clever_enabled:
            return Need(title, who, YES, "The integration is enabled for your district.")
        if self.district.clever_requested_at:
            return Need(title, who, WAITS, "You have asked; Support enables it.")
        return Need(title, "You, then Support", NO, "Ask Support to enable it: step 1 below.")

    @property
    def _sharing(self) -> Need:
        title, who = "Data-sharing permissions are set up in Clever", "You, in Clever"
        if self.admission.shared:
            schools = f"{self.schools} {'school is' if self.schools == 1 else 'schools are'}"
            return Need(title, who, YES, f"{schools} shared. What is shared is chosen in Clever.")
        if self.nothing_shared:
            note = (
                "Clever lets us read, but nothing is shared: choose Share by District, see step 2."
            )
            return Need(title, who, NO, note)
        if self.waiting:
            return Need(title, "Clever and we", WAITS, "Clever does not let us read yet.")
        if self.connection:
            return Need(title, who, NO, "Clever does not let us read any more.")
        return Need(title, who, UNKNOWN, "We can look as soon as your District ID is saved here.")


def preparation(access: Access, now: datetime) -> Preparation:
    """How far the district is on its way to Clever."""
    connection = connection_of(access.district)
    waits = connection is not None and connection.state == ConnectionState.WAITING
    return Preparation(
        district=access.district,
        connection=connection,
        admission=admission(access),
        role=access.role_name,
        schools=clever_schools(connection).count() if connection else 0,
        now=now,
        told_by_mail=waits and is_told_of(access.district, EventKind.APPROVED),
    )
