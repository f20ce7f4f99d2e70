"""What Daily Operations shows: a pause of two types, and a type that waits for its first import."""

from datetime import timedelta

from django.utils import timezone

from core.vocabulary import DataType
from imports.models import Schedule
from imports.queries import start_of
from imports.schedules import pause
from tests.pages.scenes import ALICE, Scene

SUMMER = "The new SIS is filled until the end of the week; its numbers are not right yet."


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Harbor Point pauses students and teachers."""
    for data_type in (DataType.STUDENT, DataType.TEACHER):
        Schedule.objects.update_or_create(
            district=trouble.district, data_type=data_type,
            defaults={"first_import_at": timezone.now() - timedelta(days=30)},
        )  # fmt: skip
    pause(
        district=trouble.district, types=[DataType.STUDENT, DataType.TEACHER],
        until=start_of(trouble.district, (timezone.now() + timedelta(days=6)).date()), by=ALICE,
        why=SUMMER,
    )  # fmt: skip
