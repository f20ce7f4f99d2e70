"""What the what-if page shows: figures of both plans side by side, with examples (C03)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from accounts.access import Ability, Access
from clever_sync.models import Pull
from clever_sync.sources import OF_ROLE, SOURCES
from core.vocabulary import DataType
from imports import catalogue, queries, what_if, words
from imports.changes import Reader, ShownChange
from imports.models import PlannedChange, Run, RunProblem, WhatIf
from imports.shown import Shown
from mappings import draft as choices
from mappings.models import Ruleset
from mappings.queries import active_ruleset, draft_of
from schools.models import District


@dataclass(frozen=True)
class Count:
    """One action: how many with what is published, and with the draft."""

    label: str
    published: int
    drafted: int

    @property
    def more(self) -> str:
        """The difference with its sign."""
        return f"{self.drafted - self.published:+,}" if self.drafted != self.published else "0"


@dataclass(frozen=True)
class Example:
    """One person: what stands here now, and what each of both settings would make of it."""

    name: str
    person_id: int | None
    now: str
    published: str
    drafted: str


@dataclass(frozen=True)
class FieldLine:
    """One field: whose would change with each of both, and for whom the draft matters."""

    label: str
    published: int
    drafted: int
    people: int
    new: int
    examples: list[Example]


@dataclass(frozen=True)
class Move:
    """What becomes of some people: an action as published, another one with the draft."""

    published: str
    drafted: str
    people: int
    names: list[tuple[str, int | None]]


@dataclass(frozen=True)
class Met:
    """A problem or a code that the draft brings, takes away or changes."""

    title: str
    explanation: str
    published: int
    drafted: int


@dataclass
class Result:
    """The figures of a finished what-if, in words."""

    access: Access
    what_if: WhatIf
    shown: dict[int, ShownChange] = field(default_factory=dict)
    rows: dict[int, PlannedChange] = field(default_factory=dict)

    @property
    def people(self) -> int:
        return int(self.summary["people"])

    @property
    def summary(self) -> Mapping[str, Any]:
        summary: Mapping[str, Any] = self.what_if.summary
        return summary

    @property
    def counts(self) -> list[tuple[str, list[Count]]]:
        """Per data type: the actions that either plan has."""
        found = [(t, list(self._counts(t))) for t in self.what_if.run.data_types]
        return [(words.DATA_TYPES[t], counts) for t, counts in found if counts]

    def _counts(self, data_type: str) -> Iterator[Count]:
        published = self.what_if.base.counts.get(data_type, {})
        drafted = self.what_if.run.counts.get(data_type, {})
        for action, label in words.COUNTED.items():
            count = Count(label, published.get(action, 0), drafted.get(action, 0))
            if count.published or count.drafted:
                yield count

    @cached_property
    def fields(self) -> list[tuple[str, list[FieldLine]]]:
        """Per data type: the fields that differ, those of most people first."""
        found: dict[str, list[FieldLine]] = {}
        for one in self.summary["fields"]:
            found.setdefault(one["data_type"], []).append(self._field(one))
        return [
            (words.DATA_TYPES[t], sorted(found[t], key=lambda line: -line.people - line.new))
            for t in words.DATA_TYPES
            if t in found
        ]

    def _field(self, one: Mapping[str, Any]) -> FieldLine:
        data_type, name = one["data_type"], one["name"]
        return FieldLine(
            label=self.reader.label(name),
            published=self.summary["published"].get(data_type, {}).get(name, 0),
            drafted=self.summary["drafted"].get(data_type, {}).get(name, 0),
            people=one["people"],
            new=one["new"],
            examples=[self._example(name, pair) for pair in one["pairs"]] if self.rows else [],
        )

    def _example(self, name: str, pair: list[int | None]) -> Example:
        drafted, published = (self.rows.get(number or 0) for number in pair)
        who = self.shown[next(number for number in pair if number in self.shown)]
        rows = [row for row in (drafted, published) if row]
        now = next((row.before[name] for row in rows if name in row.before), None)
        sides = [row.after.get(name, now) if row else now for row in (published, drafted)]
        texts = [self.reader.text(name, value) or "blank" for value in (now, *sides)]
        return Example(who.name, who.person_id, *texts)

    @cached_property
    def moves(self) -> list[Move]:
        """What becomes of people otherwise than now, the largest groups first."""
        found = [
            Move(
                words.COUNTED.get(one["b_word"], one["b_word"]),
                words.COUNTED.get(one["d_word"], one["d_word"]),
                one["people"],
                [self._name(pair) for pair in one["pairs"]] if self.rows else [],
            )
            for one in self.summary["moves"]
        ]
        return sorted(found, key=lambda move: -move.people)

    def _name(self, pair: list[int | None]) -> tuple[str, int | None]:
        who = self.shown[next(number for number in pair if number in self.shown)]
        return who.name, who.person_id

    @property
    def schools(self) -> list[tuple[str, int]]:
        names = self.reader.schools
        return [(names.get(s, "No school"), people) for s, people in self.summary["schools"]]

    @cached_property
    def problems(self) -> list[Met]:
        """The problems whose figures differ."""
        found: dict[tuple[str, str, str], list[int]] = {}
        sides = (self.what_if.base_id, self.what_if.run_id)
        for row in RunProblem.objects.filter(run__in=sides).order_by("code", "field", "value"):
            place = found.setdefault((row.code, row.field, row.value), [0, 0])
            place[sides.index(row.run_id)] += row.people
        return [met(*place, *people) for place, people in found.items() if people[0] != people[1]]

    @cached_property
    def reader(self) -> Reader:
        reader = Reader(self.access.district, self.access.sees)
        reader.know_schools()
        return reader


def met(code: str, name: str, value: str, published: int, drafted: int) -> Met:
    said = catalogue.said(code, field=name, value=value)
    return Met(said.title, said.explanation, published, drafted)


def result(access: Access, found: WhatIf) -> Result:
    """The figures, with examples for whoever may see people."""
    shown = Result(access, found)
    groups = [*found.summary["fields"], *found.summary["moves"]]
    if access.may(Ability.SEE_PEOPLE):
        ids = {number for one in groups for pair in one["pairs"] for number in pair if number}
        rows = PlannedChange.objects.filter(pk__in=ids).select_related("person")
        shown.rows = {row.pk: row for row in rows}
        in_words = shown.reader.shown(list(shown.rows.values()), {})
        shown.shown = {one.row.pk: one for one in in_words}
    return shown


@dataclass(frozen=True)
class Supposing:
    """The page: what is drafted, what was asked, how far it is and what came out."""

    active: Ruleset | None
    draft: Ruleset | None
    schools: what_if.Answers | None
    pull: Pull | None
    on: Run | None
    found: WhatIf | None
    current: bool
    run: Shown | None
    result: Result | None
    unread: list[str]

    @property
    def anything(self) -> bool:
        return self.draft is not None or self.schools is not None

    @property
    def finished(self) -> bool:
        return self.result is not None

    @property
    def newer(self) -> bool:
        """Whether Clever was read again since."""
        known = self.found.run.pull_id if self.found else None
        return bool(self.pull and known and self.pull.pk != known)


def supposing(access: Access, data_type: DataType, now: datetime) -> Supposing:
    """Everything that the page of a data type shows."""
    district = access.district
    active, draft = active_ruleset(district, data_type), draft_of(district, data_type)
    schools = drafted_answers(district)
    pull = what_if.pull_to_plan_from(district)
    found = what_if.latest(district, data_type)
    run = Shown(found.run, now) if found else None
    return Supposing(
        active=active,
        draft=draft,
        schools=schools,
        pull=pull,
        on=queries.active_run(district),
        found=found,
        current=bool(found and what_if.is_current(found, active, draft, schools)),
        run=run,
        result=result(access, found) if found and found.summary else None,
        unread=unread(district, draft, pull),
    )


def unread(district: District, draft: Ruleset | None, pull: Pull | None) -> list[str]:
    """The labels of drafted sources whose values were never read."""
    if draft is None or pull is None:
        return []
    missing = what_if.not_read_yet(district, draft, pull)
    plain = dict.fromkeys(key.partition(OF_ROLE)[0] for key in missing)
    return [SOURCES[key].label if key in SOURCES else key for key in plain]


def drafted_answers(district: District) -> what_if.Answers | None:
    """The matching as it would be with the choices that are not saved; None without any (B44)."""
    draft = choices.draft_of(district)
    if draft is None or not draft.answers:
        return None
    return choices.chosen(choices.saved_choices(district), draft).answers
