"""What people of the district do in the lives of the twins."""

from collections.abc import Collection
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.problems import ConsoleError
from core.vocabulary import Decision
from imports import alerts, holds, identity
from imports.models import Alert, IdentityChange
from schools import keeping, writer
from schools.models import FieldLock
from tests.twins.laws import LOCAL_FIELDS
from tests.twins.pair import NUMBERS, SOMEBODY, Pair, first_hold, person
from tests.world import ADMIN, World

FIELDS = st.sampled_from(["first_name", "email"]) | st.sampled_from(LOCAL_FIELDS)
CHOSEN = st.sets(st.sampled_from(["first_name", "email", "sis_id", "status", "site"]), max_size=2)


class ByPeople(Pair):
    """Edits, locks, protection, records unlinked and merged, alerts and holds decided."""

    @rule(who=SOMEBODY, field=FIELDS)
    def somebody_edits_here(self, who: int, field: str) -> None:
        value = f"{field}{next(NUMBERS)}@maple.example"
        self.both(
            lambda one: writer.edit_person(
                person_id=person(one, who).pk, changes={field: value}, by=ADMIN
            )
        )

    @rule(who=SOMEBODY, field=FIELDS)
    def a_field_is_locked(self, who: int, field: str) -> None:
        self.both(
            lambda one: keeping.lock(
                district=one.district, person_ids=[person(one, who).pk], fields=[field],
                by=ADMIN, reason="said by phone",
            )
        )  # fmt: skip
        self.locked = True

    @precondition(lambda self: self.locked)
    @rule()
    def all_locks_go(self) -> None:
        def unlock(one: World) -> int:
            locks = FieldLock.objects.filter(district=one.district).values_list("pk", flat=True)
            return keeping.unlock(district=one.district, lock_ids=list(locks), by=ADMIN)

        self.both(unlock)
        self.locked = False

    @rule(who=SOMEBODY, protected=st.booleans())
    def somebody_is_protected_or_not(self, who: int, protected: bool) -> None:
        def protect(one: World) -> int:
            whom: dict[str, Any] = {
                "district": one.district,
                "person_ids": [person(one, who).pk],
                "by": ADMIN,
            }
            if protected:
                return keeping.protect(**whom, reason="teaches abroad")
            return keeping.unprotect(**whom)

        self.both(protect)

    @precondition(lambda self: self.waiting)
    @rule(decision=st.sampled_from([Decision.MATCH, Decision.CREATE, Decision.NEVER]))
    def every_alert_is_decided(self, decision: Decision) -> None:
        def decide(one: World) -> list[object]:
            waiting = alerts.waiting(one.district)
            return [
                self.refused_or(partial(decide_one, alert=alert, decision=decision), one)
                for alert in sorted(waiting, key=lambda alert: (alert.clever_id, alert.reason))
            ]

        self.both(decide)
        self.decided = True

    @rule(who=SOMEBODY)
    def somebody_is_unlinked(self, who: int) -> None:
        def unlink(one: World) -> bool:
            found = person(one, who)
            return bool(
                identity.unlink(
                    district=one.district, person_id=found.pk, revision=found.revision, by=ADMIN
                )
            )

        self.joined = self.both(unlink) is True or self.joined

    @rule(who=SOMEBODY, other=SOMEBODY, chosen=CHOSEN)
    def two_records_are_merged(self, who: int, other: int, chosen: Collection[str]) -> None:
        def merge(one: World) -> bool:
            stays, goes = person(one, who), person(one, other)
            return bool(
                identity.merge(
                    district=one.district, survivor_id=stays.pk, other_id=goes.pk, chosen=chosen,
                    revisions={stays.pk: stays.revision, goes.pk: goes.revision}, by=ADMIN,
                )
            )  # fmt: skip

        self.joined = self.both(merge) is True or self.joined

    @precondition(lambda self: self.joined)
    @rule()
    def the_last_joining_is_taken_back(self) -> None:
        def take_back(one: World) -> list[list[str]]:
            done = IdentityChange.objects.filter(district=one.district, taken_back_at=None)
            change = done.order_by("-pk").first()
            if change is None:
                raise ConsoleError("Nothing was joined.")
            way = identity.take_back(district=one.district, change_id=change.pk, by=ADMIN)
            return [stays for _, stays in sorted(way.stays.items())]

        self.both(take_back)

    @precondition(lambda self: self.held)
    @rule()
    def the_first_hold_is_discarded(self) -> None:
        def discard(one: World) -> bool:
            hold = first_hold(one)
            return hold is not None and bool(holds.discard(hold_id=hold.pk, by=ADMIN))

        self.both(discard)
        self.look()


def decide_one(one: World, *, alert: Alert, decision: Decision) -> str:
    """Match means the best candidate."""
    candidates = sorted(alert.candidates.all(), key=lambda c: (-c.score, c.person.last_name, c.pk))
    whom = candidates[0].person_id if candidates and decision is not Decision.CREATE else None
    alerts.decide(alert_id=alert.pk, decision=decision, person_id=whom, by=ADMIN)
    return str(decision)
