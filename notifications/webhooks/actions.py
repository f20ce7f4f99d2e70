"""What people do to the webhooks of a district. Each action owns its transaction (C28)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Now

from accounts import audit
from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.states import one
from core.vocabulary import DeliveryState, WebhookState
from imports.lease import database_now
from notifications.models import Webhook, WebhookDelivery
from notifications.states import DELIVERY, WEBHOOK
from notifications.webhooks import door, payload, rounds, signing
from notifications.webhooks.addresses import Refused, host_of
from notifications.webhooks.claims import LEASE, Claim
from notifications.webhooks.kinds import KINDS, TEST
from schools.models import District

MOST = 10
MOST_TESTS, TEST_WINDOW = 5, timedelta(minutes=10)
# For so long after a rotation both secrets sign.
OVERLAP = timedelta(hours=24)
GONE = "This webhook was removed meanwhile."


@dataclass(frozen=True)
class Secret:
    """A webhook with its new secret, which is shown this once."""

    webhook: Webhook
    secret: str


def add_webhook(*, district: District, url: str, events: Iterable[str], by: str) -> Secret:
    """Adds an address that is told of these events from now on (C28).

    Raises ConsoleError for an address that cannot be sent to now, that is there already, for no
    event, and for more than ten webhooks.
    """
    _check_address(url)
    chosen, secret = _events(events), signing.new_secret()
    with transaction.atomic():
        _lock(district)
        here = Webhook.objects.filter(district=district)
        if here.filter(url=url).exists():
            raise ConsoleError("This address is a webhook here already.", code="known_address")
        if here.count() >= MOST:
            raise ConsoleError(f"A district has {MOST} webhooks at most. Remove one first.")
        made = Webhook.objects.create(district=district, url=url, events=chosen, secret=secret)
        _record(made, by, "webhook.add", events=chosen)
    return Secret(made, secret)


def change_webhook(
    *, district: District, number: int, url: str, events: Iterable[str], by: str
) -> bool:
    """Gives a webhook another address or other events; whether anything is new.

    Raises ConsoleError as `add_webhook` does, and for a webhook that is not there.
    """
    before = Webhook.objects.filter(district=district, pk=number).first()
    if before is None or before.url != url:
        _check_address(url)
    chosen = _events(events)
    with transaction.atomic():
        hook = _mine(district, number)
        if hook.url == url and hook.events == chosen:
            return False
        if Webhook.objects.filter(district=district, url=url).exclude(pk=hook.pk).exists():
            raise ConsoleError("This address is a webhook here already.", code="known_address")
        if hook.url != url:
            # Another receiver: the failures of the one before are not its own.
            _forgive(hook)
        hook.url, hook.events = url, chosen
        hook.save(update_fields=["url", "events"])
        _record(hook, by, "webhook.change", events=chosen)
    return True


def rotate_secret(*, district: District, number: int, seen: int, by: str) -> Secret:
    """Makes a new secret; for 24 hours the one before signs as well.

    `seen` is how often it was rotated when the page was opened. Raises ConsoleError if somebody
    has rotated it since.
    """
    secret = signing.new_secret()
    with transaction.atomic():
        hook = _mine(district, number)
        if hook.rotations != seen:
            raise ConsoleError(
                "The secret was changed since this page was opened, so nothing was done. A secret"
                " is shown once: if you have not noted it, make another one.",
                code="rotated",
            )
        Webhook.objects.filter(pk=hook.pk).update(
            secret=secret, former_secret=F("secret"), former_until=Now() + Value(OVERLAP),
            rotations=F("rotations") + 1,
        )  # fmt: skip
        _record(hook, by, "webhook.rotate")
    return Secret(hook, secret)


@transaction.atomic
def pause_webhook(*, district: District, number: int, by: str) -> bool:
    """Sends nothing until it is switched on again; whether it was on."""
    hook = _mine(district, number)
    moved = WEBHOOK.move(one(Webhook, hook.pk), WebhookState.PAUSED)
    if moved:
        _record(hook, by, "webhook.pause")
    return bool(moved)


@transaction.atomic
def resume_webhook(*, district: District, number: int, by: str) -> bool:
    """Switches it on; whether it was paused or disabled.

    What was kept during a pause is sent. To one that was disabled only what happens from now on.
    """
    hook = _mine(district, number)
    moved = WEBHOOK.move(one(Webhook, hook.pk), WebhookState.ON)
    if moved:
        if hook.state == WebhookState.DISABLED:
            Webhook.objects.filter(pk=hook.pk).update(hears_from=Now())
        _forgive(hook)
        _record(hook, by, "webhook.resume")
    return bool(moved)


@transaction.atomic
def remove_webhook(*, district: District, number: int, by: str) -> str:
    """Removes a webhook with its deliveries, also those that wait; returns its host."""
    hook = _mine(district, number)
    _record(hook, by, "webhook.remove")
    hook.delete()
    return host_of(hook.url)


def send_test(*, district: District, number: int, by: str) -> door.Answer:
    """Sends a test now, whatever the state of the webhook; what came of it.

    It is tried once, and says nothing about whether the webhook fails. Raises ConsoleError after
    five within ten minutes.
    """
    with transaction.atomic():
        hook = _mine(district, number)
        tests = AuditEvent.objects.filter(district=district, verb="webhook.test")
        if tests.filter(at__gt=Now() - Value(TEST_WINDOW)).count() >= MOST_TESTS:
            raise ConsoleError("That were many tests. Wait ten minutes, then try again.")
        _record(hook, by, "webhook.test")
        made = WebhookDelivery.objects.create(
            webhook=hook, kind=TEST, body=payload.of_test(district, database_now()),
            fence=1, attempts=1, lease_until=Now() + Value(timedelta(seconds=LEASE)),
        )  # fmt: skip
        ours = Claim(made.pk, hook.pk, fence=1, attempts=1, test=True)
    answer = rounds.call_of(ours)()
    rounds.ended(ours, answer)
    return answer


@transaction.atomic
def send_again(*, district: District, number: int, delivery: int, by: str) -> bool:
    """Lets a message be sent again, with the webhook-id it had; whether that was needed.

    Raises ConsoleError for one that is not there.
    """
    hook = _mine(district, number)
    if not hook.deliveries.filter(pk=delivery, event__isnull=False).exists():
        raise ConsoleError(
            "This message is not kept any more, or it was a test.", code="no_message"
        )
    moved = DELIVERY.move(
        one(WebhookDelivery, delivery), DeliveryState.WAITING, next_attempt_at=Now(), attempts=0
    )
    if moved:
        # Somebody waits for it: the rest after a failure is over.
        Webhook.objects.filter(pk=hook.pk).update(rests_until=None)
        _record(hook, by, "webhook.again", delivery=delivery)
    return bool(moved)


def _check_address(url: str) -> None:
    try:
        door.check(url, local=bool(settings.DEBUG))
    except Refused as why:
        raise ConsoleError(str(why), code="bad_address") from None


def _events(names: Iterable[str]) -> list[str]:
    wanted = set(names)
    unknown = sorted(wanted - KINDS.keys())
    if unknown:
        raise ConsoleError(f"{unknown[0]!r} is not an event of the list.")
    if not wanted:
        raise ConsoleError("It would be told of nothing. Choose an event at least.")
    return [name for name in KINDS if name in wanted]


def _lock(district: District) -> None:
    District.objects.select_for_update(no_key=True).get(pk=district.pk)


def _mine(district: District, number: int) -> Webhook:
    """The webhook, for this transaction alone. Raises ConsoleError if it is not there."""
    found = Webhook.objects.select_for_update(of=("self",)).select_related("district")
    hook = found.filter(district=district, pk=number).first()
    if hook is None:
        raise ConsoleError(GONE, code="no_webhook")
    return hook


def _forgive(hook: Webhook) -> None:
    Webhook.objects.filter(pk=hook.pk).update(failures=0, failing_since=None, rests_until=None)


def _record(hook: Webhook, by: str, verb: str, **details: int | list[str]) -> None:
    """The host only: what follows it in an address may be as good as a password."""
    audit.record(hook.district, by, verb, host_of(hook.url), webhook=hook.pk, **details)
