"""Looks of the charts: the district, one school, nothing, a filter that is wrong."""

from tests.pages.conftest import Site
from tests.pages.looks import Look, at
from tests.pages.scenes import BOB


def of_school(site: Site) -> str:
    return f"/d/maple/operations/charts/?days=90&school={site.full.schools[0].pk}"


LOOKS = (
    Look("charts-full", at("/d/maple/operations/charts/?days=90")),
    Look("charts-school", of_school),
    Look("charts-viewer", at("/d/maple/operations/charts/"), BOB),
    Look("charts-empty", at("/d/juniper/operations/charts/")),
    Look("charts-error", at("/d/maple/operations/charts/?days=12&school=x")),
)
