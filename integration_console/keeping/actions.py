"""Locking, unlocking, protecting: each owns its transaction, is audited, and says what it did.

Owners, import admins and operators may (Ability.LOCK): whoever edits records and runs the syncs.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.access import Access
from schools import keeping


@transaction.atomic
def lock(
    *,
    access: Access,
    people: Collection[int],
    fields: Collection[str],
    reason: str,
    until: datetime | None,
) -> int:
    """Locks these fields of these people; returns how many locks that made."""
    count = keeping.lock(
        district=access.district,
        person_ids=people,
        fields=fields,
        by=access.user.email,
        reason=reason,
        until=until,
    )
    subject = f"person:{next(iter(people))}" if len(people) == 1 else f"{len(people)} people"
    audited(access, "fields.locked", subject, count, fields=sorted(fields))
    return count


@transaction.atomic
def unlock(*, access: Access, locks: Collection[int], reason: str) -> int:
    """Takes these locks away; returns how many there were."""
    count = keeping.unlock(
        district=access.district, lock_ids=locks, by=access.user.email, reason=reason
    )
    audited(access, "fields.unlocked", f"{count} locks", count)
    return count


@transaction.atomic
def extend(*, access: Access, locks: Collection[int], until: datetime | None) -> int:
    """Gives these locks another end; returns how many had another one."""
    count = keeping.extend(
        district=access.district, lock_ids=locks, until=until, by=access.user.email
    )
    audited(access, "fields.lock_extended", f"{count} locks", count)
    return count


@transaction.atomic
def protect(*, access: Access, people: Collection[int], reason: str) -> int:
    """Protects these people; returns how many there are."""
    count = keeping.protect(
        district=access.district, person_ids=people, by=access.user.email, reason=reason
    )
    audited(access, "people.protected", f"{count} people", count)
    return count


@transaction.atomic
def unprotect(*, access: Access, people: Collection[int]) -> int:
    """Takes the protection away; returns how many were protected."""
    count = keeping.unprotect(district=access.district, person_ids=people, by=access.user.email)
    audited(access, "people.unprotected", f"{count} people", count)
    return count


def audited(
    access: Access, verb: str, subject: str, count: int, fields: list[str] | None = None
) -> None:
    more = {"fields": fields} if fields else {}
    audit.record(access.district, access.user.email, verb, subject, count=count, **more)
