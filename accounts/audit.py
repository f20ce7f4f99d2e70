"""The audit: who did what. Rows are only ever added (C23)."""

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
