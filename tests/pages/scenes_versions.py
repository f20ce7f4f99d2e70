"""What the pages of notifications, versions, what-if and the settings document show."""

from notifications.models import Recipient, told_by_default
from tests.pages.scenes import Scene


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Recipients with several choices of events."""
    for n, events in enumerate((told_by_default(), ["started", "finished"], ["failed"])):
        Recipient.objects.create(
            district=full.district,
            data_type="student",
            email=f"office.{n}@maple-ridge-unified-school-district.example",
            events=events,
        )
