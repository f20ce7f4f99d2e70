"""What an act will mean, with figures, before it is done."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.access import Access
from schools.models import FieldLock, Person
from schools.targets import TARGETS


@dataclass(frozen=True)
class OfField:
    """What locking a field of many people means: who has it, and who has it locked already."""

    label: str
    people: int
    locked: int


def of_fields(
    access: Access, people: Collection[int], fields: Mapping[str, str]
) -> dict[str, OfField]:
    """For each field: how many of these people have it, and how many have it locked; 2 queries."""
    here = Person.objects.filter(district=access.district, pk__in=people)
    roles = {
        tuple(row["roles"]): row["n"]
        for row in here.values("roles").annotate(n=Count("pk")).order_by()
    }
    lasting = Q(until=None) | Q(until__gt=timezone.now())
    locks = FieldLock.objects.filter(lasting, district=access.district, person__in=people)
    locked: dict[str, int] = dict(
        locks.values("field").annotate(n=Count("pk")).order_by().values_list("field", "n")
    )
    return {
        key: OfField(label, having(roles, key), locked.get(key, 0))
        for key, label in fields.items()
        if having(roles, key)
    }


def having(roles: Mapping[tuple[str, ...], int], key: str) -> int:
    types = {str(data_type) for data_type in TARGETS[key].types}
    return sum(n for held, n in roles.items() if types & set(held))


def of_locks(locks: QuerySet[FieldLock]) -> dict[str, Any]:
    """How many locks these are, of how many people, and how many keep something from Clever."""
    lasting = Q(until=None) | Q(until__gt=timezone.now())
    return locks.aggregate(
        count=Count("pk"),
        people=Count("person", distinct=True),
        differ=Count("pk", filter=lasting & Q(kept_from__isnull=False)),
        over=Count("pk", filter=Q(until__lte=timezone.now())),
    )
