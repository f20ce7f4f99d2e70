"""What-if: how a draft would change people, before it is published (C03).

A run of its own mode that plans from the mirror as the last pull left it, without a word to
Clever: once with what is published and once with the draft. It settles nothing, opens no hold and
no alert, sends no event, can never be imported, and gives way to any other run.
"""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from accounts import audit
from clever_sync.models import Pull
from clever_sync.queries import connection_of, last_pull
from core.problems import ConsoleError
from core.vocabulary import KIND_OF_TYPE, ROLES_OF_TYPE, DataType, RunMode, RunState
from imports import bell, queries, rows
from imports.lease import database_now
from imports.models import Run, WhatIf
from imports.pulls import enabled_types
from imports.states import ACTIVE, RUN
from imports.words import DATA_TYPES
from mappings.actions import check
from mappings.models import Ruleset
from mappings.queries import active_specs, draft_of, mapped_sources, school_map, spec_of
from schools.models import District

Answers = Mapping[str, int | None]


def ask(*, district: District, data_type: DataType, schools: Answers | None = None, by: str) -> Run:
    """Queues the what-if of a type's draft, and of drafted answers for schools if given (C03).

    Earlier what-ifs of this type are forgotten. Raises ConsoleError with what is missing, for a
    draft that could not be published, and while another run is on.
    """
    draft = draft_of(district, data_type)
    pull = _ready(district, data_type, draft, schools)
    base, drafted = _settings(district, data_type, draft, schools)
    try:
        with transaction.atomic():
            forget(district, data_type)
            run = _queued(district, pull, base, drafted, data_type, schools, by)
            audit.record(district, by, "what_if", str(data_type), run=run.pk)
            bell.ring(run.pk)
    except IntegrityError:
        on = queries.active_run(district)
        name = f"Run {on}" if on else "A run"
        raise ConsoleError(
            f"{name} is on. What would change can be worked out when it has finished.",
            code="run_is_on",
        ) from None
    return run


def _ready(
    district: District, data_type: DataType, draft: Ruleset | None, schools: Answers | None
) -> Pull:
    """The pull whose mirror is planned from. Raises ConsoleError."""
    if draft is None and schools is None:
        raise ConsoleError("There is no draft whose effect could be shown.", code="no_draft")
    if draft is not None:
        check(district, spec_of(draft))
    pull = pull_to_plan_from(district)
    if pull is None:
        raise ConsoleError(
            "Clever has not been read yet. Run a Test Import first: it reads Clever and changes "
            "no record.",
            code="no_pull",
        )
    if not set(ROLES_OF_TYPE[data_type]) & set(pull.roles):
        raise ConsoleError(
            f"{DATA_TYPES[data_type]} have not been read from Clever yet. Run a Test Import of "
            f"{DATA_TYPES[data_type].lower()} first.",
            code="not_read",
        )
    if not any(school_map(district, schools).local.values()):
        raise ConsoleError(
            "No school is matched yet, so nobody could be placed. Match your schools first.",
            code="no_school_matched",
        )
    return pull


def pull_to_plan_from(district: District) -> Pull | None:
    """The newest finished pull; None before Clever was read for the first time."""
    connection = connection_of(district)
    return last_pull(connection) if connection else None


def _settings(
    district: District, data_type: DataType, draft: Ruleset | None, schools: Answers | None
) -> tuple[dict[str, int], dict[str, int]]:
    """The versions of both plans: those that daily runs take, and the same with the draft.

    Other kinds of people do not depend on this draft; on the matching of schools they do.
    """
    kind = KIND_OF_TYPE[data_type]
    types = [
        t
        for t in enabled_types(district, [data_type])
        if schools is not None or KIND_OF_TYPE[t] is kind
    ]
    base = {str(spec.data_type): spec.id for spec in active_specs(district, types)}
    drafted = base | ({str(data_type): draft.pk} if draft is not None else {})
    return base, drafted


def _queued(
    district: District,
    pull: Pull,
    base: dict[str, int],
    drafted: dict[str, int],
    data_type: DataType,
    schools: Answers | None,
    by: str,
) -> Run:
    """Both sides of a what-if, in the database. Everybody is looked at, for both alike."""
    now = database_now()
    types = [str(t) for t in DataType if str(t) in drafted]
    same = {"district": district, "mode": RunMode.WHAT_IF, "data_types": types, "pull": pull}
    run = Run.objects.create(**same, requested_by=by, full=True, settings=drafted, schools_key=b"")
    published = Run.objects.create(
        **same, full=True, settings=base, now=now, finished_at=now, state=RunState.DISCARDED
    )
    given = None if schools is None else dict(schools)
    WhatIf.objects.create(run=run, base=published, data_type=data_type, schools=given)
    return run


def forget(district: District, data_type: DataType) -> None:
    """Ends a what-if that is on, and forgets the earlier ones of this type with their plans."""
    active = Run.objects.filter(district=district, mode=RunMode.WHAT_IF)
    RUN.move(active, RunState.CANCELLED, finished_at=database_now(), lease_until=None)
    older = WhatIf.objects.filter(run__district=district, data_type=data_type)
    for one in older.select_related("run", "base"):
        for run in (one.run, one.base):
            rows.clear(run)
            run.delete()


def base_of(run: Run) -> Run | None:
    """The published side, on the clock of the run; None if the draft is not there any more."""
    if Ruleset.objects.filter(pk__in=run.settings.values()).count() < len(run.settings):
        return None
    base = WhatIf.objects.select_related("base__district", "base__pull").get(run=run).base
    Run.objects.filter(pk=base.pk).update(now=run.now)
    base.now = run.now
    return base


def latest(district: District, data_type: DataType) -> WhatIf | None:
    """The newest what-if of a type."""
    found = WhatIf.objects.filter(run__district=district, data_type=data_type)
    return found.select_related("run__pull", "base").order_by("-pk").first()


def is_current(
    what_if: WhatIf, active: Ruleset | None, draft: Ruleset | None, schools: Answers | None
) -> bool:
    """Whether it was asked about what is published, and drafted, at present."""
    published = what_if.base.settings.get(what_if.data_type)
    drafted = what_if.run.settings.get(what_if.data_type)
    given = None if schools is None else dict(schools)
    return (
        published == (active.pk if active else None)
        and drafted == (draft.pk if draft else published)
        and what_if.schools in (None, given)
    )


def not_read_yet(district: District, draft: Ruleset, pull: Pull) -> list[str]:
    """The draft's sources that the last pull did not keep: their values are not here yet (B04)."""
    return sorted(mapped_sources(district, [draft.pk]) - set(pull.sources))


def is_on(district: District) -> bool:
    """Whether a what-if is being worked out."""
    return Run.objects.filter(district=district, mode=RunMode.WHAT_IF, state__in=ACTIVE).exists()
