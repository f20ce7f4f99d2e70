"""What District Administration saves: the action of the floor below together with its audit."""

from collections.abc import Mapping

from django.db import transaction

from accounts import audit
from schools.actions import rename_term, set_rollover
from schools.models import District


@transaction.atomic
def rename_fields(*, district: District, names: Mapping[str, str], by: str) -> list[str]:
    """The district's names of fields (B31); returns the keys of those that changed.

    Raises ConsoleError for a name that cannot be, and then changes none.
    """
    before = dict(district.terminology)
    for field, name in names.items():
        if name != before.get(field, ""):
            rename_term(district=district, field=field, label=name)
    after = district.terminology
    changed = sorted(field for field in names if before.get(field) != after.get(field))
    if changed:
        audit.record(district, by, "terminology.rename", fields=changed)
    return changed


@transaction.atomic
def move_rollover(*, district: District, month: int, day: int, by: str) -> bool:
    """The day on which the next school year begins; returns whether it is another one now.

    Raises ConsoleError for a day that is not in every year.
    """
    if (district.rollover_month, district.rollover_day) == (month, day):
        return False
    set_rollover(district=district, month=month, day=day)
    audit.record(district, by, "rollover.move", f"{month:02}-{day:02}")
    return True
