"""The looks of notifications, versions, what-if and the settings document."""

from tests.pages.looks import Look, at
from tests.pages.scenes import BOB

LOOKS = (
    Look("recipients-empty", at("/d/harbor/clever/notifications/")),
    Look("recipients-full", at("/d/maple/clever/notifications/")),
    Look("recipients-viewer", at("/d/maple/clever/notifications/"), BOB),
    Look("recipients-edit-empty", at("/d/harbor/clever/notifications/student/")),
    Look("recipients-edit-full", at("/d/maple/clever/notifications/student/")),
)
