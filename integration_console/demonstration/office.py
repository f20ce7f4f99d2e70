"""What Maple Ridge has set up before the first night: who is told, and what is locked."""

from accounts import audit
from core.vocabulary import DataType
from integration_console.demonstration.logins import IMPORT_ADMIN, OWNER
from notifications.actions import save_recipients
from notifications.models import told_by_default
from schools import keeping
from schools.models import District

ADMIN = IMPORT_ADMIN.email
OFFICE = "office@maple.example"
REASON = "The family has moved; the SIS will know it after the winter break."
LOCKED = 3


def settle(district: District, outdated: str) -> None:
    """Three addresses that the office knows better than Clever stay; two people and the office
    are told by mail."""
    told = {ADMIN: told_by_default(), OWNER.email: told_by_default()}
    for data_type in DataType:
        wanted = told | ({OFFICE: told_by_default()} if data_type is DataType.STUDENT else {})
        save_recipients(district=district, data_type=data_type, wanted=wanted, by=ADMIN)
    # Of the middle schools, where nothing else happens.
    moved = district.people.filter(address__endswith=outdated, grade__in=("6", "7", "8"))
    for person in moved.order_by("sis_id").values_list("pk", flat=True)[:LOCKED]:
        keeping.lock(
            district=district, person_ids=[person], fields=["address"], by=ADMIN, reason=REASON
        )
        audit.record(
            district, ADMIN, "fields.locked", f"person:{person}", count=1, fields=["address"]
        )
