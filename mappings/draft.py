"""Choices of school matches that are not in force yet (B44): kept, offered again, then saved.

People choose on a page of 50 out of 1,000 schools, leave, come back, and two may choose at once.
What they choose is kept as what differs from the saved matches; Save makes it the matching.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

from django.db import transaction
from django.db.models.functions import Now

from accounts import audit
from core.problems import ConsoleError
from mappings.matching import ask_again, clear_match, leave_school_out, match_many
from mappings.models import SchoolLeftOut, SchoolMatch, SchoolMatchDraft
from mappings.queries import clever_side, local_side
from mappings.suggest import suggest_schools
from schools.models import District, School

OPEN, NOT_SYNCED, TAKEN_BACK = "", "none", ""


@dataclass(frozen=True)
class Choices:
    """Who is whose: {Clever school: one of ours, or None for "do not sync"}, and ours left out."""

    answers: Mapping[str, int | None]
    left_out: frozenset[int]

    @cached_property
    def clever_of(self) -> dict[int, str]:
        """The Clever school of each of ours that has one."""
        return {school: clever for clever, school in self.answers.items() if school is not None}

    def of(self, school: int) -> str:
        """The answer for one of ours: a Clever school, "none" for "do not sync", or ""."""
        return NOT_SYNCED if school in self.left_out else self.clever_of.get(school, OPEN)

    def of_clever(self, clever_id: str) -> str:
        """Whether a Clever school is not to be synced: "none", or ""."""
        missing = clever_id not in self.answers
        return OPEN if missing or self.answers[clever_id] is not None else NOT_SYNCED

    @cached_property
    def key(self) -> str:
        """Names these choices: others have another key."""
        text = f"{sorted(self.answers.items())}\n{sorted(self.left_out)}"
        return blake2b(text.encode(), digest_size=12).hexdigest()


@dataclass(frozen=True)
class Wish:
    """What somebody chose for a school, and what stood there when they did."""

    was: str
    now: str


@dataclass
class Kept:
    """What became of wishes: those that others overtook, and those that cannot be.

    `overtaken` are our schools whose answer somebody else changed meanwhile; `taken` are those
    whose Clever school belongs to another of ours, which is named.
    """

    overtaken: list[int] = field(default_factory=list)
    taken: dict[int, int] = field(default_factory=dict)


def saved_choices(district: District) -> Choices:
    """The matching in force."""
    answers = SchoolMatch.objects.filter(district=district)
    left_out = SchoolLeftOut.objects.filter(district=district)
    return Choices(
        dict(answers.values_list("clever_school_id", "school_id")),
        frozenset(left_out.values_list("school_id", flat=True)),
    )


def draft_of(district: District) -> SchoolMatchDraft | None:
    """What was chosen but not saved."""
    return SchoolMatchDraft.objects.filter(district=district).first()


def chosen(saved: Choices, draft: SchoolMatchDraft | None) -> Choices:
    """The matching as it would be after Save."""
    if draft is None:
        return saved
    answers = dict(saved.answers)
    homes = saved.clever_of
    for clever_id, school in draft.answers.items():
        if school != TAKEN_BACK and school in homes:
            answers.pop(homes[school], None)
        if school == TAKEN_BACK:
            answers.pop(clever_id, None)
    answers |= {c: school for c, school in draft.answers.items() if school != TAKEN_BACK}
    matched = {school for school in answers.values() if school is not None}
    return Choices(answers, frozenset(draft.left_out) - matched)


def differences(saved: Choices, wanted: Choices) -> tuple[set[int], set[str]]:
    """Our schools and Clever's schools whose answers would change with Save."""
    ours = {*saved.clever_of, *wanted.clever_of, *saved.left_out, *wanted.left_out}
    theirs = {*saved.answers, *wanted.answers}
    return (
        {school for school in ours if saved.of(school) != wanted.of(school)},
        {each for each in theirs if saved.of_clever(each) != wanted.of_clever(each)},
    )


@transaction.atomic
def keep_choices(
    *,
    district: District,
    schools: Mapping[int, Wish] | None = None,
    clever: Mapping[str, Wish] | None = None,
    by: str,
) -> Kept:
    """Keeps what somebody chose, without any effect yet; the rest of the draft stays.

    `schools` are wishes for ours ("" for none, "none" for "do not sync", or a Clever school);
    `clever` for Clever's ("none" or ""). Raises ConsoleError for a school that is not there.
    """
    saved, current = _locked(district)
    answers, left_out, kept = dict(current.answers), set(current.left_out), Kept()
    wishes = {pk: wish for pk, wish in (schools or {}).items() if wish.was != wish.now}
    _check(district, wishes, current, clever or {})
    for school, wish in list(wishes.items()):
        if current.of(school) not in (wish.was, wish.now):
            kept.overtaken.append(school)
            del wishes[school]
        else:
            answers.pop(current.clever_of.get(school, OPEN), None)
            left_out.discard(school)
    for school, wish in wishes.items():
        owner = answers.get(wish.now)
        if owner is not None:
            kept.taken[school] = owner
            _put(answers, left_out, school, current.of(school))
        else:
            _put(answers, left_out, school, wish.now)
    for clever_id, wish in (clever or {}).items():
        if wish.now == NOT_SYNCED and answers.get(clever_id) is None:
            answers[clever_id] = None
        elif current.of_clever(clever_id) == NOT_SYNCED and clever_id in answers:
            del answers[clever_id]
    _store(district, saved, Choices(answers, frozenset(left_out)), by)
    return kept


def _put(answers: dict[str, int | None], left_out: set[int], school: int, answer: str) -> None:
    if answer == NOT_SYNCED:
        left_out.add(school)
    elif answer != OPEN and answers.get(answer) is None:
        answers[answer] = school


def _check(
    district: District,
    wishes: Mapping[int, Wish],
    current: Choices,
    clever: Mapping[str, Wish],
) -> None:
    ours = School.objects.filter(district=district, is_district_office=False, pk__in=wishes)
    named = {wish.now for wish in wishes.values()} | set(clever)
    unknown = named - {OPEN, NOT_SYNCED, *current.answers}
    if unknown:
        unknown -= {school.id for school in clever_side(district)}
    if unknown or ours.count() != len(wishes):
        raise ConsoleError("That school is not in the list any more. Look again and choose anew.")


@transaction.atomic
def accept_suggestions(*, district: District, by: str) -> int:
    """Chooses what is certain for schools without an answer; returns how many. Not in force yet."""
    saved, current = _locked(district)
    local = [s for s in local_side(district) if current.of(s.id) == OPEN]
    clever = [s for s in clever_side(district) if s.id not in current.answers]
    found = [s for s in suggest_schools(clever, local, among=()) if s.certain]
    answers = {**current.answers, **{each.clever_id: each.school for each in found}}
    _store(district, saved, Choices(answers, current.left_out), by)
    return len(found)


@transaction.atomic
def save_choices(*, district: District, seen: str, by: str) -> int:
    """Save (A29, B44): what was chosen is the matching from now on; returns how many changed.

    `seen` is the key of the choices that the saver looked at. Raises ConsoleError, and then
    nothing is saved, if somebody else has chosen otherwise since.
    """
    saved, wanted = _locked(district)
    draft = draft_of(district)
    if draft is not None and draft.chosen_by != by and seen != wanted.key:
        raise ConsoleError(
            f"{draft.chosen_by} has chosen otherwise since you opened this page. Nothing was"
            " saved yet: look at the choices below, and press Save again.",
            code="chosen_meanwhile",
        )
    ours, theirs = differences(saved, wanted)
    for school in School.objects.filter(district=district, pk__in=saved.left_out - wanted.left_out):
        ask_again(district=district, school=school, by=by)
    for clever_id in saved.answers.keys() - wanted.answers.keys():
        clear_match(district=district, clever_school_id=clever_id, by=by)
    places = School.objects.filter(district=district).in_bulk(list(wanted.clever_of))
    answers = {
        clever_id: None if school is None else places[school]
        for clever_id, school in wanted.answers.items()
        if school is None or school in places
    }
    match_many(district=district, answers=answers, by=by)
    for school in School.objects.filter(district=district, pk__in=wanted.left_out - saved.left_out):
        leave_school_out(district=district, school=school, by=by)
    SchoolMatchDraft.objects.filter(district=district).delete()
    return len(ours) + len(theirs)


@transaction.atomic
def discard_choices(*, district: District, by: str) -> bool:
    """Forgets what was chosen but not saved; returns whether there was anything."""
    gone, _ = SchoolMatchDraft.objects.filter(district=district).delete()
    if gone:
        audit.record(district, by, "school.choices_discarded")
    return gone > 0


def _locked(district: District) -> tuple[Choices, Choices]:
    """The saved and the chosen matching, for nobody else to change meanwhile."""
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    saved = saved_choices(district)
    return saved, chosen(saved, draft_of(district))


def _store(district: District, saved: Choices, wanted: Choices, by: str) -> None:
    answers: dict[str, int | str | None] = {
        clever_id: school
        for clever_id, school in wanted.answers.items()
        if clever_id not in saved.answers or saved.answers[clever_id] != school
    }
    answers |= dict.fromkeys(saved.answers.keys() - wanted.answers.keys(), TAKEN_BACK)
    drafts = SchoolMatchDraft.objects.filter(district=district)
    if not answers and wanted.left_out == saved.left_out:
        drafts.delete()
        return
    draft = draft_of(district)
    values = {"answers": answers, "left_out": sorted(wanted.left_out)}
    if draft is not None and draft.answers == answers and draft.left_out == values["left_out"]:
        return
    SchoolMatchDraft.objects.update_or_create(
        district=district, defaults={**values, "chosen_by": by, "chosen_at": Now()}
    )
