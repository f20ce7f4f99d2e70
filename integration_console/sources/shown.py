"""What the pages of other sources show: each source with its figures, and what Begin would do."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from core.vocabulary import SourceState, SourceSystem
from imports.words import Word
from integration_console.sources.actions import is_clever_on
from mappings.queries import matched_schools
from schools.models import District, ExternalIdentity, RosterSource, SourceExport
from schools.queries import label
from schools.sources import exclusive_on, identifiers_of, is_exclusive, name_of, sources_of

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
ON, OFF = Word("Still on", "wait", "circle-play"), Word("Off", "quiet", "circle-slash")


@dataclass(frozen=True)
class ShownSource:
    """A source on the page. `identifiers` is how many people have one of it."""

    row: RosterSource
    name: str
    student_id: str
    identifiers: int
    picture: bool

    @property
    def on(self) -> bool:
        return self.row.state == SourceState.ON

    @property
    def exclusive(self) -> bool:
        return is_exclusive(self.row.system)

    @property
    def delivers(self) -> bool:
        """Whether it is a way in which records arrive at all."""
        return self.row.system != SourceSystem.NONE

    @property
    def word(self) -> Word:
        return ON if self.on else OFF


def sources(district: District) -> list[ShownSource]:
    """The district's sources, oldest first."""
    counts = dict(
        ExternalIdentity.objects.filter(district=district)
        .values_list("system")
        .annotate(Count("pk"))
    )
    return [
        ShownSource(
            row=row,
            name=name_of(row.system),
            student_id=label(district, row.student_id_field) if row.student_id_field else "",
            identifiers=_identifiers(district, row.system, counts),
            picture=row.old_picture_type in PICTURES,
        )
        for row in sources_of(district)
    ]


def _identifiers(district: District, system: str, counts: dict[str, int]) -> int:
    if system == SourceSystem.LEGACY_CLEVER:
        return identifiers_of(district, system).count()
    return counts.get(system, 0)


@dataclass(frozen=True)
class ShownExport:
    """An export that is kept."""

    row: SourceExport
    name: str


def exports(district: District) -> list[ShownExport]:
    """The kept exports, newest first; their content is not read."""
    return [ShownExport(row, name_of(row.system)) for row in exports_of(district)]


def exports_of(district: District) -> QuerySet[SourceExport]:
    """The rows of the kept exports without their content."""
    return SourceExport.objects.filter(district=district).defer("content").order_by("-pk")


@dataclass(frozen=True)
class Beginning:
    """What Begin would do. `lacking` says what must be there first, with the page for it."""

    sources: list[ShownSource]
    lacking: list[tuple[str, str]]
    clever_on: bool

    @property
    def names(self) -> str:
        """Those that would be switched off: "PowerSchool SIS"."""
        return " and ".join(source.name for source in self.sources)

    @property
    def cleared(self) -> int:
        return sum(s.identifiers for s in self.sources if s.row.system != LEGACY)

    @property
    def kept(self) -> int:
        """The identifiers that stay, for the first import to recognise people by."""
        return sum(s.identifiers for s in self.sources if s.row.system == LEGACY)


LEGACY = SourceSystem.LEGACY_CLEVER


def beginning(district: District) -> Beginning:
    """What Begin would do in this district, and what it lacks (B46 to B48)."""
    on = set(exclusive_on(district))
    lacking = []
    if not district.clever_enabled:
        lacking.append(("Support has not enabled the Clever integration yet.", "get_ready"))
    if not hasattr(district, "connection"):
        lacking.append(("No District ID is saved yet.", "setup_clever"))
    if not matched_schools(district):
        lacking.append(("Your sites must be mapped to sync, and none is.", "match_schools"))
    return Beginning(
        sources=[source for source in sources(district) if source.row.system in on] if on else [],
        lacking=lacking,
        clever_on=is_clever_on(district),
    )
