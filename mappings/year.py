"""The school year of a district. Pure: today is handed in."""

from datetime import date


def school_year_end(today: date, month: int, day: int) -> int:
    """This year before the rollover day (month, day), next year from it on (fields.md)."""
    return today.year + ((today.month, today.day) >= (month, day))
