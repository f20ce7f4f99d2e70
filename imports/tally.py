"""What a plan met on its way: counts and problems, in bounded memory."""

from dataclasses import dataclass, field

from core.problems import Finding
from core.vocabulary import DataType

EXAMPLES = 5
VALUES_PER_CODE = 300


@dataclass
class Met:
    """How many people have a problem, and a few of their Clever IDs."""

    people: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass
class Tally:
    """Figures of one planning pass. Problems are kept per (type, code, field, value)."""

    problems: dict[tuple[str, str, str, str], Met] = field(default_factory=dict)
    blanked: dict[tuple[str, str], int] = field(default_factory=dict)
    looked_at: int = 0
    rows: int = 0

    def note(self, data_type: DataType | str, clever_id: str, finding: Finding) -> None:
        """Counts a problem of one person; beyond 300 values of a code the values are merged."""
        place = (str(data_type), finding.code, finding.field, finding.value[:255])
        if place not in self.problems and len(self.problems) >= VALUES_PER_CODE:
            place = (*place[:3], "")
        met = self.problems.setdefault(place, Met())
        met.people += 1
        if len(met.examples) < EXAMPLES:
            met.examples.append(clever_id)

    def note_blanks(
        self, data_type: str, before: dict[str, object], after: dict[str, object]
    ) -> None:
        """Counts the fields that a change would empty."""
        for name, value in after.items():
            if value is None and before.get(name) is not None:
                place = (data_type, name)
                self.blanked[place] = self.blanked.get(place, 0) + 1
