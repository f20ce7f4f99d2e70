"""The fence of a pull: who may write, checked first in every transaction (engine.md 1)."""

from django.db import connection

from clever_sync.models import Pull
from core.vocabulary import PullState


class LostFence(Exception):
    """Somebody else drives the pull now. Stop quietly; nothing of ours was written."""


def hold_fence(pull: Pull, requests: int = 0) -> None:
    """Locks the pull for this transaction if it is still ours; adds to its count of requests.

    Raises LostFence otherwise. The row lock orders us against whoever raises the fence: either
    we are finished before, or we see the new fence and write nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clever_sync_pull SET requests = requests + %s"
            " WHERE id = %s AND fence = %s AND state = %s",
            [requests, pull.pk, pull.fence, PullState.OPEN.value],
        )
        if cursor.rowcount != 1:
            raise LostFence
