"""Support is let in, and the owners of the district hear of it."""

from datetime import datetime

from django.db import transaction

from accounts.models import SupportGrant, User
from accounts.support import grant_support
from imports import outbox
from notifications.news import SUPPORT_SEES
from schools.models import District


@transaction.atomic
def let_in(
    *, district: District, user: User, reason: str, until: datetime, now: datetime, by: str
) -> SupportGrant:
    """Leave to see a district's people, told to its owners by mail (C33, H15).

    Raises ConsoleError as check_grant does, and then nobody is told.
    """
    grant = grant_support(district=district, user=user, reason=reason, until=until, now=now, by=by)
    outbox.write_of_district(district, SUPPORT_SEES, grant=grant.pk)
    return grant
