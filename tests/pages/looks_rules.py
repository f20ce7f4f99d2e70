"""Clever Data Integration Settings and the three pages of its wizard."""

from tests.pages.looks import Look, at
from tests.pages.scenes import BOB

MAPLE, LARCH, HARBOR = (f"/d/{slug}/clever/settings/" for slug in ("maple", "larch", "harbor"))

LOOKS = (
    Look("settings-empty", at(LARCH)),
    Look("settings-full", at(MAPLE)),
    Look("settings-error", at(HARBOR)),
    Look("settings-viewer", at(MAPLE), BOB),
    Look("match-fields-empty", at(f"{LARCH}student/fields/")),
    Look("match-fields-full", at(f"{MAPLE}student/fields/")),
    Look("match-fields-teacher", at(f"{MAPLE}teacher/fields/")),
    Look("match-fields-error", at(f"{HARBOR}teacher/fields/")),
    Look("match-fields-viewer", at(f"{MAPLE}student/fields/"), BOB),
    Look("define-codes-empty", at(f"{LARCH}student/codes/")),
    Look("define-codes-full", at(f"{MAPLE}student/codes/")),
    Look("define-codes-none", at(f"{MAPLE}teacher/codes/")),
    Look("define-codes-error", at(f"{HARBOR}staff/codes/")),
    Look("sync-settings-empty", at(f"{LARCH}student/sync/")),
    Look("sync-settings-full", at(f"{MAPLE}student/sync/")),
    Look("sync-settings-error", at(f"{HARBOR}staff/sync/")),
    Look("sync-settings-viewer", at(f"{MAPLE}student/sync/"), BOB),
)
