"""People whom a district wants never again, known by a hash of their Clever ID (C34).

They are left out of every page and every answer before anything of them is decoded, so they
stand in no mirror, no plan and no alert. Who it is, the note does not say.
"""

from collections.abc import Collection
from dataclasses import replace
from hashlib import sha256

from clever_sync.models import KeptOut
from clever_sync.wire import Page


def digest_of(district_id: int, clever_id: str) -> bytes:
    """What the note holds of a Clever ID: another value in each district."""
    return sha256(f"{district_id} {clever_id}".encode()).digest()


def keep_out(*, district_id: int, clever_ids: Collection[str], by: str) -> int:
    """Notes that these people never come in again; how many notes are new."""
    notes = [
        KeptOut(district_id=district_id, digest=digest_of(district_id, clever_id), noted_by=by)
        for clever_id in clever_ids
    ]
    before = KeptOut.objects.filter(district_id=district_id).count()
    KeptOut.objects.bulk_create(notes, ignore_conflicts=True)
    return KeptOut.objects.filter(district_id=district_id).count() - before


class Gate:
    """Who of a page may come in. For a district without notes nothing is looked at."""

    def __init__(self, district_id: int) -> None:
        self._district = district_id
        notes = KeptOut.objects.filter(district_id=district_id).values_list("digest", flat=True)
        self._out = frozenset(bytes(digest) for digest in notes)

    def lets_in(self, clever_id: str) -> bool:
        """Whether there is no note about this person."""
        return not self._out or digest_of(self._district, clever_id) not in self._out

    def page(self, page: Page) -> Page:
        """The page without those who are kept out."""
        if not self._out:
            return page
        kept = [
            (clever_id, raw)
            for clever_id, raw in zip(page.ids, page.raws, strict=True)
            if self.lets_in(clever_id)
        ]
        if len(kept) == len(page.ids):
            return page
        return replace(page, ids=[each for each, _ in kept], raws=[raw for _, raw in kept])
