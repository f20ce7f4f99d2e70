"""Settings in plain words, wherever two versions stand beside each other (H02, C26)."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from clever_sync.sources import SOURCES
from core.vocabulary import BlankPolicy, Policy
from imports.words import POLICIES
from schools.targets import CLASS_YEAR_FROM_GRADE

NOTHING = "–"
ALL_SCHOOLS = "All Mapped Schools"
RULES: Mapping[str, str] = {
    "add_and_update": "Add and update",
    "update_only": "Update only",
    "add_only": "Add only",
    "mark_transferred": "Mark Transferred",
    "mark_inactive": "Mark Inactive",
    "leave_alone": "Leave alone",
}


class Rule(Protocol):
    """How a field is fed, as a rule of the engine or of a settings document has it."""

    @property
    def source(self) -> str: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def blank(self) -> BlankPolicy: ...


def field_said(rule: Rule) -> str:
    """What feeds a field, with what is unusual about it."""
    if not rule.source or rule.policy == Policy.DO_NOT_IMPORT:
        return POLICIES[Policy.DO_NOT_IMPORT]
    said = [source_said(rule.source)]
    if rule.policy != Policy.CLEVER_DECIDES:
        said.append(POLICIES[rule.policy].lower())
    if rule.blank != BlankPolicy.KEEP:
        said.append("a blank clears ours")
    return ", ".join(said)


def source_said(source: str) -> str:
    """Clever's field in words."""
    if source == CLASS_YEAR_FROM_GRADE:
        return "Class year based on grade"
    return SOURCES[source].label if source in SOURCES else source


def scope_said(site_codes: Sequence[str]) -> str:
    """The chosen schools, by their site codes."""
    return f"{len(site_codes)} chosen: {', '.join(site_codes)}" if site_codes else "None"


def identifiers_said(change: bool) -> str:
    """What happens to the Barcode and Community ID of records that are here."""
    return "Clever changes them" if change else "Stay as they are"
