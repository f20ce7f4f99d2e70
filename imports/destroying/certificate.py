"""The certificate of a destruction: its text, and the digest that proves it. Pure (C34).

The text names the district, who of its staff asked, when, what and how many: never a person of
its records. Whoever changes a letter of it changes the digest, and the audit knows the digest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from textwrap import fill

from imports.destroying.kinds import listed

# As wide as a sheet of paper prints it.
WIDTH = 80
METHOD = (
    "Rows were deleted from the PostgreSQL database of this console, or their values were"
    " overwritten, each part in a transaction together with its count. The database gives the"
    " space to new rows after its next VACUUM. Copies outside of the database (backups, archived"
    " WAL, downloads) are not reached by it; the operator's handbook says when they end."
)


@dataclass(frozen=True)
class Certified:
    """What a certificate tells. `stays` are sentences about what was not destroyed, and why."""

    number: int
    district: str
    slug: str
    cause: str
    asked_by: str
    approved: str
    asked_at: datetime
    begun_at: datetime
    finished_at: datetime
    counts: Mapping[str, int]
    stays: Sequence[str]


def text_of(one: Certified) -> str:
    """The certificate as plain text; the same facts give the same letters."""
    parts = listed(one.counts)
    rows = [f"  {number:>12,}  {label}" for label, number in parts]
    lines = [
        f"CERTIFICATE OF DESTRUCTION No. {one.number}",
        "",
        f"District:   {one.district} ({one.slug})",
        f"Cause:      {one.cause}",
        f"Asked by:   {one.asked_by}, {_said(one.asked_at)}",
        fill(f"Approved:   {one.approved}", WIDTH, subsequent_indent=" " * 12),
        f"Begun:      {_said(one.begun_at)}",
        f"Finished:   {_said(one.finished_at)}",
        "",
        "What was destroyed, in rows:",
        *(rows or ["  nothing: there was none of it"]),
        f"  {sum(number for _, number in parts):>12,}  in all",
        "",
        "How:",
        fill(METHOD, WIDTH, initial_indent="  ", subsequent_indent="  "),
        "",
        "What stays, and why:",
        *(
            fill(sentence, WIDTH, initial_indent="  - ", subsequent_indent="    ")
            for sentence in one.stays
        ),
        "",
    ]
    return "\n".join(lines)


def digest_of(text: str) -> str:
    """The SHA-256 of a certificate's text, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def signed(text: str, digest: str) -> str:
    """The text as it is downloaded: with its digest behind it."""
    return f"{text}\nSHA-256 of the text above this line: {digest}\n"


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
