"""Looks of the webhooks: the list, one in each state, what is typed wrongly, the secret."""

from collections.abc import Callable

from notifications.models import Webhook
from tests.pages.conftest import Site
from tests.pages.looks import Look, at, press
from tests.pages.scenes import BOB


def of(state: str, *, failing: bool = False) -> Callable[[Site], str]:
    """The page of the webhook in this state."""

    def address(site: Site) -> str:
        found = Webhook.objects.filter(district=site.full.district, state=state)
        mine = found.filter(failing_since__isnull=not failing) if state == "on" else found
        return f"/d/maple/setup/webhooks/{mine.order_by('pk')[0].pk}/"

    return address


LOOKS = (
    Look("webhooks-empty", at("/d/juniper/setup/webhooks/")),
    Look("webhooks-full", at("/d/maple/setup/webhooks/")),
    Look("webhooks-viewer", at("/d/maple/setup/webhooks/"), BOB, status=403),
    Look("webhook-new", at("/d/maple/setup/webhooks/new/")),
    Look(
        "webhook-new-error",
        at("/d/maple/setup/webhooks/new/"),
        then=press("Add", url="http://10.0.0.1/in"),
    ),
    Look("webhook-full", of("on")),
    Look("webhook-failing", of("on", failing=True)),
    Look("webhook-paused", of("paused")),
    Look("webhook-off", of("disabled")),
    Look("webhook-error", of("on"), then=press("Save", url="https://user:word@sis.example/")),
    Look("webhook-secret", of("paused"), then=press("Make a new secret")),
)
