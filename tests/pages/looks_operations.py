"""Operations, logs and alerts, in every state."""

from typing import Any

from imports.models import Alert
from tests.pages.conftest import Site
from tests.pages.looks import Look, at
from tests.pages.scenes import BOB


def alert(site: Site, reason: str, slug: str = "maple", **more: Any) -> str:
    """The newest alert of a reason that somebody of Clever stands behind."""
    found = Alert.objects.filter(district__slug=slug, reason=reason, **more)
    one = found.filter(clever_id__startswith="feed").order_by("-pk")[0]
    return f"/d/{slug}/alerts/{one.pk}/"


LOOKS = (
    Look("alerts-empty", at("/d/juniper/alerts/")),
    Look("alerts-full", at("/d/maple/alerts/")),
    Look("alerts-viewer", at("/d/maple/alerts/"), BOB),
    Look("alerts-error", at("/d/maple/alerts/?state=x&after=nonsense")),
    Look("alerts-trouble", at("/d/harbor/alerts/")),
    Look("alert-full", lambda site: alert(site, "likely_duplicate")),
    Look("alert-viewer", lambda site: alert(site, "likely_duplicate"), BOB),
    Look("alert-relink", lambda site: alert(site, "clever_id_changed")),
    Look("alert-trouble", lambda site: alert(site, "username_taken", "harbor")),
    Look("alert-skipped", lambda site: alert(site, "likely_duplicate", skipped__has_key="why")),
    Look("alerts-process-full", at("/d/maple/alerts/process/")),
    Look("alerts-process-empty", at("/d/juniper/alerts/process/")),
    Look("alert-decisions-full", at("/d/maple/alerts/decisions/")),
    Look("alert-decisions-empty", at("/d/juniper/alerts/decisions/")),
    Look("alert-decisions-viewer", at("/d/maple/alerts/decisions/"), BOB),
    Look("updates-empty", at("/d/juniper/updates/")),
    Look("updates-full", at("/d/maple/updates/")),
    Look("updates-none", at("/d/maple/updates/?field=title&type=teacher")),
    Look("updates-viewer", at("/d/maple/updates/"), BOB),
    Look("updates-error", at("/d/maple/updates/?since=nonsense&school=999999&kind=x")),
    Look("sync-unsaved", at("/d/birch/sync-now/unsaved/")),
    Look("sync-nothing-unsaved", at("/d/maple/sync-now/unsaved/")),
)
