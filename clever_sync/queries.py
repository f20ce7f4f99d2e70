"""What pages and other rooms read of Clever's side."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from clever_sync.mirror import SCHOOL, USER
from clever_sync.models import Connection, MirrorObject, Pull, PullFinding, PullWalk
from core.vocabulary import PullState
from schools.models import District


@dataclass(frozen=True)
class Doubt:
    """A walk that proves nothing: which list, and the code of the reason."""

    what: str
    code: str


def connection_of(district: District) -> Connection | None:
    """The district's connection, or None before a District ID was saved."""
    return Connection.objects.filter(district=district).first()


def clever_schools(connection: Connection) -> QuerySet[MirrorObject]:
    """The schools that Clever shares at present, by name."""
    return MirrorObject.objects.filter(connection=connection, type=SCHOOL, gone_in=None).order_by(
        "payload__name", "clever_id"
    )


def every_school(connection: Connection) -> QuerySet[MirrorObject]:
    """The schools that Clever shares or once shared, by name; `gone_in` tells them apart."""
    return MirrorObject.objects.filter(connection=connection, type=SCHOOL).order_by(
        "payload__name", "clever_id"
    )


def school_labels(connection: Connection, clever_ids: Iterable[str]) -> dict[str, str]:
    """The names of these schools of Clever; of two with one name, each with its id."""
    wanted = set(clever_ids)
    if not wanted:
        return {}
    rows = MirrorObject.objects.filter(
        connection=connection, type=SCHOOL, clever_id__in=wanted
    ).values_list("clever_id", "payload__name")
    names = {clever_id: str(name or clever_id) for clever_id, name in rows}
    often = Counter(names.values())
    return {
        clever_id: name if often[name] == 1 else f"{name} ({clever_id})"
        for clever_id, name in names.items()
    }


def people_per_school(connection: Connection) -> dict[str, int]:
    """How many people of the mirror have each Clever school as their first."""
    rows = (
        MirrorObject.objects.filter(connection=connection, type=USER, gone_in=None)
        .exclude(school=None)
        .values_list("school")
        .annotate(people=Count("id"))
    )
    return {school: people for school, people in rows if school is not None}


def people_were_read(connection: Connection | None, people: Mapping[str, int]) -> bool:
    """Whether people were read already; `people` are those per school that are known.

    Schools are known as soon as Clever is connected, people from the first finished reading on.
    """
    return bool(people) or (connection is not None and last_pull(connection) is not None)


def last_pull(connection: Connection) -> Pull | None:
    """The newest finished pull."""
    return Pull.objects.filter(connection=connection, state=PullState.DONE).order_by("-id").first()


def doubts(pull: Pull) -> list[Doubt]:
    """The walks of a pull that could not be proved, so that nobody was removed because of them."""
    walks = PullWalk.objects.filter(pull=pull, proved=False).order_by("id")
    return [Doubt(walk.what, walk.doubt) for walk in walks]


def findings(pull: Pull, code: str = "") -> QuerySet[PullFinding]:
    """The kept findings of a pull, of one code or all; `pull.finding_counts` has the numbers."""
    found = PullFinding.objects.filter(pull=pull).order_by("id")
    return found.filter(code=code) if code else found
