"""Sync Settings write rules and a timetable: both or neither."""

from django.db import transaction

from core.vocabulary import DataType
from imports.schedules import set_timetable
from imports.timetable import Timetable
from mappings.drafts import keep_draft
from mappings.models import Ruleset
from mappings.spec import RulesetSpec
from schools.models import District


@transaction.atomic
def keep_sync_settings(
    *, district: District, spec: RulesetSpec, timetable: Timetable, by: str, seen: int | None
) -> Ruleset | None:
    """Keeps the rules as a draft and lets the timetable hold at once. Raises ConsoleError."""
    kept = keep_draft(district=district, spec=spec, by=by, seen=seen)
    set_timetable(district=district, data_type=DataType(spec.data_type), timetable=timetable, by=by)
    return kept
