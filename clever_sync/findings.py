"""What a pull found wrong in records: all of it counted, the first hundred of each code kept."""

from collections import Counter
from collections.abc import Iterable

from clever_sync.models import Pull, PullFinding
from core.problems import Finding
from core.text import clean

MOST_OF_A_CODE = 100


def note_findings(pull: Pull, findings: Iterable[tuple[str, Finding]]) -> None:
    """Adds findings, each with the Clever id it is about, to the pull. Needs the pull's lock."""
    found = list(findings)
    if not found:
        return
    counts = Counter(Pull.objects.values_list("finding_counts", flat=True).get(pk=pull.pk))
    rows = []
    for clever_id, finding in found:
        counts[finding.code] += 1
        if counts[finding.code] <= MOST_OF_A_CODE:
            field = clean(finding.field)[:100]
            rows.append(PullFinding(pull=pull, code=finding.code, clever_id=clever_id, field=field))
    PullFinding.objects.bulk_create(rows)
    Pull.objects.filter(pk=pull.pk).update(finding_counts=dict(counts))
    pull.finding_counts = dict(counts)


def note_once(pull: Pull, findings: Iterable[Finding]) -> None:
    """Adds findings that are about no single record, each only once in a pull."""
    wanted = set(findings)
    if not wanted:
        return
    known = set(PullFinding.objects.filter(pull=pull, clever_id="").values_list("code", "field"))
    note_findings(
        pull, [("", f) for f in sorted(wanted, key=str) if (f.code, f.field) not in known]
    )


def note_names(pull: Pull, code: str, names: Iterable[str]) -> None:
    """Notes names that are no problem: each once for a connection, and never counted."""
    wanted = set(names)
    if not wanted:
        return
    known = PullFinding.objects.filter(pull__connection=pull.connection_id, code=code)
    new = wanted - set(known.values_list("field", flat=True)[: MOST_OF_A_CODE + 1])
    PullFinding.objects.bulk_create(
        PullFinding(pull=pull, code=code, field=name) for name in sorted(new)[:MOST_OF_A_CODE]
    )
