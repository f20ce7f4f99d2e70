"""The brakes that are on, in words (C08)."""

from core.vocabulary import DataType
from imports import catalogue
from imports.limits import limits_for
from schools.models import District

BRAKES = {
    "many_transfers": "more than {percent} % or more than {number} people",
    "many_problems": "more than {percent} % and more than {number} people",
    "school_transfers": "more than {percent} % of a school of at least {number}",
    "school_moves": "more than {percent} % of a school of at least {number}",
    "student_id_may_be_wrong": "fewer than half of at least {number} are found again",
}


def brakes_on(district: District) -> list[tuple[str, str]]:
    """The brakes that hold for students: what each is called, and when it holds changes back."""
    return [
        (
            catalogue.said(name).title,
            BRAKES.get(name, "more than {percent} %").format(
                percent=f"{limit.percent or 0:f}".removesuffix(".00"), number=limit.number or 0
            ),
        )
        for name, limit in limits_for(district, DataType.STUDENT).values.items()
    ]
