"""How mail stands: one address waits, one has its mail, one is refused."""

from datetime import timedelta

from django.utils import timezone

from notifications.models import Letter
from tests.pages.scenes import Scene

LONG = "office@maple-ridge.example"
WAITS: dict[str, object] = {
    "state": "waiting",
    "attempts": 9,
    "said": "[Errno 111] Connection refused",
}
SENT: dict[str, object] = {"state": "sent"}
REFUSED: dict[str, object] = {
    "state": "refused",
    "code": 550,
    "said": f"5.1.1 <2.{LONG}>: Recipient address rejected: User unknown in virtual mailbox table",
}


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """For the lists and the overview of Maple Ridge; scenes_versions makes the recipients."""
    past = timezone.now() - timedelta(hours=3)
    for n, fields in enumerate((WAITS, SENT, REFUSED)):
        made = Letter.objects.create(district=full.district, email=f"{n}.{LONG}")
        Letter.objects.filter(pk=made.pk).update(created_at=past, sent_at=past, **fields)
    Letter.objects.filter(district=full.district).exclude(state="sent").update(sent_at=None)
