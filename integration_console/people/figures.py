"""How many people stand behind each tab of the people pages."""

from collections.abc import Collection

from django.db.models import Count, Q

from core.vocabulary import DataType, Status
from schools.models import District, Person
from schools.pages import at_schools
from schools.retention import restorable


def counts(district: District, within: Collection[int] | None) -> dict[str, int]:
    """{"student": n, "teacher": n, "staff": n, "transferred": n, "deleted": n}, in one query."""
    living = Q(archived_at__isnull=True)
    of_tab = {t.value: living & Q(roles__contains=[t.value]) for t in DataType}
    of_tab["transferred"] = living & Q(status=Status.TRANSFERRED)
    of_tab["deleted"] = restorable()
    people = Person.objects.filter(district=district)
    if within is not None:
        people = people.filter(at_schools(within))
    found: dict[str, int] = people.aggregate(
        **{name: Count("pk", filter=condition) for name, condition in of_tab.items()}
    )
    return found
