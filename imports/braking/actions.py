"""What people do to a district's brakes. Runs use the values that they were started with."""

from decimal import Decimal

from django.db import transaction

from accounts import audit
from core.problems import ConsoleError
from core.vocabulary import DataType
from imports.brake_terms import DEFAULTS, Limit
from imports.brake_words import BRAKES, held_when
from imports.models import Brake
from schools.models import District


@transaction.atomic
def set_brake(
    *,
    district: District,
    data_type: DataType,
    name: str,
    percent: Decimal | None,
    number: int | None,
    by: str,
) -> bool:
    """Gives a brake the district's own values; a part that is None, or the default's, is that.

    Switches it on, if it was off. Returns whether anything is another now. Raises ConsoleError for
    a percentage outside of 0 to 100, a number below 0 or one where the brake has none.
    """
    default = _default(name)
    check(name, percent, number)
    own = Brake(
        percent=None if percent == default.percent else percent,
        number=None if number == default.number else number,
    )
    return _replace(district, data_type, name, own, by)


@transaction.atomic
def switch_off(*, district: District, data_type: DataType, name: str, reason: str, by: str) -> bool:
    """Switches a brake off until somebody switches it on again; returns whether it was on.

    Raises ConsoleError without a reason.
    """
    _default(name)
    if not reason.strip():
        raise ConsoleError("Reason: write why this brake is switched off. It is still on.")
    return _replace(district, data_type, name, Brake(off=True, reason=reason.strip()), by)


def check(name: str, percent: Decimal | None, number: int | None) -> None:
    """Raises ConsoleError for values that a brake cannot have."""
    if percent is not None and not 0 <= percent <= 100:
        raise ConsoleError("Percentage: write a number between 0 and 100, such as 12.5.")
    if number is not None and number < 0:
        raise ConsoleError("Number of people: write 0 or more.")
    if number is not None and not BRAKES[name].number:
        raise ConsoleError("This brake has no number of people beside its percentage.")


def _default(name: str) -> Limit:
    if name not in DEFAULTS:
        raise ConsoleError(f"There is no brake {name!r}.")
    return DEFAULTS[name]


def _replace(district: District, data_type: DataType, name: str, new: Brake, by: str) -> bool:
    """Puts `new` in the place of what the district has of this brake; the default is no row."""
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    rows = Brake.objects.filter(district=district, data_type=str(data_type), name=name)
    old = rows.first() or Brake()
    if _values(old) == _values(new):
        return False
    rows.delete()
    if _values(new) != _values(Brake()):
        new.district, new.data_type, new.name = district, str(data_type), name
        new.save()
    audit.record(
        district, by, "brake.off" if new.off else "brake.change", f"{data_type}/{name}",
        old=said(name, old), new=said(name, new), reason=new.reason,
    )  # fmt: skip
    return True


def _values(brake: Brake) -> tuple[Decimal | None, int | None, bool, str]:
    return brake.percent, brake.number, brake.off, brake.reason


def said(name: str, brake: Brake) -> str:
    """When a brake with these own values holds, in words."""
    return held_when(
        name, None if brake.off else _default(name).replaced(brake.percent, brake.number)
    )
