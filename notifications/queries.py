"""What pages read of who is told by mail. The district always first."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection as database

from core.vocabulary import DataType, EventKind, LetterState
from notifications import mail
from notifications.models import Recipient
from schools.models import District

# Of each address in the lists: its newest letter, when one was last taken, and since when one
# waits that was tried in vain.
_DELIVERIES = """
    SELECT a.email, n.state, n.code, n.said, n.created_at, s.sent_at, w.since
    FROM (SELECT DISTINCT email FROM notifications_recipient WHERE district_id = %(district)s) a
    LEFT JOIN LATERAL (SELECT * FROM notifications_letter l
        WHERE l.district_id = %(district)s AND l.email = a.email AND l.state <> 'withdrawn'
        ORDER BY l.id DESC LIMIT 1) n ON true
    LEFT JOIN LATERAL (SELECT l.sent_at FROM notifications_letter l
        WHERE l.district_id = %(district)s AND l.email = a.email AND l.state = 'sent'
        ORDER BY l.id DESC LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT min(l.created_at) AS since FROM notifications_letter l
        WHERE l.district_id = %(district)s AND l.email = a.email AND l.state = 'waiting'
            AND l.attempts > 0) w ON true
    ORDER BY a.email
"""
# A first try in vain is no trouble yet: the second comes a minute later.
_SOON = 5 * 60


@dataclass(frozen=True)
class Delivery:
    """How mail to an address stands; `state` is that of its newest letter, "" without one."""

    email: str
    state: str
    code: int
    said: str
    created_at: datetime | None
    sent_at: datetime | None
    since: datetime | None

    @property
    def refused(self) -> bool:
        return self.state == LetterState.REFUSED

    @property
    def given_up(self) -> bool:
        return self.state == LetterState.GIVEN_UP

    @property
    def words(self) -> str:
        """What the server said last, with its code."""
        return f"{self.code or ''} {self.said}".strip()


@dataclass(frozen=True)
class MailTrouble:
    """Mail does not get out: to how many addresses it waits since when, and who is not reached."""

    waiting: int
    since: datetime | None
    words: str
    unreached: int


def is_told_of(district: District, kind: EventKind) -> bool:
    """Whether mail leaves this installation, and somebody of the district would get it."""
    told = Recipient.objects.filter(district=district, events__contains=[str(kind)])
    return mail.is_sent() and told.exists()


def deliveries(district: District) -> dict[str, Delivery]:
    """How mail to each address of the lists stands."""
    with database.cursor() as cursor:
        cursor.execute(_DELIVERIES, {"district": district.pk})
        return {
            email: Delivery(email, state or "", code or 0, said or "", *moments)
            for email, state, code, said, *moments in cursor.fetchall()
        }


def mail_trouble(district: District, now: datetime) -> MailTrouble | None:
    """Whether somebody should look at the mail; None if all of it gets out."""
    found = deliveries(district).values()
    late = [d for d in found if d.since and (now - d.since).total_seconds() > _SOON]
    unreached = [d for d in found if d.refused or d.given_up]
    if not late and not unreached:
        return None
    since = min((d.since for d in late if d.since), default=None)
    worst = next((d for d in [*late, *unreached] if d.words), None)
    return MailTrouble(len(late), since, worst.words if worst else "", len(unreached))


def recipients_of(district: District, data_type: DataType) -> list[Recipient]:
    """Who is told of a data type, in the order of their addresses."""
    return list(Recipient.objects.filter(district=district, data_type=data_type).order_by("email"))


def all_recipients(district: District) -> dict[DataType, list[Recipient]]:
    """Who is told, per data type; every type is there."""
    found: dict[DataType, list[Recipient]] = {data_type: [] for data_type in DataType}
    for row in Recipient.objects.filter(district=district).order_by("email"):
        found[DataType(row.data_type)].append(row)
    return found
