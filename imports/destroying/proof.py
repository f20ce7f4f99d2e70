"""Whether a certificate is still what it was when it was written: by the audit's word (C34)."""

from dataclasses import dataclass

from accounts.models import AuditEvent
from imports.destroying.certificate import digest_of
from imports.models import Destruction


@dataclass(frozen=True)
class Proof:
    """`broken` says in a sentence what does not fit; "" if all does. `event`: the audit's row."""

    event: int | None
    broken: str = ""


def proof(row: Destruction) -> Proof:
    """Compares a certificate with its digest, and that with the audit.

    That the audit itself was not changed is proved by verify_audit, for the chain as a whole.
    """
    if not row.text:
        return Proof(None, "There is no certificate: nothing was destroyed yet.")
    if digest_of(row.text) != row.digest:
        return Proof(None, "The text is not the one that was certified.")
    event = AuditEvent.objects.filter(
        district=row.district_id,
        verb=f"values.destroyed.{row.kind}",
        subject=f"destruction:{row.pk}",
    ).first()
    if event is None:
        return Proof(None, "The audit does not know this certificate.")
    if event.details.get("digest") != row.digest:
        return Proof(event.pk, "The audit knows another certificate under this number.")
    return Proof(event.pk)
