"""What people do to a district itself: make it, name its words. People are written by writer.py."""

import re
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction

from core.problems import ConsoleError
from core.text import clean
from schools.models import District, School
from schools.queries import RENAMABLE
from schools.targets import TARGETS

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
OFFICE_NAME, OFFICE_CODE = "District Office", "OFFICE"
LONGEST_TERM = 40


@transaction.atomic
def create_district(
    *, slug: str, name: str, time_zone: str, clever_enabled: bool = False
) -> District:
    """A district with its district office. Raises ConsoleError for what cannot be."""
    if not SLUG.fullmatch(slug):
        raise ConsoleError(
            f"{slug!r} cannot stand in an address; use up to 50 of a to z, 0 to 9 and hyphens."
        )
    if not clean(name) or len(clean(name)) > 200:
        raise ConsoleError("A district needs a name of at most 200 characters.")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise ConsoleError(
            f"{time_zone!r} is not a time zone; write one such as America/Chicago."
        ) from problem
    try:
        with transaction.atomic():
            district = District.objects.create(
                slug=slug, name=clean(name), time_zone=time_zone, clever_enabled=clever_enabled
            )
    except IntegrityError as problem:
        raise ConsoleError(f"There is a district {slug} already; choose another.") from problem
    ensure_office(district=district)
    return district


def ensure_office(*, district: District) -> School:
    """The district office, made if there is none: where district admins belong (fields.md)."""
    office = School.objects.filter(district=district, is_district_office=True).first()
    if office is not None:
        return office
    taken = set(School.objects.filter(district=district).values_list("site_code", flat=True))
    codes = (OFFICE_CODE, *(f"{OFFICE_CODE}-{number}" for number in range(2, len(taken) + 3)))
    code = next(code for code in codes if code not in taken)
    return School.objects.create(
        district=district, site_code=code, name=OFFICE_NAME, is_district_office=True
    )


@transaction.atomic
def set_clever_enabled(*, district: District, enabled: bool) -> bool:
    """Support's switch (A18, B01); returns whether it was moved."""
    others = District.objects.filter(pk=district.pk).exclude(clever_enabled=enabled)
    moved = others.update(clever_enabled=enabled) > 0
    district.clever_enabled = enabled
    return moved


@transaction.atomic
def rename_term(*, district: District, field: str, label: str) -> None:
    """The district's own name for a field (B31); blank gives back ours.

    Raises ConsoleError for a field that keeps its name, for a name that is too long, and for the
    name of another field, as nobody could tell the two apart.
    """
    if field not in RENAMABLE:
        raise ConsoleError(f"{field} cannot be renamed.")
    name = clean(label)
    if len(name) > LONGEST_TERM:
        raise ConsoleError(f"{name!r} is longer than {LONGEST_TERM} characters; shorten it.")
    others = (TARGETS[key].label for key in TARGETS if key != field)
    if name.casefold() in {other.casefold() for other in others}:
        raise ConsoleError(f"There is a field called {name} already; choose another name.")
    locked = District.objects.select_for_update().get(pk=district.pk)
    locked.terminology = {**locked.terminology, field: name}
    if not name:
        del locked.terminology[field]
    locked.save(update_fields=["terminology"])
    district.terminology = locked.terminology


@transaction.atomic
def set_rollover(*, district: District, month: int, day: int) -> None:
    """The day from which on the next school year counts. Raises ConsoleError for no such day."""
    try:
        # No leap year: the day must be there in every year.
        date(2001, month, day)
    except ValueError as problem:
        raise ConsoleError(
            f"{month}-{day} is not a day of every year; choose another."
        ) from problem
    District.objects.filter(pk=district.pk).update(rollover_month=month, rollover_day=day)
    district.rollover_month, district.rollover_day = month, day
