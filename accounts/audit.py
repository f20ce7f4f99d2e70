"""The audit: who did what. Rows are only ever added (C23)."""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models.functions import Now

from accounts.models import AuditEvent
from schools.models import District

# A page that is opened again, or turned over, is the same look.
SAME_LOOK = timedelta(hours=1)


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


def record_look(district: District, actor: str, verb: str, subject: str) -> None:
    """Adds one row for a look at something, unless this actor's last hour has one already."""
    known = AuditEvent.objects.filter(
        district=district, actor=actor, verb=verb, subject=subject, at__gt=Now() - SAME_LOOK
    )
    if not known.exists():
        record(district, actor, verb, subject)


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
