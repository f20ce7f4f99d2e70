"""The way to a connected Clever: three pages, what is done on each, and what blocks."""

from django.urls import reverse

from accounts.access import Access
from clever_sync.models import Connection
from clever_sync.queries import connection_of
from integration_console.stepper import Step, StepState
from mappings.queries import matched_schools, unanswered_schools

PAGES = ("setup_clever", "match_schools", "enable")


def way(access: Access, current: str) -> list[Step]:
    """The steps of Clever Data Integration Setup, seen from the page of this name."""
    connection = connection_of(access.district)
    matched = len(matched_schools(access.district)) if connection else 0
    return steps(
        access.district.slug,
        current,
        connection=connection,
        matched=matched,
        waiting=unanswered_schools(access.district).count() if connection else 0,
    )


def steps(
    slug: str, current: str, *, connection: Connection | None, matched: int, waiting: int
) -> list[Step]:
    """The same for figures that are known already."""
    ready, on = connection is not None, connection is not None and connection.enabled
    notes = (
        (ready, True, "The District ID is saved." if ready else "No District ID is saved yet."),
        (matched > 0 and not waiting, ready, schools_note(ready, matched, waiting)),
        (on, matched > 0, switch_note(on, matched)),
    )
    labels = ("District ID", "Match schools", "Enable Clever")
    return [
        Step(label, state_of(page == current, done, possible), reverse(page, args=[slug]), note)
        for page, label, (done, possible, note) in zip(PAGES, labels, notes, strict=True)
    ]


def state_of(is_current: bool, done: bool, possible: bool) -> StepState:
    if is_current:
        return StepState.CURRENT
    if done:
        return StepState.DONE
    return StepState.OPEN if possible else StepState.BLOCKED


def schools_note(ready: bool, matched: int, waiting: int) -> str:
    if not ready:
        return "Comes after the District ID."
    if not matched:
        return "No school is matched yet."
    return f"{matched} matched, {waiting} without an answer." if waiting else "All are answered."


def switch_note(on: bool, matched: int) -> str:
    if on:
        return "Clever is switched on."
    return "Clever is switched off." if matched else "Comes after the schools."
