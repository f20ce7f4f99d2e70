"""What a run did, in a few plain sentences for the people of the district."""

from collections.abc import Mapping

from clever_sync.models import Pull
from clever_sync.queries import doubts

LISTS = {
    "schools": "schools",
    "student": "students",
    "teacher": "teachers",
    "staff": "staff",
    "district_admin": "district admins",
}
Counts = Mapping[str, Mapping[str, int]]


def total(counts: Counts, *actions: str) -> int:
    """How many rows of a run have one of these actions."""
    return sum(number for found in counts.values() for a, number in found.items() if a in actions)


def imported(pull: Pull, counts: Counts, written: int, stale: int, adds_only: str) -> str:
    """What an import did."""
    parts = []
    if written:
        parts.append(
            "1 person was written." if written == 1 else f"{written:,} people were written."
        )
    elif not stale:
        parts.append("Nothing was written.")
    if stale:
        parts.append(f"{stale:,} changed here meanwhile and will be looked at again at once.")
    return " ".join([*parts, *_reservations(pull, counts, adds_only)])


def tested(pull: Pull, counts: Counts, adds_only: str) -> str:
    """What a test found."""
    changes = total(counts, "create", "link", "restore", "move", "transfer", "update")
    would = "1 person" if changes == 1 else f"{changes:,} people"
    parts = ["Test finished. No record was changed.", f"An import would change {would}."]
    return " ".join([*parts, *_reservations(pull, counts, adds_only)])


def supposed(people: int) -> str:
    """What a what-if found."""
    if not people:
        return "This draft would change nothing for anybody. No record was changed."
    would = "1 person" if people == 1 else f"{people:,} people"
    return f"This draft would make a difference for {would}. No record was changed."


def _reservations(pull: Pull, counts: Counts, adds_only: str) -> list[str]:
    """What was left out, and why nobody was removed."""
    parts = []
    held = total(counts, "held")
    if held:
        parts.append(
            f"{held:,} changes are held: they look like an accident and wait for a person."
        )
    waiting = total(counts, "conflict")
    if waiting:
        parts.append(f"{waiting:,} possible duplicates wait under Resolve Alerts.")
    rejected = total(counts, "reject")
    if rejected:
        parts.append(f"{rejected:,} records of Clever could not be read and were left out.")
    if adds_only:
        parts.append(
            f"By the school calendar people are only added and updated {adds_only}, so nobody was "
            "marked as gone or moved to another school."
        )
    if pull.adds_only:
        parts.append(f"Clever's sync is {pull.adds_only}, so nobody was marked as gone.")
    unproved = [LISTS.get(doubt.what, doubt.what) for doubt in doubts(pull)]
    if unproved:
        parts.append(
            f"Clever's list of {', '.join(unproved)} could not be proved complete, "
            "so nobody was marked as gone."
        )
    return parts
