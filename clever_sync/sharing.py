"""What Clever shares differently than it did in the last days (C21)."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from django.db import connection as database
from django.db.models import Count, Max

from clever_sync.contents import EXTENSION_FIELD
from clever_sync.drift import Fills, collapses
from clever_sync.mirror import SCHOOL, USER
from clever_sync.models import MirrorObject, Pull, PullFill, PullFinding
from clever_sync.sources import EXTENSION, SOURCES
from core.problems import Finding

NEWS_LASTS = timedelta(days=7)
# Below this share of the people nothing can have collapsed, so nothing is counted anew.
WORTH_COUNTING = 100


@dataclass(frozen=True)
class News:
    """Something that Clever shares differently. `role` is "" where it is about no single role."""

    role: str
    finding: Finding
    people: int


def news(pull: Pull) -> list[News]:
    """What is new in the seven days before a finished pull: fields that lost their values,
    schools that went, extension fields that came. Counts what it compares on its way.

    A school that came is told by the rules, with the people who wait for its match."""
    _count(pull)
    return [*_fields(pull), *_schools_gone(pull), *_extensions(pull)]


def _count(pull: Pull) -> None:
    """Counts the fills of a pull, if enough has changed since they were counted last.

    Slow changes add up, since what changed is compared with the pull that was counted last.
    """
    people = MirrorObject.objects.filter(connection=pull.connection_id, type=USER)
    last = _newest_counted(pull)
    if last is not None:
        changed = people.filter(changed_in__gt=last).count()
        if last >= pull.pk or changed * WORTH_COUNTING < people.count():
            return
    with database.cursor() as cursor:
        cursor.execute(
            """
            WITH living AS (
                SELECT r.role, m.payload FROM clever_sync_mirrorobject m, unnest(m.roles) r(role)
                WHERE m.connection_id = %(connection)s AND m.type = 'user'
                    AND m.gone_in_id IS NULL AND m.absent_in_id IS NULL
            )
            INSERT INTO clever_sync_pullfill (pull_id, role, source, people)
            SELECT %(pull)s, role, '', count(*) FROM living GROUP BY role
            UNION ALL
            SELECT %(pull)s, role, k.source, count(*)
            FROM living, jsonb_object_keys(payload) k(source)
            WHERE k.source <> 'unreadable' GROUP BY role, k.source
            """,
            {"pull": pull.pk, "connection": pull.connection_id},
        )


def _newest_counted(pull: Pull) -> int | None:
    counted = PullFill.objects.filter(pull__connection=pull.connection_id)
    newest: int | None = counted.aggregate(newest=Max("pull"))["newest"]
    return newest


def _fields(pull: Pull) -> list[News]:
    *earlier, present = _recent_fills(pull) or [{}]
    return [
        News(one.role, Finding("fill_collapsed", _label(one.source), _shares(one.before, one.now)),
             one.people)
        for one in collapses(earlier, present)
        if _belongs(one.source, one.role)
    ]  # fmt: skip


def _shares(before: int, now: int) -> str:
    return f"{before} % before, {now} % now"


def _label(source: str) -> str:
    return SOURCES[source].label if source in SOURCES else source


def _belongs(source: str, role: str) -> bool:
    """A teacher who is staff as well has the fields of both; each is told of its own role."""
    named = SOURCES[source].role if source in SOURCES else source.partition(".")[0]
    return named in ("", role)


def _recent_fills(pull: Pull) -> list[Fills]:
    """The figures in force in the seven days before a pull, oldest first; the last is its own."""
    fills = PullFill.objects.filter(pull__connection=pull.connection_id, pull__lte=pull.pk)
    before = fills.filter(pull__finished_at__lt=_since(pull)).aggregate(newest=Max("pull"))
    rows = fills.filter(pull__gte=before["newest"] or 0).order_by("pull_id")
    return [
        {(role, source): people for _, role, source, people in figures}
        for _, figures in groupby(
            rows.values_list("pull_id", "role", "source", "people"), key=lambda row: row[0]
        )
    ]


def _since(pull: Pull) -> object:
    """The beginning of the days that are compared."""
    return (pull.finished_at or pull.started_at) - NEWS_LASTS


def _schools_gone(pull: Pull) -> list[News]:
    gone = MirrorObject.objects.filter(
        connection=pull.connection_id,
        type=SCHOOL,
        gone_in__finished_at__gte=_since(pull),
        gone_in__lte=pull.pk,
    )
    return [
        News("", Finding("school_no_longer_shared", value=name), people)
        for name, people in _with_people(pull, dict(gone.values_list("clever_id", "payload__name")))
    ]


def _with_people(pull: Pull, schools: dict[str, str]) -> list[tuple[str, int]]:
    """Each school's name with how many people have, or last had, it as their first."""
    if not schools:
        return []
    people = MirrorObject.objects.filter(
        connection=pull.connection_id, type=USER, school__in=list(schools)
    )
    numbers = dict(people.values_list("school").annotate(number=Count("pk")))
    return [(name, numbers.get(school, 0)) for school, name in sorted(schools.items())]


def _extensions(pull: Pull) -> list[News]:
    seen = PullFinding.objects.filter(pull__connection=pull.connection_id, code=EXTENSION_FIELD)
    began = Pull.objects.filter(connection=pull.connection_id).order_by("pk").first()
    new = seen.filter(pull__finished_at__gte=_since(pull), pull__lte=pull.pk).exclude(pull=began)
    return [
        News(name.partition(EXTENSION)[0], Finding("extension_field_new", name), 0)
        for name in new.values_list("field", flat=True).order_by("field")
    ]
