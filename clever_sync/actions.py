"""What people do with the connection: connect it, check it, reset it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from clever_sync import mirror
from clever_sync.asking import ask_clever, quick_client, school_pages
from clever_sync.client import CleverClient, new_client
from clever_sync.district_id import parse_district_id
from clever_sync.faults import DistrictGone, TokenRefused, WrongDistrict
from clever_sync.models import Connection, MirrorObject, PageSeal, Pull
from clever_sync.pull import note_district
from clever_sync.reader import SchoolReader
from clever_sync.states import CONNECTION
from clever_sync.wire import Page
from core.problems import ConsoleError
from core.states import one
from core.vocabulary import ConnectionState
from schools.models import District


@dataclass(frozen=True)
class Look:
    """What Clever says of a District ID. Without a name it has not approved us yet (B64)."""

    clever_id: str
    name: str = ""
    state: str = ""
    schools: int = 0

    @property
    def waiting(self) -> bool:
        return not self.name


def look(*, district: District, text: str, client: CleverClient | None = None) -> Look:
    """What Clever calls the district of what was pasted, before anything is stored (B39).

    Raises ConsoleError where `connect` would: for text without an id, an id that is used here
    already, and when Clever answers for another district or not at all.
    """
    clever_id = parse_district_id(text)
    _refuse_taken(district, clever_id)
    with client or quick_client() as clever:
        found = ask_clever(clever, clever_id)
        if found is None:
            return Look(clever_id)
        schools = sum(len(page.ids) for page in school_pages(clever))
    return Look(clever_id, found.name or clever_id, found.state, schools)


def connect(
    *, district: District, text: str, by: str, client: CleverClient | None = None
) -> Connection:
    """Stores the District ID of what was pasted, verifies it at Clever and loads its schools.

    When the district has not connected the application in Clever yet, the id is stored and the
    connection waits. Raises ConsoleError with a sentence for people, and then changes nothing:
    for text without an id, an id of another district here, or when Clever answers for another
    district or not at all.
    """
    clever_id = parse_district_id(text)
    _refuse_taken(district, clever_id)
    with client or new_client() as clever:
        found = ask_clever(clever, clever_id)
        pages = [] if found is None else school_pages(clever)
    with transaction.atomic():
        connection = _store(district, clever_id)
        now = timezone.now()
        if found is None:
            _wait(connection, now)
        else:
            note_district(connection, found, now)
            _take_schools(connection, pages)
        audit.record(district, by, "clever.connect", clever_id, state=str(connection.state))
    return connection


def check(*, connection: Connection, client: CleverClient | None = None) -> Connection:
    """Asks Clever again: the district, its state and its schools. Notes what the answer means.

    Raises ConsoleError when Clever cannot be reached; the connection then stays as it is.
    """
    clever_id = connection.clever_district_id
    with client or new_client() as clever:
        try:
            found = ask_clever(clever, clever_id)
            pages = [] if found is None else school_pages(clever)
        except ConsoleError as refused:
            _note_refusal(connection, refused.code)
            raise
    with transaction.atomic():
        now = timezone.now()
        if found is None:
            _wait(connection, now)
        else:
            note_district(connection, found, now)
            _take_schools(connection, pages)
    return connection


def reset(*, district: District, by: str) -> None:
    """Forgets the connection and everything that was read through it. No record here is touched.

    Whoever calls it has stopped the schedule and any run (A25); links of people are not ours.
    """
    with transaction.atomic():
        connection = Connection.objects.select_for_update().filter(district=district).first()
        if connection is None:
            return
        clever_id = connection.clever_district_id
        _forget_mirror(connection)
        connection.delete()
        audit.record(district, by, "clever.reset", clever_id)


def _refuse_taken(district: District, clever_id: str) -> None:
    other = Connection.objects.filter(clever_district_id=clever_id).exclude(district=district)
    if other.exists():
        raise _taken()
    mine = Connection.objects.filter(district=district).first()
    if mine and mine.clever_district_id != clever_id and mine.last_full_pull_id is not None:
        raise ConsoleError(
            "This district already syncs with another District ID."
            " Reset the Clever configuration first; all records stay.",
            code="district_id_fixed",
        )


def _taken() -> ConsoleError:
    return ConsoleError(
        "This District ID is already used by another district of this console."
        " Check that you copied the ID of your own district.",
        code="district_id_taken",
    )


def _store(district: District, clever_id: str) -> Connection:
    try:
        # A savepoint: somebody may have stored the same id since we looked.
        with transaction.atomic():
            connection, created = Connection.objects.select_for_update().get_or_create(
                district=district, defaults={"clever_district_id": clever_id}
            )
            if not created and connection.clever_district_id != clever_id:
                _forget_mirror(connection)
                connection.clever_district_id = clever_id
                connection.save(update_fields=["clever_district_id"])
    except IntegrityError:
        raise _taken() from None
    return connection


def _wait(connection: Connection, now: datetime) -> None:
    connection.waiting_since = connection.waiting_since or now
    connection.checked_at = now
    _move(
        connection,
        ConnectionState.WAITING,
        waiting_since=connection.waiting_since,
        checked_at=now,
    )


def _note_refusal(connection: Connection, code: str) -> None:
    states = {
        TokenRefused.code: ConnectionState.NEEDS_ATTENTION,
        WrongDistrict.code: ConnectionState.NEEDS_ATTENTION,
        DistrictGone.code: ConnectionState.DISCONNECTED,
    }
    if code in states:
        _move(connection, states[code], attention=code)


def _move(connection: Connection, state: ConnectionState, **changes: Any) -> None:
    CONNECTION.move(one(Connection, connection.pk), state, **changes)
    connection.refresh_from_db()


def _take_schools(connection: Connection, pages: list[Page]) -> None:
    """Adds and updates schools; which are gone is for a pull to say."""
    reader = SchoolReader()
    after = ""
    for page in pages:
        span = mirror.Span(connection.pk, mirror.SCHOOL, "", after, page.ids[-1])
        mirror.take_page(span, page, reader)
        after = page.ids[-1]


def _forget_mirror(connection: Connection) -> None:
    # One statement per table: Django's own cascade would read every row first.
    for rows in (
        MirrorObject.objects.filter(connection=connection),
        PageSeal.objects.filter(connection=connection),
    ):
        rows._raw_delete(rows.db)
    Connection.objects.filter(pk=connection.pk).update(last_full_pull=None)
    Pull.objects.filter(connection=connection).delete()
