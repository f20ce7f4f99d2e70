"""Who sends a letter: claiming it, and noting what came of it. All by the database's clock."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection as database
from django.db.models import Value
from django.db.models.functions import Now

from core.vocabulary import LetterState
from notifications.mail import Answer, Outcome
from notifications.models import Letter
from notifications.states import LETTER

# Longer than a message may take, so that nobody begins with what somebody is sending.
LEASE = 180
PATIENCE_HOURS = 24
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30))
_CLAIM = """
    UPDATE notifications_letter SET fence = fence + 1, attempts = attempts + 1,
        lease_until = statement_timestamp() + make_interval(secs => %s)
    WHERE id = (
        SELECT id FROM notifications_letter
        WHERE state = 'waiting' AND next_attempt_at <= statement_timestamp()
            AND (lease_until IS NULL OR lease_until < statement_timestamp())
        ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, fence, attempts, created_at < statement_timestamp() - make_interval(hours => %s)
"""
_ENDS = {Outcome.TAKEN: LetterState.SENT, Outcome.REFUSED: LetterState.REFUSED}


@dataclass(frozen=True)
class Claim:
    """A letter that is ours to send; `fence` goes into what is written of it."""

    letter_id: int
    fence: int
    attempts: int
    last: bool


def claim() -> Claim | None:
    """Takes the letter that has waited longest for its next try; None if there is none."""
    with database.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE, PATIENCE_HOURS])
        row = cursor.fetchone()
    return None if row is None else Claim(*row)


def note(ours: Claim, answer: Answer) -> LetterState | None:
    """Writes down what the mail server said; the letter's new state, None if it is not ours.

    After 24 hours a letter that still could not leave is given up (F74).
    """
    mine = Letter.objects.filter(pk=ours.letter_id, fence=ours.fence)
    words: dict[str, Any] = {"code": answer.code, "said": answer.said, "lease_until": None}
    end = _ENDS.get(answer.outcome, LetterState.GIVEN_UP if ours.last else None)
    if end is not None:
        if end is LetterState.SENT:
            words["sent_at"] = Now()
        return end if LETTER.move(mine, end, **words) else None
    again = Now() + Value(pause(ours.attempts))
    kept = mine.filter(state=LetterState.WAITING).update(next_attempt_at=again, **words)
    return LetterState.WAITING if kept else None


def withdraw(ours: Claim) -> None:
    """The address is not in the lists any more: the letter does not leave."""
    mine = Letter.objects.filter(pk=ours.letter_id, fence=ours.fence)
    LETTER.move(mine, LetterState.WITHDRAWN, lease_until=None)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries: longer each time, half an hour at most."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]
