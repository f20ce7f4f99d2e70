"""How much a newcomer looks like a record here, in points, with reasons. Pure (engine.md 4, C14).

The points are for what both sides know: 100 means that everything both know is equal.

    last name   30 equal · 26 one is a part of the other · 22 a slip apart · 16 sounds alike
    first name  25 equal · 20 short form · 18 a slip apart · 14 sounds alike
    birth date  30 equal · 15 day and month exchanged or two digits transposed · −40 another
    school       8 equal;   grade  7 equal
    another SIS ID, student, teacher or staff number on both sides: −10

What is missing on one side neither gives nor takes: the points that could be had are then
fewer, and the score is the share that was had. (A missing first name is excused only where both
birth dates are known.)

LIKELY (80) is the line between "new" and "a person must look". What it means: twins (same last
name, birth date, school and grade) reach 75 without an agreeing first name, so they raise no
alert unless their first names are alike too; the same name with another birth date stays far
below; the same name and birth date stand above, whichever school and grade, unless a number says
otherwise as well. Without a birth date, the same name stands above if the school or the grade
is the same or unknown, and no number says otherwise.
Nobody is ever linked on likeness: above the line, a person decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from imports import names

LIKELY = 80
NUMBERS = ("sis_id", "student_number", "teacher_number", "staff_id")
LAST, FIRST, BIRTH, SCHOOL, GRADE = 30, 25, 30, 8, 7
OTHER_BIRTH_DATE = -40
OTHER_NUMBER = -10
KEY_POINTS = 30
EMAIL_POINTS = 10

REASONS: Mapping[str, str] = {
    "same_legacy_id": "same ID of the earlier integration",
    "same_sis_id": "same SIS ID",
    "same_student_number": "same student number",
    "same_teacher_number": "same teacher number",
    "same_staff_id": "same staff ID",
    "same_community_id": "same Community ID",
    "same_barcode": "same barcode",
    "same_email": "same e-mail address",
    "same_last_name": "same last name",
    "part_of_last_name": "one last name is part of the other",
    "similar_last_name": "similar last name",
    "same_first_name": "same first name",
    "short_first_name": "short form of the first name",
    "similar_first_name": "similar first name",
    "names_exchanged": "first and last name exchanged",
    "same_birth_date": "same birth date",
    "similar_birth_date": "similar birth date",
    "other_birth_date": "another birth date",
    "same_school": "same school",
    "same_grade": "same grade",
    "other_number": "another SIS ID or number",
    "linked_to_another": "already linked to another person of Clever",
    "left_clever": "linked to a Clever ID that is no longer shared",
    "matched_by_both": "fits both people of Clever",
    "has_the_username": "has the user name",
}


@dataclass(slots=True)
class Newcomer:
    """A person of Clever who is linked to nobody here.

    `keys` are the mapped, non-blank match keys: key name -> value normalised by core.text.key.
    `birth_date` is ISO; `school` a local school id.
    """

    clever_id: str
    kind: str
    data_type: str
    keys: dict[str, str]
    last_name: str
    first_name: str
    birth_date: str | None
    grade: str | None
    school: int | None
    legacy_id: str | None = None


@dataclass(slots=True)
class Candidate:
    """A record here. `link`: "free" (no Clever ID), "living" or "gone" (what its ID names)."""

    person_id: int
    revision: int
    clever_id: str | None
    link: str
    keys: dict[str, str]
    last_name: str
    first_name: str
    birth_date: str | None
    grade: str | None
    school: int | None
    status: int


@dataclass(slots=True, frozen=True)
class Scored:
    """A candidate with its score of 0 to 100 and the codes of its reasons."""

    person_id: int
    score: int
    reasons: tuple[str, ...]
    revision: int


def scored(newcomer: Newcomer, candidate: Candidate) -> Scored:
    """The candidate as a person shall see it: equal keys count on top of the likeness."""
    points, reasons = _points(newcomer, candidate)
    for name, value in newcomer.keys.items():
        if value and candidate.keys.get(name) == value:
            points += EMAIL_POINTS if name == "email" else KEY_POINTS
            reasons.append(f"same_{name}")
    if candidate.link == "living":
        reasons.append("linked_to_another")
    elif candidate.link == "gone":
        reasons.append("left_clever")
    return Scored(candidate.person_id, max(0, min(100, points)), tuple(reasons), candidate.revision)


def likeness(newcomer: Newcomer, candidate: Candidate) -> int:
    """0 to 100 by name, birth date, school and grade alone; the measure for LIKELY."""
    return max(0, min(100, _points(newcomer, candidate)[0]))


def is_likely(newcomer: Newcomer, candidate: Candidate) -> bool:
    """Whether a person must look before a new record is made (A67).

    A record that is linked to a living person of Clever is that person; only a second Clever
    record with the very same name and birth date makes it worth a question.
    """
    if candidate.link == "living":
        return is_same_by_name_and_birth(newcomer, candidate)
    return likeness(newcomer, candidate) >= LIKELY


def is_same_by_name_and_birth(newcomer: Newcomer, candidate: Candidate) -> bool:
    """Equal first name, last name and birth date, all of them known."""
    return (
        newcomer.birth_date is not None
        and newcomer.birth_date == candidate.birth_date
        and bool(names.folded(newcomer.last_name) and names.folded(newcomer.first_name))
        and names.folded(newcomer.last_name) == names.folded(candidate.last_name)
        and names.folded(newcomer.first_name) == names.folded(candidate.first_name)
    )


def _points(newcomer: Newcomer, candidate: Candidate) -> tuple[int, list[str]]:
    reasons: list[str] = []
    points = _name_points(newcomer, candidate, reasons)
    possible = LAST + FIRST
    if newcomer.birth_date and candidate.birth_date:
        possible += BIRTH if newcomer.first_name and candidate.first_name else BIRTH - FIRST
        points += _birth_points(newcomer.birth_date, candidate.birth_date, reasons)
    for mine, theirs, worth, reason in (
        (newcomer.school, candidate.school, SCHOOL, "same_school"),
        (newcomer.grade, candidate.grade, GRADE, "same_grade"),
    ):
        if mine is not None and theirs is not None:
            possible += worth
            if mine == theirs:
                points += worth
                reasons.append(reason)
    points = round(points * 100 / possible)
    if _other_number(newcomer, candidate):
        points += OTHER_NUMBER
        reasons.append("other_number")
    return points, reasons


def _name_points(newcomer: Newcomer, candidate: Candidate, reasons: list[str]) -> int:
    last, last_reason = _last_points(newcomer.last_name, candidate.last_name)
    first, first_reason = _first_points(newcomer.first_name, candidate.first_name)
    if not last and not first and _exchanged(newcomer, candidate):
        reasons.append("names_exchanged")
        return LAST + FIRST - 8
    reasons.extend(reason for reason in (last_reason, first_reason) if reason)
    return last + first


def _exchanged(newcomer: Newcomer, candidate: Candidate) -> bool:
    first, last = names.folded(newcomer.first_name), names.folded(newcomer.last_name)
    return (
        bool(first and last)
        and first == names.folded(candidate.last_name)
        and last == names.folded(candidate.first_name)
    )


def _last_points(one: str, other: str) -> tuple[int, str]:
    a, b = names.folded(one), names.folded(other)
    if not a or not b:
        return 0, ""
    if a == b:
        return LAST, "same_last_name"
    if names.share_parts(one, other):
        return 26, "part_of_last_name"
    if names.alike(a, b):
        return 22, "similar_last_name"
    return (16, "similar_last_name") if names.sound(one) == names.sound(other) else (0, "")


def _first_points(one: str, other: str) -> tuple[int, str]:
    a, b = names.folded(one), names.folded(other)
    if not a or not b:
        return 0, ""
    if a == b:
        return FIRST, "same_first_name"
    if names.share_parts(one, other) or names.is_short_for(one, other):
        return 20, "short_first_name"
    if names.alike(a, b):
        return 18, "similar_first_name"
    return (14, "similar_first_name") if names.sound(one) == names.sound(other) else (0, "")


def _birth_points(one: str, other: str, reasons: list[str]) -> int:
    if one == other:
        reasons.append("same_birth_date")
        return BIRTH
    if _exchanged_digits(one, other):
        reasons.append("similar_birth_date")
        return BIRTH // 2
    reasons.append("other_birth_date")
    return OTHER_BIRTH_DATE


def _exchanged_digits(one: str, other: str) -> bool:
    """Day and month exchanged, or two neighbouring digits transposed."""
    if one[:4] == other[:4] and one[5:7] == other[8:] and one[8:] == other[5:7]:
        return True
    places = [
        place for place, pair in enumerate(zip(one, other, strict=False)) if len(set(pair)) > 1
    ]
    return (
        len(places) == 2
        and places[1] - places[0] == 1
        and one[places[0]] == other[places[1]]
        and one[places[1]] == other[places[0]]
    )


def _other_number(newcomer: Newcomer, candidate: Candidate) -> bool:
    pairs = [(newcomer.keys.get(name), candidate.keys.get(name)) for name in NUMBERS]
    known = [(mine, theirs) for mine, theirs in pairs if mine and theirs]
    return bool(known) and all(mine != theirs for mine, theirs in known)
