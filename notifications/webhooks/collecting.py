"""From events to deliveries: one row per event and webhook, in the transaction of the gathering."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import prefetch_related_objects

from core.vocabulary import WebhookState
from imports.models import RunEvent
from notifications.models import Webhook, WebhookDelivery
from notifications.webhooks import payload
from notifications.webhooks.kinds import name_of

# What happens while a webhook is paused is kept for it; to one that is disabled nothing is told.
LISTEN = (WebhookState.ON, WebhookState.PAUSED)


def anybody_listens() -> bool:
    """Whether any webhook of this installation is told of anything."""
    return Webhook.objects.filter(state__in=LISTEN).exists()


def collect(events: Sequence[RunEvent]) -> int:
    """Makes the deliveries of these events; returns how many. A second time it makes none.

    Every event is told, not only what is news: a system can count, people are spared.
    """
    hooks: dict[int, list[Webhook]] = defaultdict(list)
    districts = {event.district_id for event in events}
    for hook in Webhook.objects.filter(district__in=districts, state__in=LISTEN):
        hooks[hook.district_id].append(hook)
    told = [event for event in events if event.district_id in hooks]
    if not told:
        return 0
    prefetch_related_objects(told, "district", "run")
    found = [
        WebhookDelivery(webhook=hook, event=event, kind=name, body=payload.of_event(event))
        for event in told
        if (name := name_of(event.kind, event.run.trigger if event.run else ""))
        for hook in hooks[event.district_id]
        if name in hook.events and event.at >= hook.hears_from
    ]
    return len(WebhookDelivery.objects.bulk_create(found, ignore_conflicts=True))
