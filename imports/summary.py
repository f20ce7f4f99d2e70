"""What a plan comes to: its trips, problems and counts, noted on the run."""

from clever_sync.queries import doubts, school_labels
from clever_sync.sharing import news
from core.problems import Finding
from core.vocabulary import ROLES_OF_TYPE, DataType, RunMode
from imports import check
from imports.brakes import Tripped, trip
from imports.figures import clever_users, figures
from imports.frame import Frame
from imports.limits import limits_of
from imports.models import PlanFigures, RunProblem
from imports.tally import Met, Tally
from mappings.spec import Place

OF_SCHOOLS = frozenset(str(place) for place in Place)


def tripped(frame: Frame, tally: Tally) -> list[Tripped]:
    """What the brakes say, and what they looked at is kept; of a plan without rows, nothing."""
    run = frame.run
    PlanFigures.objects.filter(run=run).delete()  # of an earlier attempt
    if not tally.rows:
        return []
    found = figures(frame, tally)
    PlanFigures.objects.bulk_create(
        PlanFigures(run=run, data_type=one.data_type, figures=one.plain()) for one in found
    )
    return [
        tripped for one in found for tripped in trip(one, limits_of(run, DataType(one.data_type)))
    ]


def note_pull(frame: Frame, tally: Tally) -> None:
    """What the pull met: doubtful walks, records it had to clean or could not read, and what
    Clever shares differently than in the last days (C21).

    What the rules met as well stands in the plan already, with the people it is about.
    """
    for doubt in doubts(frame.pull):
        tally.note("", "", Finding("walk_unproved", doubt.what, doubt.code))
    known = {code for _, code, _, _ in tally.problems}
    for code, people in frame.pull.finding_counts.items():
        if code not in known:
            tally.problems["", code, "", ""] = Met(people)
    if frame.run.mode != RunMode.WHAT_IF:
        for one in news(frame.pull):
            place = (_type_of(one.role), one.finding.code, one.finding.field, one.finding.value)
            tally.problems[place] = Met(one.people)


def _type_of(role: str) -> str:
    """The data type that a role of Clever belongs to, "" where it is about none."""
    return next((str(t) for t, roles in ROLES_OF_TYPE.items() if role in roles), "")


def counts(frame: Frame) -> dict[str, dict[str, int]]:
    """Rows per type and action; `unchanged` are those whom the walks met and nothing concerns."""
    found = check.counts(frame.run.pk)
    for data_type in frame.types:
        actions = found.setdefault(str(data_type), {})
        leaving = actions.get("transfer", 0) + actions.get("held", 0)
        changed = sum(actions.values()) - leaving
        actions["unchanged"] = max(0, clever_users(frame, data_type) - changed)
    return found


def write_problems(frame: Frame, tally: Tally) -> dict[str, int]:
    """Writes the run's problems; returns how many people each code concerns.

    Schools, which the rules know by their Clever IDs, are told by their names.
    """
    run = frame.run
    named = school_labels(
        frame.connection, [value for _, code, _, value in tally.problems if code in OF_SCHOOLS]
    )
    RunProblem.objects.bulk_create(
        RunProblem(
            run=run,
            data_type=data_type,
            code=code,
            field=name,
            value=named.get(value, value) if code in OF_SCHOOLS else value,
            people=met.people,
            examples=met.examples,
        )
        for (data_type, code, name, value), met in tally.problems.items()
    )
    problems: dict[str, int] = {}
    for (_, code, _, _), met in tally.problems.items():
        problems[code] = problems.get(code, 0) + met.people
    return problems
