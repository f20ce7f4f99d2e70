"""The way through the three pages of the wizard, and where it leads."""

from collections.abc import Mapping

from django.urls import reverse

from integration_console.rules.desk import Desk
from integration_console.stepper import Step, StepState

# The pages of the wizard in their order.
PAGES = (
    ("match_fields", "Match Fields", "Which Clever field feeds which of ours"),
    ("define_codes", "Define Codes", "What Clever's codes are called here"),
    ("sync_settings", "Sync Settings", "Which schools, how often, by which rules"),
)


def steps(desk: Desk, current: str, notes: Mapping[str, str]) -> list[Step]:
    """The three pages of the wizard, for the stepper."""
    slug = desk.district.slug
    return [
        Step(
            label=label,
            state=StepState.CURRENT if name == current else StepState.OPEN,
            address=reverse(name, args=[slug, desk.data_type]),
            note=notes.get(name, note),
        )
        for name, label, note in PAGES
    ]
