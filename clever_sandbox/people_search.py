"""Finding people for the control API and page: by role and by any text in their record."""

from clever_sandbox.district import District
from clever_sandbox.people import SHOWN
from clever_sandbox.records import NOT_STUDENT_BITS, ROLE_BITS, Record, record_in


def find_people(
    district: District,
    *,
    role: str | None = None,
    text: str = "",
    limit: int = 100,
    after: str = "",
    with_hidden: bool = False,
) -> list[Record]:
    """Up to `limit` whole records after an id, ascending; ValueError for an unknown role.

    With `with_hidden`, removed and unshared people come too; all carry `hidden` then.
    """
    where, values = ["id > ?"], [after]
    if role:
        if role not in ROLE_BITS:
            raise ValueError(f"no role {role}")
        if role != "student":
            where.append(f"roles & {NOT_STUDENT_BITS}")
        where.append(f"roles & {ROLE_BITS[role]}")
    if not with_hidden:
        where.append(f"hidden = {SHOWN}")
    for word in text.split():
        where.append("entry LIKE ? ESCAPE '\\'")
        values.append(
            "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        )
    sql = f"SELECT entry, full, hidden FROM users WHERE {' AND '.join(where)} ORDER BY id LIMIT ?"
    found = []
    for entry, full, hidden in district.store.rows(sql, (*values, limit)):
        record = record_in(full or entry)
        found.append({**record, "hidden": hidden} if with_hidden else record)
    return found
