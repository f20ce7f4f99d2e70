"""All versions of a data type's settings, and what differs between two of them (C26, H01)."""

from dataclasses import dataclass

from core.vocabulary import DataType, RulesetState
from imports.models import Run
from imports.queries import active_run
from imports.words import Word
from integration_console.differences import Difference, between, of_rules
from integration_console.settings_document import rules_part
from mappings.models import Ruleset
from mappings.queries import versions_of
from schools.models import District
from schools.queries import site_codes

PAGE = 50
STATES = {
    RulesetState.DRAFT: Word("Draft", "wait", "pencil"),
    RulesetState.ACTIVE: Word("Published", "good", "circle-check"),
    RulesetState.RETIRED: Word("Retired", "quiet", "history"),
}


@dataclass(frozen=True)
class Version:
    """One version in the list."""

    row: Ruleset

    @property
    def word(self) -> Word:
        return STATES[RulesetState(self.row.state)]

    @property
    def restorable(self) -> bool:
        return self.row.state == RulesetState.RETIRED


@dataclass(frozen=True)
class Comparison:
    """Two versions side by side."""

    old: Ruleset
    new: Ruleset
    differences: list[Difference]


@dataclass(frozen=True)
class Past:
    """The page: a part of the list, what is compared, and which run is on with which version."""

    versions: list[Version]
    older: int | None
    numbers: list[int]
    active: Ruleset | None
    draft: Ruleset | None
    comparison: Comparison | None
    on: Run | None
    on_version: int | None

    @property
    def seen(self) -> int | None:
        """What is worked on at present: nobody writes over what they have not seen."""
        newest = self.draft or self.active
        return newest.pk if newest else None


def past(
    district: District, data_type: DataType, before: int | None, old: int | None, new: int | None
) -> Past:
    """The versions below `before`, and the differences from `old` to `new`."""
    every = versions_of(district, data_type)
    listed = every.filter(version__lt=before) if before else every
    rows = list(listed[: PAGE + 1])
    now = {row.state: row for row in every.exclude(state=RulesetState.RETIRED)}
    on = active_run(district)
    used = on.settings.get(data_type) if on else None
    return Past(
        versions=[Version(row) for row in rows[:PAGE]],
        older=rows[PAGE - 1].version if len(rows) > PAGE else None,
        numbers=list(every.values_list("version", flat=True)),
        active=now.get(RulesetState.ACTIVE),
        draft=now.get(RulesetState.DRAFT),
        comparison=comparison(district, data_type, old, new),
        on=on,
        on_version=every.filter(pk=used or 0).values_list("version", flat=True).first(),
    )


def comparison(
    district: District, data_type: DataType, old: int | None, new: int | None
) -> Comparison | None:
    """What differs between two versions; None unless both are there."""
    if old is None or new is None:
        return None
    found = {r.version: r for r in versions_of(district, data_type).filter(version__in=[old, new])}
    if old not in found or new not in found:
        return None
    codes = site_codes(district)
    lines = [of_rules(district, rules_part(found[v], codes)) for v in (old, new)]
    return Comparison(found[old], found[new], between(*lines))
