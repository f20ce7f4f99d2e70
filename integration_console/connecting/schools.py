"""What the matching page shows: our schools with their choices, and Clever's without a school.

All schools of a district are read at once, with a fixed number of queries; a page of them is
made into rows. In a large district a drop-down offers the names that are most alike, and the two
lists offer all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from rapidfuzz import fuzz, process

from clever_sync.models import Connection
from clever_sync.queries import (
    connection_of,
    every_school,
    people_per_school,
    people_were_read,
)
from imports.models import Run
from imports.queries import active_run
from integration_console.connecting.paging import Page, page_of
from mappings import draft as drafts
from mappings.draft import NOT_SYNCED, OPEN, Choices
from mappings.models import SchoolMatchDraft
from mappings.queries import as_clever_school, local_side
from mappings.suggest import CleverSchool, LocalSchool, Suggestion, spelled_out, suggest_schools
from schools.models import District

MOST_OPTIONS, NEAREST = 100, 15
REASONS: Mapping[str, str] = {
    "nces_id": "same NCES ID",
    "number": "same number",
    "name": "same name",
    "similar_name": "similar name",
}


@dataclass(frozen=True)
class Hint:
    """A guess for a local school, with its reasons. Never an answer before somebody takes it."""

    clever_id: str
    name: str
    why: str
    certain: bool


@dataclass(frozen=True)
class Row:
    """One of our schools: the answer that is chosen, whether it is saved, and what to choose."""

    school: LocalSchool
    value: str
    name: str
    people: int
    gone: bool
    unsaved: bool
    before: str
    hint: Hint | None
    options: SafeString

    @property
    def state(self) -> str:
        if self.value == NOT_SYNCED:
            return "not_synced"
        return "matched" if self.value else "open"


@dataclass(frozen=True)
class CleverRow:
    """A school of Clever: its people, and of ours the one that it is matched to."""

    school: CleverSchool
    people: int
    value: str
    owner: str
    unsaved: bool


@dataclass(frozen=True)
class Progress:
    """How far the saved matching is. Complete when all are answered and one at least is matched."""

    total: int
    matched: int
    not_synced: int

    @property
    def answered(self) -> int:
        return self.matched + self.not_synced

    @property
    def open(self) -> int:
        return self.total - self.answered

    @property
    def complete(self) -> bool:
        return self.matched > 0 and not self.open


class Matching:
    """Everything about the schools of both sides, read with a fixed number of queries."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.connection: Connection | None = connection_of(district)
        self.ours: list[LocalSchool] = local_side(district)
        rows = schools_of(self.connection)
        self.theirs = [as_clever_school(pk, payload) for pk, payload, gone in rows if gone is None]
        self.names = {clever_id: str(payload.get("name", "")) for clever_id, payload, _ in rows}
        self.shared = {school.id for school in self.theirs}
        self.people = people_per_school(self.connection) if self.connection else {}
        self.people_read = people_were_read(self.connection, self.people)
        self.draft: SchoolMatchDraft | None = drafts.draft_of(district)
        self.saved: Choices = drafts.saved_choices(district)
        self.chosen: Choices = drafts.chosen(self.saved, self.draft)
        self.run: Run | None = active_run(district)

    @cached_property
    def local(self) -> dict[int, LocalSchool]:
        return {school.id: school for school in self.ours}

    @cached_property
    def unsaved(self) -> tuple[set[int], set[str]]:
        return drafts.differences(self.saved, self.chosen)

    @property
    def unsaved_count(self) -> int:
        return len(self.unsaved[0]) + len(self.unsaved[1])

    @cached_property
    def progress(self) -> Progress:
        answers = [self.saved.of(school.id) for school in self.ours]
        left_out = answers.count(NOT_SYNCED)
        return Progress(len(answers), len(answers) - left_out - answers.count(OPEN), left_out)

    def name_of(self, clever_id: str) -> str:
        return self.names.get(clever_id) or f"Clever school {clever_id}"

    # Suggestions

    def suggestions(self, among: Iterable[int] = ()) -> dict[int, Suggestion]:
        """What may be which; names that are only alike are compared for `among` alone."""
        ours = [school for school in self.ours if self.chosen.of(school.id) == OPEN]
        theirs = [school for school in self.theirs if school.id not in self.chosen.answers]
        found = suggest_schools(theirs, ours, among=frozenset(among))
        best: dict[int, Suggestion] = {}
        for each in found:
            if each.school not in best or each.score > best[each.school].score:
                best[each.school] = each
        return best

    def hint(self, suggestion: Suggestion | None) -> Hint | None:
        if suggestion is None:
            return None
        why = ", ".join(REASONS[reason] for reason in suggestion.reasons)
        name = self.name_of(suggestion.clever_id)
        return Hint(suggestion.clever_id, name, why, suggestion.certain)

    # Our schools

    def ours_like(self, asked: Mapping[str, Any]) -> list[LocalSchool]:
        """Those that fit the filter; what is not saved yet still stands where it stood."""
        text, show = str(asked.get("q", "")).casefold(), asked.get("show", "")
        return [
            school
            for school in self.ours
            if (not text or text in f"{school.site_code} {school.name}".casefold())
            and (not show or show in (self.state(self.saved, school), self.shown_too(school)))
        ]

    def state(self, choices: Choices, school: LocalSchool) -> str:
        answer = choices.of(school.id)
        if answer == NOT_SYNCED:
            return "not_synced"
        return "matched" if answer else "open"

    def shown_too(self, school: LocalSchool) -> str:
        return self.state(self.chosen, school)

    def rows(
        self, schools: Sequence[LocalSchool], suggested: Mapping[int, Suggestion]
    ) -> list[Row]:
        return [self.row(school, self.hint(suggested.get(school.id))) for school in schools]

    def row(self, school: LocalSchool, hint: Hint | None) -> Row:
        value, before = self.chosen.of(school.id), self.saved.of(school.id)
        matched = value not in (OPEN, NOT_SYNCED)
        return Row(
            school=school,
            value=value,
            name=self.name_of(value) if matched else "",
            people=self.people.get(value, 0),
            gone=matched and value not in self.shared,
            unsaved=school.id in self.unsaved[0],
            before=self.said(before),
            hint=hint,
            options=self.options(school, value, hint),
        )

    def said(self, answer: str) -> str:
        if answer == NOT_SYNCED:
            return "Do not sync"
        return self.name_of(answer) if answer else "No answer"

    # The drop-down

    def options(self, school: LocalSchool, value: str, hint: Hint | None) -> SafeString:
        """All of Clever's schools, or in a large district those that are most alike."""
        offered = self.offered(school, value, hint)
        first = f"Suggestion: {hint.name}" if hint else "Choose a Clever school"
        parts = [
            option("", first, not value),
            option(NOT_SYNCED, "Do not sync", value == NOT_SYNCED),
        ]
        if value not in (OPEN, NOT_SYNCED, *offered):
            parts.append(option(value, self.name_of(value), True))
        parts += [
            option(each, self.name_of(each), True) if each == value else self.parts[each]
            for each in offered
        ]
        return mark_safe("".join(parts))  # noqa: S308 each part is escaped

    def offered(self, school: LocalSchool, value: str, hint: Hint | None) -> Sequence[str]:
        if not self.large:
            return self.order
        first = [each for each in (value, hint.clever_id if hint else "") if each in self.shared]
        near = self.nearest(school.name)
        return list(dict.fromkeys([*first, *near]))

    @property
    def large(self) -> bool:
        return len(self.theirs) > MOST_OPTIONS

    @cached_property
    def order(self) -> list[str]:
        return [school.id for school in self.theirs]

    @cached_property
    def parts(self) -> dict[str, SafeString]:
        """The option of each Clever school; of one that has a school, whose it is."""
        return {each.id: option(each.id, self.label(each)) for each in self.theirs}

    def label(self, school: CleverSchool) -> str:
        owner = self.chosen.answers.get(school.id)
        number = f" ({school.school_number})" if school.school_number else ""
        taken = f" · matched to {self.local[owner].name}" if owner in self.local else ""
        return f"{school.name}{number}{taken}"

    @cached_property
    def spelled(self) -> dict[str, str]:
        return {each.id: spelled_out(each.name) for each in self.theirs}

    def nearest(self, name: str) -> list[str]:
        found = process.extract(
            spelled_out(name), self.spelled, scorer=fuzz.token_sort_ratio, limit=NEAREST
        )
        return [clever_id for _, _, clever_id in found]

    # Clever's schools

    def theirs_like(self, asked: Mapping[str, Any], *, alone: bool) -> list[CleverSchool]:
        """Those that fit the search; `alone` only those without one of our schools."""
        text = str(asked.get("cq", "")).casefold()
        return [
            school
            for school in self.theirs
            if (not alone or self.chosen.answers.get(school.id) is None)
            and (not text or text in f"{school.school_number} {school.name}".casefold())
        ]

    def clever_rows(self, schools: Sequence[CleverSchool]) -> list[CleverRow]:
        return [
            CleverRow(
                school=school,
                people=self.people.get(school.id, 0),
                value=self.chosen.of_clever(school.id),
                owner=self.owner(school.id),
                unsaved=school.id in self.unsaved[1],
            )
            for school in schools
        ]

    def owner(self, clever_id: str) -> str:
        school = self.chosen.answers.get(clever_id)
        return self.local[school].name if school in self.local else ""

    def pages(self, asked: Mapping[str, Any]) -> tuple[Page[LocalSchool], Page[CleverSchool]]:
        """The page of our schools and the page of Clever's."""
        lists = asked.get("view") == "lists"
        theirs = self.theirs_like(asked, alone=not lists)
        if not lists:
            theirs.sort(key=lambda school: -self.people.get(school.id, 0))
        return (
            page_of(self.ours_like(asked), asked.get("page", 1)),
            page_of(theirs, asked.get("cpage", 1)),
        )


def schools_of(connection: Connection | None) -> list[tuple[str, dict[str, Any], int | None]]:
    """(id, payload, the pull that missed it) of each school that Clever shares or once shared."""
    if connection is None:
        return []
    return list(every_school(connection).values_list("clever_id", "payload", "gone_in"))


def option(value: str, label: str, selected: bool = False) -> SafeString:
    mark = mark_safe(" selected") if selected else ""
    return format_html('<option value="{}"{}>{}</option>', value, mark, conditional_escape(label))
