"""The brakes: what in a plan looks like an accident. Pure: figures in, trips out (engine.md 6).

A trip names a slice of the plan that is to be held until a person looks: a whole action of a
data type, or the rows of some schools. Everything else is applied. A slice is named once: where
a whole action trips, its schools are not named again, so that one approval is enough.

Percentages are of the active linked people of the type before the run, by their old site
(creates: of all of them). Fewer than 5 people never trip a percentage, unless it is 0.
"""

from collections.abc import Mapping

from imports.brake_terms import LEAVING, Figures, Limit, Limits, Schools, Tripped

__all__ = ["Figures", "Limit", "Limits", "Tripped", "trip"]

FEWEST = 5


def trip(figures: Figures, limits: Limits) -> list[Tripped]:
    """The slices of a plan that must be held, each row in one of them at most once per action."""
    return [
        *_leaving(figures, limits),
        *_creating(figures, limits),
        *_changing(figures, limits),
    ]


def _leaving(figures: Figures, limits: Limits) -> list[Tripped]:
    whole = _whole_transfers(figures, limits)
    schools = _schools(figures, limits, transfers=whole is None)
    if whole is None and _rest_trips(figures, limits, schools):
        whole = _whole(figures, "many_transfers", "transfer")
        schools = _schools(figures, limits, transfers=False)
    if whole is not None:
        return [whole, *schools]
    return [*schools, *_unconfirmed(figures, schools)]


def _whole_transfers(figures: Figures, limits: Limits) -> Tripped | None:
    """The trips that no school's share explains: nobody there, or nobody left."""
    transfers = figures.transfers
    if figures.clever_users == 0 and figures.clever_before > 0:
        return _whole(figures, "nobody_in_clever", "transfer")
    if transfers and transfers >= figures.people:
        return _whole(figures, "type_to_zero", "transfer")
    limit = limits.get("many_transfers")
    if not transfers or limit is None or not _is_many(figures, limit, transfers):
        return None
    # Spread over most of the schools it is no accident of a school.
    hit = [t for t in _schools(figures, limits, transfers=True) if t.action != "move"]
    if 2 * sum(len(t.schools) for t in hit) > len([n for n in figures.population.values() if n]):
        return _whole(figures, "many_transfers", "transfer")
    return None


def _rest_trips(figures: Figures, limits: Limits, held: list[Tripped]) -> bool:
    """Whether the transfers elsewhere than in the schools held anyway are too many as well."""
    limit = limits.get("many_transfers")
    by_school = figures.by_school(*LEAVING)
    for tripped in held:
        if tripped.action != "move":
            for school, _, _ in tripped.schools:
                by_school.pop(school, None)
    rest = sum(by_school.values())
    return bool(rest) and limit is not None and _is_many(figures, limit, rest)


def _is_many(figures: Figures, limit: Limit, transfers: int) -> bool:
    if transfers <= limit.allowed:
        return False
    summed = transfers + figures.transfers_last_days
    if limit.number is not None and summed > limit.number:
        return True
    return _above(summed, figures.people, limit)


def _schools(figures: Figures, limits: Limits, *, transfers: bool) -> list[Tripped]:
    """The trips of single schools. Without `transfers` only moves away are left to be held."""
    leavers = figures.by_school(*LEAVING) if transfers else {}
    movers = figures.by_school("move_away")
    emptied: dict[int | None, int] = {}
    for school, people in figures.population.items():
        away = leavers.get(school, 0) + movers.get(school, 0)
        unshared = school in leavers and school in figures.gone_schools
        if school is not None and (unshared or (away >= people and people >= FEWEST)):
            emptied[school] = away
    return [
        *_of_schools(figures, "school_to_zero", "leave" if transfers else "move", emptied),
        *_of_schools(
            figures,
            "school_transfers",
            "transfer",
            _above_in_school(figures, limits.get("school_transfers"), leavers, emptied),
        ),
        *_of_schools(
            figures,
            "school_moves",
            "move",
            _above_in_school(figures, limits.get("school_moves"), movers, emptied),
        ),
    ]


def _above_in_school(
    figures: Figures,
    limit: Limit | None,
    counts: Mapping[int | None, int],
    emptied: Mapping[int | None, int],
) -> dict[int | None, int]:
    if limit is None:
        return {}
    return {
        school: count
        for school, count in counts.items()
        if school is not None
        and school not in emptied
        and figures.population.get(school, 0) >= (limit.number or 0)
        and _above(count, figures.population.get(school, 0), limit)
    }


def _of_schools(
    figures: Figures, cause: str, action: str, counts: Mapping[int | None, int]
) -> list[Tripped]:
    if not counts:
        return []
    schools = _listed(figures, counts)
    return [
        Tripped(
            data_type=figures.data_type,
            cause=cause,
            action=action,
            count=sum(counts.values()),
            population=sum(of for _, _, of in schools),
            schools=schools,
            only_schools=True,
        )
    ]


def _unconfirmed(figures: Figures, held: list[Tripped]) -> list[Tripped]:
    """Absences that nobody could confirm, outside of the schools that are held anyway."""
    counts = figures.by_school("unconfirmed")
    for tripped in held:
        if tripped.action != "move":
            for school, _, _ in tripped.schools:
                counts.pop(school, None)
    count = sum(counts.values())
    if not count:
        return []
    return [_whole(figures, "absence_unconfirmed", "absent", counts)]


def _creating(figures: Figures, limits: Limits) -> list[Tripped]:
    creates = figures.total("create")
    if figures.first_import:
        limit = limits.get("student_id_may_be_wrong")
        wrong = (
            limit is not None
            and figures.unlinked_here >= (limit.number or 0)
            and figures.linked_by_plan * 2 < figures.unlinked_here
            and _above(creates, figures.clever_users, limit)
        )
        return [_whole(figures, "student_id_may_be_wrong", "create")] if wrong else []
    return _if_many(figures, limits, "many_creates", "create", creates)


def _changing(figures: Figures, limits: Limits) -> list[Tripped]:
    found = _if_many(
        figures, limits, "many_identity_changes", "identity", figures.total("identity")
    )
    limit = limits.get("many_blanked")
    for name, count in sorted(figures.blanked.items()):
        if limit is not None and _above(count, base_of(figures), limit):
            tripped = Tripped(
                figures.data_type, "many_blanked", "blank", count, base_of(figures), field=name
            )
            found.append(tripped)
    if not figures.first_import:
        found += _if_many(figures, limits, "many_updates", "update", figures.total("update"))
    limit = limits.get("many_problems")
    problems = figures.total("problem")
    if limit is not None and problems > (limit.number or 0):
        base = base_of(figures)
        if figures.first_import:
            base = max(base, figures.clever_users)
        if _above(problems, base, limit):
            found.append(_whole(figures, "many_problems", "problem"))
    return found


def _if_many(
    figures: Figures, limits: Limits, cause: str, action: str, count: int
) -> list[Tripped]:
    limit = limits.get(cause)
    if limit is None or not _above(count, base_of(figures), limit):
        return []
    return [_whole(figures, cause, action)]


def base_of(figures: Figures) -> int:
    """Before its first import a type has nobody linked: then those who get linked count."""
    return max(figures.people, figures.linked_by_plan) if figures.first_import else figures.people


def _whole(
    figures: Figures, cause: str, action: str, counts: Mapping[int | None, int] | None = None
) -> Tripped:
    if counts is None:
        counts = figures.by_school(*(LEAVING if action == "transfer" else (action,)))
    return Tripped(
        data_type=figures.data_type,
        cause=cause,
        action=action,
        count=sum(counts.values()),
        population=figures.people,
        schools=_listed(figures, counts),
    )


def _listed(figures: Figures, counts: Mapping[int | None, int]) -> Schools:
    rows = [(school, count, figures.population.get(school, 0)) for school, count in counts.items()]
    return tuple(sorted(rows, key=lambda row: (-row[1], row[0] or 0)))


def _above(count: int, of: int, limit: Limit) -> bool:
    """Whether `count` is more than the percentage; of nobody, any 5 people are."""
    if limit.percent is None or count <= limit.allowed:
        return False
    return count * 100 > of * limit.percent and (count >= FEWEST or limit.percent == 0)
