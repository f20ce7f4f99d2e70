"""Looks of Activity: who did what."""

from tests.pages.looks import Look, at

LOOKS = (
    Look("activity-full", at("/d/maple/activity/")),
    Look("activity-empty", at("/d/juniper/activity/")),
    Look("activity-error", at("/d/maple/activity/?since=nonsense&kind=x")),
)
