"""Operations, logs and alerts, in every state."""

from tests.pages.looks import Look, at
from tests.pages.scenes import BOB

LOOKS = (
    Look("alerts-empty", at("/d/juniper/alerts/")),
    Look("alerts-full", at("/d/maple/alerts/")),
    Look("alerts-viewer", at("/d/maple/alerts/"), BOB),
    Look("alerts-error", at("/d/maple/alerts/?state=x&after=nonsense")),
    Look("alerts-trouble", at("/d/harbor/alerts/")),
    Look("updates-empty", at("/d/juniper/updates/")),
    Look("updates-full", at("/d/maple/updates/")),
    Look("updates-none", at("/d/maple/updates/?field=title&type=teacher")),
    Look("updates-viewer", at("/d/maple/updates/"), BOB),
    Look("updates-error", at("/d/maple/updates/?since=nonsense&school=999999&kind=x")),
    Look("sync-unsaved", at("/d/birch/sync-now/unsaved/")),
    Look("sync-nothing-unsaved", at("/d/maple/sync-now/unsaved/")),
)
