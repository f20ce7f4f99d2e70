"""The likely cause of a hold, in words, from what its people have in common. Pure (C09)."""

from dataclasses import dataclass

GRADUATING = frozenset({"12", "13"})
MOST = 0.9


@dataclass(frozen=True)
class Share:
    """How many of the held people share the most frequent value of something."""

    value: str
    count: int


@dataclass(frozen=True)
class Common:
    """What held people have in common: the most frequent grade, old and new school, field, ...

    `total` people are held; a share is None where it was not looked at or nobody has a value.
    """

    total: int
    grade: Share | None = None
    school: Share | None = None
    new_school: Share | None = None
    field: Share | None = None
    school_people: int = 0


def likely_cause(cause: str, action: str, common: Common) -> str:
    """One sentence that a data coordinator can check; "" when nothing stands out."""
    for guess in (_everyone_gone, _graduation, _school_gone, _school_merged, _one_field, _wrong_id):
        sentence = guess(cause, action, common)
        if sentence:
            return sentence
    return ""


def _most(share: Share | None, total: int) -> bool:
    return share is not None and total > 0 and share.count >= MOST * total


def _all_or_most(share: Share, total: int) -> str:
    return f"all {total:,}" if share.count >= total else f"{share.count:,} of {total:,}"


def _everyone_gone(cause: str, action: str, common: Common) -> str:
    if cause == "nobody_in_clever":
        return "Clever sent no people at all: looks like sharing was switched off in Clever."
    if cause == "type_to_zero":
        return "nobody of this kind is shared any more: looks like a change of sharing in Clever."
    return ""


def _graduation(cause: str, action: str, common: Common) -> str:
    if action not in ("transfer", "leave", "absent") or not _most(common.grade, common.total):
        return ""
    assert common.grade is not None
    if common.grade.value not in GRADUATING:
        return ""
    many = _all_or_most(common.grade, common.total)
    return f"{many} are in grade {common.grade.value}: looks like graduation."


def _school_gone(cause: str, action: str, common: Common) -> str:
    if action not in ("transfer", "leave", "absent") or not _most(common.school, common.total):
        return ""
    if common.school is None or (action == "leave" and common.new_school is not None):
        return ""
    many = _all_or_most(common.school, common.total)
    if common.school_people and common.school.count >= common.school_people:
        return (
            f"{many} are at {common.school.value}, and nobody is left there: "
            "looks like the school is no longer shared in Clever."
        )
    return f"{many} are at {common.school.value}: look at that school in Clever first."


def _school_merged(cause: str, action: str, common: Common) -> str:
    if action not in ("move", "leave") or not _most(common.new_school, common.total):
        return ""
    assert common.new_school is not None
    many = _all_or_most(common.new_school, common.total)
    return f"{many} go to {common.new_school.value}: looks like two schools were merged."


def _one_field(cause: str, action: str, common: Common) -> str:
    if action not in ("update", "blank", "identity") or not _most(common.field, common.total):
        return ""
    assert common.field is not None
    many = _all_or_most(common.field, common.total)
    verb = "lose" if action == "blank" else "change"
    return f"{many} {verb} the same field, {common.field.value}: looks like a change of that field."


def _wrong_id(cause: str, action: str, common: Common) -> str:
    if cause != "student_id_may_be_wrong":
        return ""
    return (
        "most people here would not be found again and be created a second time: "
        "looks like the student ID comes from another field of Clever than before."
    )
