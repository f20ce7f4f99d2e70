"""What people do to the lists of who is told by mail. Each action owns its transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from accounts import audit
from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.states import one
from core.vocabulary import DataType, EventKind, LetterState
from notifications import mail, recipients
from notifications.models import Letter, Recipient, told_by_default
from notifications.states import LETTER
from schools.models import District

MOST_TESTS, TEST_WINDOW = 5, timedelta(minutes=10)


@dataclass(frozen=True)
class Saved:
    """What saving a list did; nothing, if it was so already."""

    added: int = 0
    removed: int = 0
    changed: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@transaction.atomic
def save_recipients(
    *, district: District, data_type: DataType, wanted: Mapping[str, Iterable[str]], by: str
) -> Saved:
    """Makes these the recipients of a data type: {address: events they are told of} (A54-A59).

    Raises ConsoleError, which names the address, and then nothing is stored.
    """
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    lists = {address.lower(): _events(address, kinds) for address, kinds in wanted.items()}
    _check(lists)
    here = {r.email: r for r in Recipient.objects.filter(district=district, data_type=data_type)}
    gone = [row.pk for email, row in here.items() if email not in lists]
    changed = [r for email, r in here.items() if email in lists and r.events != lists[email]]
    new = [email for email in lists if email not in here]
    Recipient.objects.filter(pk__in=gone).delete()
    for row in changed:
        row.events = lists[row.email]
    Recipient.objects.bulk_update(changed, ["events"])
    Recipient.objects.bulk_create(
        Recipient(district=district, data_type=data_type, email=email, events=lists[email])
        for email in new
    )
    saved = Saved(len(new), len(gone), len(changed))
    if saved.anything:
        _record(district, data_type, saved, by)
    return saved


@transaction.atomic
def first_recipient(*, district: District, email: str, by: str) -> bool:
    """Whoever saves Setup is told of failures, holds, decisions and alerts of every data type.

    Only where nobody is told of anything yet; returns whether it was so.
    """
    if recipients.refusal(email) or Recipient.objects.filter(district=district).exists():
        return False
    for data_type in DataType:
        save_recipients(
            district=district,
            data_type=data_type,
            wanted={email: told_by_default()},
            by=by,
        )
    return True


def send_test(*, district: District, email: str, by: str) -> mail.Answer:
    """Sends a test mail to an address of the district's lists now; what the mail server said.

    Raises ConsoleError for an address that is in no list, without a mail server, and after five
    within ten minutes.
    """
    _need_in_a_list(district, email)
    if not mail.is_sent():
        raise ConsoleError("This installation has no mail server, so no mail can be sent.")
    with transaction.atomic():
        District.objects.select_for_update(no_key=True).get(pk=district.pk)
        tests = AuditEvent.objects.filter(district=district, verb="mail.test")
        if tests.filter(at__gt=Now() - TEST_WINDOW).count() >= MOST_TESTS:
            raise ConsoleError("That were many test mails. Wait ten minutes, then try again.")
        audit.record(district, by, "mail.test")
    message = mail.written(to=email, template="test", context={"district": district, "by": by})
    with mail.Conversation() as talk:
        return talk.send(message)


@transaction.atomic
def try_again(*, district: District, email: str, by: str) -> bool:
    """Lets the last mail that an address did not get be sent again; whether there was one.

    Raises ConsoleError for an address that is in no list.
    """
    _need_in_a_list(district, email)
    newest = Letter.objects.filter(district=district, email=email).order_by("-pk").first()
    if newest is None or newest.state not in (LetterState.REFUSED, LetterState.GIVEN_UP):
        return False
    moved = LETTER.move(
        one(Letter, newest.pk), LetterState.WAITING, next_attempt_at=Now(), attempts=0
    )
    if moved:
        audit.record(district, by, "mail.again", str(newest.pk))
    return bool(moved)


def _need_in_a_list(district: District, email: str) -> None:
    if not Recipient.objects.filter(district=district, email=email).exists():
        raise ConsoleError("This address is in none of the lists. Add it first.")


def _events(address: str, kinds: Iterable[str]) -> list[str]:
    """The events in their own order. Raises ConsoleError for none and for unknown ones."""
    chosen = {str(kind) for kind in kinds}
    unknown = sorted(chosen - {str(kind) for kind in EventKind})
    if unknown:
        raise ConsoleError(f"{address}: {unknown[0]!r} is not an event that is told by mail.")
    if not chosen:
        raise ConsoleError(f"{address} would be told of nothing. Choose an event, or remove it.")
    return [str(kind) for kind in EventKind if kind in chosen]


def _check(addresses: Iterable[str]) -> None:
    found = [recipients.refusal(address) for address in addresses]
    refused = [why for why in (*found, recipients.too_many(addresses)) if why]
    if refused:
        raise ConsoleError(" ".join(refused), code="bad_recipient")


def _record(district: District, data_type: DataType, saved: Saved, by: str) -> None:
    audit.record(
        district,
        by,
        "recipients.save",
        str(data_type),
        added=saved.added,
        removed=saved.removed,
        changed=saved.changed,
    )
