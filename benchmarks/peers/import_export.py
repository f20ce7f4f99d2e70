"""django-import-export: a resource with bulk writes that skips whoever is unchanged."""

import tablib
from import_export import resources
from import_export.instance_loaders import CachedInstanceLoader

from benchmarks.cases import Case
from benchmarks.measured import Work
from benchmarks.peers.models import PeerPerson
from benchmarks.peers.person import people
from benchmarks.peers.tables import COLUMNS, prepare
from benchmarks.roster import Pages

__all__ = ["prepare", "run"]


class _People(resources.ModelResource):
    class Meta:
        model = PeerPerson
        fields = COLUMNS
        import_id_fields = ("clever_id",)
        instance_loader_class = CachedInstanceLoader
        use_bulk = True
        skip_unchanged = True
        report_skipped = False
        use_transactions = True


def run(pages: Pages, case: Case) -> Work:
    """Imports each page as a dataset."""
    seen = created = changed = 0
    resource = _People()
    for page in people(pages.bodies()):
        rows = [tuple(values[name] for name in COLUMNS) for values in page]
        result = resource.import_data(tablib.Dataset(*rows, headers=COLUMNS), raise_errors=True)
        seen += len(page)
        created += result.totals["new"]
        changed += result.totals["update"]
    return Work(seen, created, changed)
