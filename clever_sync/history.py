"""What earlier pulls left behind, as far as the next one must know it."""

from clever_sync.models import Connection, MirrorObject, Pull
from clever_sync.reasons import Before
from core.vocabulary import PullState


def before(connection: Connection) -> Before | None:
    """How the newest pulls ended; None where nothing was ever read completely."""
    full = connection.last_full_pull
    finished = Pull.objects.filter(connection=connection, state=PullState.DONE)
    newest = finished.order_by("-id").first()
    if full is None or full.finished_at is None or newest is None:
        return None
    return Before(
        basis=newest.basis,
        was_paused=bool(newest.adds_only),
        proved=not _is_open(newest),
        full_at=full.finished_at,
        full_last_sync=full.last_sync,
        cursor=connection.event_cursor,
        cursor_at=connection.event_cursor_at,
    )


def _is_open(pull: Pull) -> bool:
    """Whether a walk proved nothing, or somebody's absence waits to be confirmed."""
    absent = MirrorObject.objects.filter(
        connection_id=pull.connection_id, absent_in__isnull=False, gone_in__isnull=True
    )
    return pull.walks.exclude(proved=True).exists() or absent.exists()
