"""Looks of other sources, match rates and the Import Summary."""

from schools.models import SourceExport
from tests.pages.conftest import Site
from tests.pages.looks import Look, at
from tests.pages.scenes import BOB


def export(site: Site) -> str:
    kept = SourceExport.objects.filter(district=site.full.district).first()
    assert kept
    return f"/d/maple/clever/sources/exports/{kept.pk}/"


LOOKS = (
    Look("sources-empty", at("/d/juniper/clever/sources/")),
    Look("sources-full", at("/d/maple/clever/sources/")),
    Look("sources-trouble", at("/d/harbor/clever/sources/")),
    Look("sources-viewer", at("/d/harbor/clever/sources/"), BOB),
    Look("begin-empty", at("/d/juniper/clever/sources/switch/")),
    Look("begin-full", at("/d/maple/clever/sources/switch/")),
    Look("begin-trouble", at("/d/harbor/clever/sources/switch/")),
    Look("source-export", export),
    Look("match-rates-empty", at("/d/juniper/clever/match-rates/")),
    Look("match-rates-full", at("/d/maple/clever/match-rates/")),
    Look("match-rates-trouble", at("/d/harbor/clever/match-rates/")),
    Look("match-rates-teachers", at("/d/maple/clever/match-rates/?type=teacher")),
    Look("match-rates-viewer", at("/d/harbor/clever/match-rates/"), BOB),
    Look("import-summary-empty", at("/d/juniper/clever/import/")),
    Look("import-summary-full", at("/d/maple/clever/import/")),
    Look("import-summary-trouble", at("/d/harbor/clever/import/")),
    Look("import-summary-viewer", at("/d/maple/clever/import/"), BOB),
)
