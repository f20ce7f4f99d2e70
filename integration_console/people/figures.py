"""How many people stand behind each tab of the people pages, at a cost that does not grow."""

from collections.abc import Collection
from typing import Any

from django.db import connection as database
from django.db.models import QuerySet

from core.vocabulary import KIND_OF_TYPE, DataType, Status
from schools.models import District, FieldLock, Person
from schools.retention import restorable

# So many are counted; of more it is said that they are more.
MOST = 50_000


def counts(district: District, within: Collection[int] | None) -> dict[str, str]:
    """{"student": "4,650", "transferred": "12", ...}, in one query.

    Nothing for a Librarian, whose lists tell: to count some schools means to read everybody.
    """
    if within is not None:
        return {}
    people = Person.objects.filter(district=district)
    living = people.filter(archived_at__isnull=True)
    tabs: dict[str, QuerySet[Any]] = {
        t.value: living.filter(kind=KIND_OF_TYPE[t]) for t in DataType
    }
    for data_type in (DataType.TEACHER, DataType.STAFF):
        tabs[data_type.value] = tabs[data_type.value].filter(roles__contains=[data_type.value])
    tabs["transferred"] = living.filter(status=Status.TRANSFERRED)
    tabs["deleted"] = people.filter(restorable())
    tabs["protected"] = living.filter(protected=True)
    tabs["locks"] = FieldLock.objects.filter(district=district, person__archived_at=None)
    return dict(zip(tabs, counted(list(tabs.values())), strict=True))


def counted(lists: list[QuerySet[Any]]) -> list[str]:
    """How many each list has, up to MOST."""
    texts, parameters = [], list[Any]()
    for people in lists:
        sql, given = people.order_by().values("pk")[: MOST + 1].query.sql_with_params()
        texts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")
        parameters += given
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(texts)}", parameters)
        return [f"{n:,}" if n <= MOST else f"{MOST:,}+" for n in cursor.fetchone()]
