"""The answer how records arrive today, together with its audit."""

from django.db import transaction

from accounts import audit
from core.problems import ConsoleError
from core.vocabulary import SourceState
from integration_console.sources.actions import is_clever_on
from schools.arrival import Arrival, answer_arrival
from schools.models import District, RosterSource
from schools.sources import name_of


@transaction.atomic
def answer(*, district: District, arrival: Arrival, by: str) -> RosterSource:
    """Stores the answer.

    Raises ConsoleError as `schools.arrival.answer_arrival` does, and for a source that would
    deliver beside Clever while Clever is on (B47).
    """
    source = answer_arrival(district=district, answer=arrival, by=by)
    if arrival.exclusive and source.state == SourceState.ON and is_clever_on(district):
        name = name_of(source.system)
        raise ConsoleError(
            f"Clever and {name} cannot both be on, and Clever is on here. Switch Clever off first,"
            f" if {name} still delivers."
        )
    audit.record(
        district, by, "arrival.answer", source.system, student_id_field=source.student_id_field
    )
    return source
