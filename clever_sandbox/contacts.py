"""Made-up contacts: a family member for one student after the other."""

from collections.abc import Iterator
from random import Random

from clever_sandbox import made_up
from clever_sandbox.object_ids import Mint
from clever_sandbox.records import Record
from clever_sandbox.schools import CREATED, FIRST_SECOND, LAST_MODIFIED

_KINDS = (("Parent", "Parent/Guardian"), ("Other", "Family"), ("Grandparent", "Emergency"))
_AFTER_STUDENTS = FIRST_SECOND + 7200


def make_contacts(
    district: str, students: Iterator[str], seed: str, mint: Mint
) -> Iterator[Record]:
    """One contact for each of these students; contacts have their whole name in `last`."""
    random = Random(f"{seed}/contacts")
    for place, student in enumerate(students):
        relationship, kind = _KINDS[place % len(_KINDS)]
        first, last = random.choice(made_up.FIRST_NAMES), random.choice(made_up.LAST_NAMES)
        yield {
            "id": mint.next(_AFTER_STUDENTS),
            "district": district,
            "email": f"family{place}@home.example",
            "name": {"last": f"{first} {last}"},
            "created": CREATED,
            "last_modified": LAST_MODIFIED,
            "roles": {
                "contact": {
                    "phone": "" if place % 2 else f"(555) 010-{place % 10000:04d}",
                    "phone_type": "Other",
                    "sis_id": "",
                    "student_relationships": [
                        {"student": student, "relationship": relationship, "type": kind}
                    ],
                    "legacy_id": f"5b81{place:020x}",
                }
            },
        }
