"""The brakes that are on, in words (C08)."""

from core.vocabulary import DataType
from imports import catalogue
from imports.brake_words import held_when
from imports.limits import limits_for
from schools.models import District


def brakes_on(district: District) -> list[tuple[str, str]]:
    """The brakes that hold for students: what each is called, and when it holds changes back."""
    return [
        (catalogue.said(name).title, held_when(name, limit))
        for name, limit in limits_for(district, DataType.STUDENT).values.items()
    ]
