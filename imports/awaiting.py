"""Asking Clever again for those who wait for its approval, so that nobody has to (B64)."""

from datetime import timedelta

import structlog
from django.db.models import Q
from django.db.models.functions import Now

from clever_sync import actions as clever
from clever_sync.asking import quick_client
from clever_sync.models import Connection
from core.problems import ConsoleError
from core.vocabulary import ConnectionState
from imports import driver

log = structlog.get_logger("console.imports")
EVERY = timedelta(minutes=15)
# Of each round: with Clever away, each of them may take half a minute.
AT_ONCE = 5


def look_again(*, most: int = AT_ONCE) -> int:
    """Asks for those who were not asked for within 15 minutes; how many Clever lets in now.

    Whoever is asked for is marked first, so that two workers do not ask for the same one.
    """
    if not driver.may_work():
        return 0
    late = Q(checked_at=None) | Q(checked_at__lt=Now() - EVERY)
    waiting = Connection.objects.filter(
        late, state=ConnectionState.WAITING, district__clever_enabled=True
    )
    came = 0
    for connection in waiting.order_by("checked_at")[:most]:
        if waiting.filter(pk=connection.pk).update(checked_at=Now()):
            came += _ask(connection)
    return came


def _ask(connection: Connection) -> bool:
    try:
        found = clever.check(connection=connection, client=quick_client())
    except ConsoleError as refusal:
        log.info("approval_not_known", connection=connection.pk, code=refusal.code)
        return False
    return found.state == ConnectionState.READY
