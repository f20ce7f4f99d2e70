"""The list of districts: the state of each at a glance (C33)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.access import ABILITIES, ROLE_NAMES, SUPPORT, Ability
from accounts.models import Membership, User
from clever_sync.models import Connection
from core.vocabulary import ConnectionState, RunMode
from imports.models import Run
from imports.queries import open_held
from imports.words import Word, of_run
from integration_console.overview import CONNECTIONS, NOT_CONNECTED
from schools.models import District

MOST = 100


@dataclass(frozen=True)
class Row:
    """A district as its member sees it. `integration` is False for a Librarian."""

    district: District
    role: str
    integration: bool
    connection: Word
    last_state: Word | None
    last_at: datetime | None


def of(user: User, text: str) -> list[Row]:
    """The user's districts, for Support all of them; one more than is shown."""
    found = District.objects.filter(Q(name__icontains=text) | Q(slug__icontains=text))
    if not user.is_staff:
        found = found.filter(memberships__user=user)
    return [row(district) for district in with_state(found, user)[: MOST + 1]]


def with_state(found: QuerySet[District], user: User) -> QuerySet[District]:
    live = Run.objects.filter(district=OuterRef("pk"), mode=RunMode.LIVE).order_by("-pk")
    mine = Membership.objects.filter(district=OuterRef("pk"), user=user)
    connections = Connection.objects.filter(district=OuterRef("pk"))
    return found.annotate(
        my_role=Subquery(mine.values("role")[:1]),
        connection_state=Subquery(connections.values("state")[:1]),
        last_state=Subquery(live.values("state")[:1]),
        last_held=Subquery(live.annotate(held=open_held()).values("held")[:1]),
        last_at=Subquery(live.values("created_at")[:1]),
    ).order_by("name", "pk")


def row(district: District) -> Row:
    read = district.__dict__
    role, state = read["my_role"] or SUPPORT, read["connection_state"]
    integration, last = Ability.SEE_INTEGRATION in ABILITIES[role], read["last_state"]
    return Row(
        district=district,
        role=ROLE_NAMES[role],
        integration=integration,
        connection=CONNECTIONS[ConnectionState(state)] if state else NOT_CONNECTED,
        last_state=of_run(last, read["last_held"]) if integration and last else None,
        last_at=read["last_at"] if integration else None,
    )
