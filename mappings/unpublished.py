"""Work on the rules that is saved, but not in force yet: what Sync Now asks about (B52)."""

from dataclasses import dataclass
from datetime import datetime

from core.vocabulary import DataType, RulesetState
from mappings.models import Ruleset, SchoolMatchDraft
from schools.models import District


@dataclass(frozen=True)
class Draft:
    """Settings of a data type, or school matches where `data_type` is None; by whom, and when."""

    data_type: DataType | None
    by: str
    at: datetime


def unpublished(district: District) -> list[Draft]:
    """What a run would not obey yet, in the order of the data types; school matches last."""
    order = list(DataType)
    drafts = [
        Draft(DataType(draft.data_type), draft.created_by, draft.created_at)
        for draft in Ruleset.objects.filter(district=district, state=RulesetState.DRAFT)
    ]
    drafts.sort(key=lambda draft: order.index(draft.data_type or DataType.STAFF))
    chosen = SchoolMatchDraft.objects.filter(district=district).first()
    if chosen is not None:
        drafts.append(Draft(None, chosen.chosen_by, chosen.chosen_at))
    return drafts
