"""What the pages of webhooks show: one that works, one that fails, one paused, one switched off."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from imports.models import RunEvent
from notifications.models import Webhook, WebhookDelivery
from notifications.webhooks.kinds import BY_DEFAULT, KINDS
from notifications.webhooks.signing import new_secret
from schools.models import District
from tests.pages.scenes import Scene

TAKEN: dict[str, object] = {"state": "delivered", "code": 200, "attempts": 1}
WAITS: dict[str, object] = {
    "state": "waiting", "code": 503, "attempts": 4,
    "said": "upstream connect error or disconnect/reset before headers. reset reason: overflow",
}  # fmt: skip
GIVEN_UP: dict[str, object] = {
    "state": "given_up",
    "attempts": 12,
    "said": "It did not answer in time.",
}
GONE: dict[str, object] = {"state": "given_up", "attempts": 1, "code": 410, "said": "Gone"}


def webhook(district: District, host: str = "sis.maple-ridge.example", **more: object) -> Webhook:
    """A webhook whose address nobody has looked at."""
    fields = {"events": list(BY_DEFAULT), "secret": new_secret(), **more}
    return Webhook.objects.create(district=district, url=f"https://{host}/console/in", **fields)


def sent(to: Webhook, kind: str, hours: float, **fields: object) -> WebhookDelivery:
    """A message of so many hours ago."""
    event = RunEvent.objects.create(district=to.district, kind=kind, data_types=["student"])
    RunEvent.objects.filter(pk=event.pk).update(delivered_at=timezone.now())
    made = WebhookDelivery.objects.create(webhook=to, event=event, kind=kind, body="{}", **fields)
    past = timezone.now() - timedelta(hours=hours)
    WebhookDelivery.objects.filter(pk=made.pk).update(created_at=past, tried_at=past)
    return made


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Four webhooks of Maple Ridge; the first of them has many messages."""
    now = timezone.now()
    rotated: dict[str, Any] = {
        "former_secret": new_secret(),
        "former_until": now + timedelta(hours=20),
    }
    works = webhook(full.district, events=list(KINDS), rotations=1, **rotated)
    for n, kind in enumerate([*KINDS] * 4, start=1):
        sent(works, kind, 60 - n, **(GIVEN_UP if n % 9 == 0 else TAKEN))
    WebhookDelivery.objects.create(
        webhook=works, kind="webhook.test", body="{}", tried_at=now, **TAKEN
    )
    fails = webhook(
        full.district, "attendance-and-much-more.facilities.maple-ridge.example",
        events=["run.failed"], failures=4, failing_since=now - timedelta(hours=30),
    )  # fmt: skip
    sent(fails, "run.failed", 30, **WAITS)
    webhook(full.district, "paused.example", state="paused", events=["run.held"])
    off = webhook(
        full.district, "off.example", state="disabled", failing_since=now - timedelta(days=5),
        failures=30,
    )  # fmt: skip
    sent(off, "run.held", 20, **GONE)
