"""Walks the chains of the audit and names what does not fit (C23).

The hashes are made anew here and not by PostgreSQL, whose function might be changed as well.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256

from django.db import connection, transaction

from accounts.models import AuditChain

AT_ONCE = 2000
BEGIN = bytes(32)
ROWS = """
SELECT link.event, link.number, link.hash, row_.id IS NOT NULL, jsonb_build_array(
    row_.id, row_.district_id, row_.actor, row_.verb, row_.subject, row_.details,
    (extract(epoch FROM row_.at) * 1000000)::bigint
)::text
FROM accounts_auditlink link LEFT JOIN accounts_auditevent row_ ON row_.id = link.event
WHERE link.chain = %s ORDER BY link.number NULLS LAST
"""
UNLINKED = """
SELECT row_.id FROM accounts_auditevent row_
WHERE coalesce(row_.district_id, 0) = %s
AND NOT EXISTS (SELECT 1 FROM accounts_auditlink link WHERE link.event = row_.id)
ORDER BY row_.id LIMIT 1
"""


@dataclass(frozen=True)
class Link:
    """A link as it is stored; `text` is what its row says now, "" where the row is gone."""

    event: int
    number: int | None
    hash: bytes
    text: str


@dataclass(frozen=True)
class Verified:
    """What became of one chain: so many good rows from its beginning, and the last good hash.

    `event` is the first row that does not fit, and `broken` says why; None and "" if all is well.
    """

    chain: int
    rows: int
    head: str
    event: int | None = None
    broken: str = ""


def chains() -> list[int]:
    """The numbers of all chains; 0 is what belongs to no district."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT chain FROM accounts_auditchain UNION SELECT coalesce(district_id, 0)"
            " FROM accounts_auditevent ORDER BY 1"
        )
        return [int(chain) for (chain,) in cursor.fetchall()]


@transaction.atomic
def verify(chain: int, known: Mapping[int, str] | None = None) -> Verified:
    """Walks one chain in constant memory; rows that are added meanwhile may be walked, too.

    `known` are hashes by their numbers, as an earlier walk told them: a chain that was written
    anew as a whole fits by itself, and not with them.
    """
    last = AuditChain.objects.filter(chain=chain).first()
    wanted = dict(known or {})
    if last and last.number:
        wanted.setdefault(last.number, bytes(last.hash).hex())
    rows, head = 0, BEGIN
    for link in links(chain):
        rightly = sha256(head + f"{rows + 1} {link.text}".encode()).digest()
        if why := broken(link, rows + 1, rightly, wanted):
            return Verified(chain, rows, head.hex(), link.event, why)
        rows, head = rows + 1, rightly
    if any(number > rows for number in wanted):
        return Verified(chain, rows, head.hex(), None, "The end of the chain is missing.")
    event = unlinked(chain)
    why = "The row was put in without a link." if event else ""
    return Verified(chain, rows, head.hex(), event, why)


def broken(link: Link, number: int, rightly: bytes, known: Mapping[int, str]) -> str:
    """Why a link does not fit at this place, in a sentence; "" if it does."""
    if link.number != number:
        return f"Link {number} of the chain is missing."
    if not link.text:
        return "The row was deleted."
    if link.hash != rightly:
        return "The row, or a link before it, was changed."
    if known.get(number, rightly.hex()) != rightly.hex():
        return "The chain was written anew: an earlier look has seen another row here."
    return ""


def links(chain: int) -> Iterator[Link]:
    """The links of a chain in their order, by a server-side cursor."""
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(ROWS, [chain])
        while found := cursor.fetchmany(AT_ONCE):
            for event, number, stored, there, text in found:
                yield Link(event, number, bytes(stored or b""), text if there else "")


def unlinked(chain: int) -> int | None:
    """A row that has no link at all."""
    with connection.cursor() as cursor:
        cursor.execute(UNLINKED, [chain])
        found = cursor.fetchone()
    return int(found[0]) if found else None
