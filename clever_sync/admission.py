"""Who finds Clever Student Integration, and why not (A18, B01): three conditions, one room.

Support has enabled the district, the data sharing is set up in Clever, and the role may import
district data. Clever's sharing is there when Clever gives a token for the district's id and at
least one school can be read.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from accounts import audit
from accounts.access import Ability, Access
from clever_sync.mirror import SCHOOL
from clever_sync.models import MirrorObject
from core.vocabulary import ConnectionState
from schools.models import District

NOT_ENABLED = "Support has not enabled the Clever integration for your district yet."
NOT_SHARED = "Data sharing is not set up in Clever yet: no school of your district can be read."


@dataclass(frozen=True)
class Admission:
    """The three conditions, each by itself; the entry is there when all of them hold."""

    enabled: bool
    shared: bool
    allowed: bool

    @property
    def open(self) -> bool:
        return self.enabled and self.shared and self.allowed

    @property
    def why_not(self) -> list[str]:
        """What is missing, for a role that may import; others are not told that it exists."""
        if not self.allowed:
            return []
        missing = ((self.enabled, NOT_ENABLED), (self.shared, NOT_SHARED))
        return [sentence for there, sentence in missing if not there]


def sharing() -> Exists:
    """Whether Clever shares at least one school, to annotate a queryset of districts with."""
    return Exists(
        MirrorObject.objects.filter(
            connection__district=OuterRef("pk"),
            connection__state=ConnectionState.READY,
            type=SCHOOL,
            gone_in=None,
        )
    )


def admission(access: Access) -> Admission:
    """How the three conditions stand for this user now."""
    district = District.objects.filter(pk=access.district.pk).annotate(shared=sharing())
    enabled, shared = district.values_list("clever_enabled", "shared").get()
    return Admission(enabled, shared, access.may(Ability.IMPORT))


@transaction.atomic
def ask_support(*, district: District, by: str) -> bool:
    """Asks Support to enable the district (B17, step 1); returns whether that was new.

    The first request counts: whoever asks again changes neither its date nor its name.
    """
    waiting = District.objects.filter(
        pk=district.pk, clever_enabled=False, clever_requested_at=None
    )
    if not waiting.update(clever_requested_at=Now(), clever_requested_by=by):
        return False
    district.refresh_from_db(fields=["clever_requested_at", "clever_requested_by"])
    audit.record(district, by, "clever.request")
    return True
