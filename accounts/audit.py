"""The audit: who did what. Rows are only ever added (C23)."""

from collections.abc import Mapping

from accounts.models import AuditEvent
from schools.models import District


def record(
    district: District | None,
    actor: str,
    verb: str,
    subject: str = "",
    **details: str | int | bool | list[str] | list[int],
) -> None:
    """Adds one row. `details` holds ids, counts and codes, never a name or an address."""
    AuditEvent.objects.create(
        district=district, actor=actor, verb=verb, subject=subject, details=details
    )


def record_many(
    district: District, actor: str, verb: str, subjects: Mapping[str, Mapping[str, str]]
) -> None:
    """Adds one row for each subject, with its details, as one statement."""
    AuditEvent.objects.bulk_create(
        AuditEvent(
            district=district, actor=actor, verb=verb, subject=subject, details=dict(details)
        )
        for subject, details in subjects.items()
    )
