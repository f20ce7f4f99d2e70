"""The student ID of a district that comes from another integration (A11 to A14, C04).

It must keep the Clever field that it always had: people are recognised by it. Whoever maps another
one is warned with force, compares real people, and confirms; another field needs another look.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Now

from accounts import audit
from clever_sync.queries import connection_of, last_pull
from core.problems import ConsoleError, Finding
from core.vocabulary import DataType
from mappings.actions import sentence
from mappings.pairing import Reach
from mappings.queries import StudentId, active_specs, student_id_of
from mappings.rates import FIELDS, reach
from mappings.review import moved_student_id
from mappings.spec import RulesetSpec
from schools.models import District, RosterSource
from schools.sources import lock


def student_id_now(district: District) -> StudentId:
    """The student ID by the published rules."""
    specs = active_specs(district, [DataType.STUDENT])
    return student_id_of(district, specs[0] if specs else None)


def warning(district: District, spec: RulesetSpec) -> str:
    """The blocking warning for these rules for students, in a sentence; "" if there is none.

    For any page that shows or changes the mapping, published or not (A11, A12).
    """
    identity = student_id_of(district, spec)
    if identity.old is None or identity.confirmed:
        return ""
    found = [f for f in moved_student_id(spec, identity.field) if f.code == "student_id_moved"]
    return sentence(district, DataType.STUDENT, found[0]) if found else ""


def objection(district: District, finding: Finding) -> str:
    """What a finding about the student ID says, with the district's own words."""
    return sentence(district, DataType.STUDENT, finding)


@transaction.atomic
def confirm_student_id(*, district: District, source: str, by: str) -> None:
    """Somebody has compared real people: this Clever field holds the same student ID (A14).

    Raises ConsoleError where the mapping is another one by now, and while nobody has said how
    records arrive.
    """
    lock(district)
    identity = student_id_now(district)
    if identity.answer is None:
        raise ConsoleError("Say first how records arrive today; then confirm the student ID.")
    if not source or source != identity.source:
        raise ConsoleError(
            "The mapping of the student ID was changed meanwhile. Look at the comparison again."
        )
    RosterSource.objects.filter(pk=identity.answer.pk).update(
        verified_source=source, verified_by=by, verified_at=Now()
    )
    audit.record(district, by, "student_id.confirm", identity.field, source=source)


def reach_of(district: District, data_types: Iterable[DataType]) -> dict[DataType, Reach]:
    """How many people here an import by the published rules would recognise.

    Nothing for a district whose people were never read from Clever.
    """
    connection = connection_of(district)
    if connection is None or last_pull(connection) is None:
        return {}
    return {
        spec.data_type: reach(
            connection,
            spec.data_type,
            [(rule.field, rule.source) for rule in spec.fields if rule.policy != "do_not_import"],
        )
        for spec in active_specs(district, data_types)
        if spec.data_type in FIELDS
    }
