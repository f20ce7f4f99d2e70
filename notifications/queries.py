"""What pages read of who is told by mail. The district always first."""

from core.vocabulary import DataType
from notifications.models import Recipient
from schools.models import District


def recipients_of(district: District, data_type: DataType) -> list[Recipient]:
    """Who is told of a data type, in the order of their addresses."""
    return list(Recipient.objects.filter(district=district, data_type=data_type).order_by("email"))


def all_recipients(district: District) -> dict[DataType, list[Recipient]]:
    """Who is told, per data type; every type is there."""
    found: dict[DataType, list[Recipient]] = {data_type: [] for data_type in DataType}
    for row in Recipient.objects.filter(district=district).order_by("email"):
        found[DataType(row.data_type)].append(row)
    return found
