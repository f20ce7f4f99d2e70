"""The kinds of data that are destroyed, in the words of pages and certificates. Pure (C34)."""

from collections.abc import Mapping

# What the outbox calls it: told to the owners of a district, whatever their lists say.
TOLD = "destruction"

KINDS: Mapping[str, str] = {
    "records": "Records of people that only imports from Clever ever wrote",
    "record": "The record of the person, with what hangs on it",
    "mirror": "People as Clever shared them, and what its answers left behind",
    "clever": "Values of people whom Clever does not share any more",
    "fields": "Values of fields that no rule needs any more",
    "alerts": "Alerts, decisions about who is who, problems, merges and what they kept",
    "changes": "Values of single people in plans and in the logs of imports",
    "edits": "Values of single people in the log of what was changed here",
    "lines": "Lines of files that were uploaded to import values from them",
    "exports": "Identifiers kept from an earlier integration",
    "findings": "Notes about records that Clever sent with mistakes",
    "fills": "Counts of filled fields",
    "problems": "Problems that were solved",
    "letters": "Letters that were sent",
    "notices": "Notes about what was told in letters",
    "deliveries": "Messages to webhooks that were sent",
}


def listed(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """What went with how many rows, in the order of KINDS; kinds without rows are left out."""
    return [(KINDS[kind], counts[kind]) for kind in KINDS if counts.get(kind)]
