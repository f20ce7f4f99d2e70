"""What the mirror holds of people's fields, for pages: a few values, codes with their numbers.

It is roster data: whoever shows it asks the gate first.
"""

from collections.abc import Sequence

from django.db import connection as database
from django.db.models import QuerySet

from clever_sync.mirror import USER
from clever_sync.models import Connection, MirrorObject, PullFinding
from clever_sync.privacy import may_keep
from clever_sync.sources import EXTENSION, Payload
from core.vocabulary import ROLES_OF_TYPE, DataType

EXTENSION_FIELD = "extension_field"
EMPLOYEE_ROLES = ["teacher", "staff", "district_admin"]
LOOKED_AT = 200
MOST_CODES = 500
_COUNTS = """
SELECT {value}, count(*) FROM clever_sync_mirrorobject
WHERE connection_id = %s AND type = 'user' AND gone_in_id IS NULL AND roles && %s::varchar[]
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s
"""


def some_payloads(connection: Connection, data_type: DataType) -> list[Payload]:
    """The payloads of the first people of a data type, to take examples from."""
    people = _people(connection, data_type).order_by("clever_id")
    return list(people.values_list("payload", flat=True)[:LOOKED_AT])


def code_counts(
    connection: Connection, data_type: DataType, sources: Sequence[str]
) -> list[tuple[str, int]]:
    """How many people of a type carry each code, the most frequent first; "" is no code.

    A person's code stands in the first of `sources` that is not blank. One statement.
    """
    value = f"COALESCE({', '.join(['payload ->> %s'] * len(sources))}, '')"
    roles = [str(role) for role in ROLES_OF_TYPE[data_type]]
    with database.cursor() as cursor:
        cursor.execute(_COUNTS.format(value=value), [*sources, connection.pk, roles, MOST_CODES])
        return [(str(code), int(people)) for code, people in cursor.fetchall()]


def extension_fields(connection: Connection) -> frozenset[str]:
    """The extension fields that Clever was seen to send, and that may be kept (B04)."""
    seen = PullFinding.objects.filter(pull__connection=connection, code=EXTENSION_FIELD)
    return frozenset(key for key in seen.values_list("field", flat=True) if may_keep(key))


def is_extension(source: str) -> bool:
    """Whether a source key is an extension field."""
    return EXTENSION in source


def _people(connection: Connection, data_type: DataType) -> QuerySet[MirrorObject]:
    people = MirrorObject.objects.filter(connection=connection, type=USER, gone_in=None)
    if data_type != DataType.STUDENT:
        people = people.filter(roles__overlap=EMPLOYEE_ROLES)  # This has an index.
    return people.filter(roles__overlap=[str(role) for role in ROLES_OF_TYPE[data_type]])
