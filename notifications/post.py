"""The post: whatever is to be told is gathered into letters, and letters are sent one by one.

Messages to webhooks are gathered with them, and sent behind them.

It is rung by the clock and stands beside the runs: none of it happens in a run's transaction, and
no fault of a mail server reaches a run (F74).
"""

import time
from collections.abc import Callable

import structlog
from django.conf import settings

from accounts.models import Membership
from core.fault_points import fault_point
from core.vocabulary import LetterState, MemberRole
from imports import driver
from imports.lease import database_now
from notifications import destroying, mail, purging, render, watch
from notifications.claims import Claim, claim, note, withdraw
from notifications.facts import facts_of
from notifications.gather import gather, somebody_hears
from notifications.mail import Answer, Conversation, Outcome
from notifications.models import Letter, Recipient
from notifications.news import TOLD_TO_OWNERS
from notifications.recipients import refusal
from notifications.webhooks import rounds

log = structlog.get_logger("console.mail")
# Beat rings each minute; whoever comes later goes on where this round has ended.
ROUND = 45.0
NO_ADDRESS = Answer(Outcome.REFUSED, 0, "This is not an address that mail can be sent to.")
BROKEN = Answer(Outcome.LATER, 0, "The mail could not be written. Tell Support.")


def work(*, seconds: float = ROUND, clock: Callable[[], float] = time.monotonic) -> int:
    """Gathers and sends for about so long; returns how many letters the server has taken.

    Webhooks come after the mail, for some seconds of their own (ADR 0032).
    """
    if not driver.may_work():
        return 0
    if somebody_hears():
        watch.look()
    gather()
    purging.nightly(database_now())
    destroying.carry_out_due(database_now())
    taken = deliver(seconds=seconds, clock=clock)
    rounds.deliver(clock=clock)
    return taken


def deliver(*, seconds: float = ROUND, clock: Callable[[], float] = time.monotonic) -> int:
    """Sends the letters whose time has come, until none is left or the server is away."""
    if not mail.reaches_people():
        return 0
    end, taken = clock() + seconds, 0
    with Conversation() as talk:
        while clock() < end and driver.may_work():
            ours = claim()
            if ours is None:
                break
            answer = _send(ours, talk)
            taken += answer is not None and answer.outcome is Outcome.TAKEN
            # Whoever comes next would meet the same: the others keep their turn.
            if answer is not None and answer.outcome is Outcome.AWAY:
                break
    return taken


def _send(ours: Claim, talk: Conversation) -> Answer | None:
    """Sends one letter; None if there was nobody to send it to."""
    letter = Letter.objects.select_related("district").get(pk=ours.letter_id)
    if refusal(letter.email):
        note(ours, NO_ADDRESS)
        return NO_ADDRESS
    if not is_told(letter):
        withdraw(ours)
        return None
    try:
        message = written(letter)
    except Exception:  # A letter that we cannot write must not keep the others waiting.
        log.exception("letter_broke", letter=letter.pk)
        answer = BROKEN
    else:
        answer = talk.send(message)
        fault_point("mail.accepted")
    state = note(ours, answer)
    if state in (LetterState.REFUSED, LetterState.GIVEN_UP):
        log.warning("letter_not_sent", letter=letter.pk, state=str(state), code=answer.code)
    return answer


def is_told(letter: Letter) -> bool:
    """Whether its address is still one of those who are told."""
    if Recipient.objects.filter(district=letter.district_id, email=letter.email).exists():
        return True
    owners = Membership.objects.filter(
        district=letter.district_id, role=MemberRole.OWNER, user__is_active=True,
        user__email__iexact=letter.email,
    )  # fmt: skip
    return letter.notices.filter(event__kind__in=TOLD_TO_OWNERS).exists() and owners.exists()


def written(letter: Letter) -> mail.Message:
    """The letter as it leaves; the same one again has the same Message-ID (F07)."""
    facts = facts_of(letter)
    words = render.write(letter.district.name, facts)
    host = settings.CONSOLE_URL.rpartition("//")[2].partition(":")[0].partition("/")[0]
    return mail.written(
        to=letter.email,
        template="told",
        context={
            "district": letter.district,
            "words": words,
            "recipients": facts[0].links["recipients"],
            "owner": any(fact.kind in TOLD_TO_OWNERS for fact in facts),
            "support": settings.SUPPORT_EMAIL,
        },
        headers={"Message-ID": f"<{letter.key}@{host}>", "Auto-Submitted": "auto-generated"},
    )
