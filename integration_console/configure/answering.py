"""The answer how records arrive today, together with its audit."""

from django.db import transaction

from accounts import audit
from schools.arrival import Arrival, answer_arrival
from schools.models import District, RosterSource


@transaction.atomic
def answer(*, district: District, arrival: Arrival, by: str) -> RosterSource:
    """Stores the answer. Raises ConsoleError as `schools.arrival.answer_arrival` does."""
    source = answer_arrival(district=district, answer=arrival, by=by)
    audit.record(
        district, by, "arrival.answer", source.system, student_id_field=source.student_id_field
    )
    return source
