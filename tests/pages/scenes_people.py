"""What the looks of the people pages need: deleted people, old and new."""

from django.db import connection

from imports.models import PlannedChange
from schools.models import LocalEdit, Person
from tests.pages.scenes import ALICE, Scene

DELETE_SQL = """
UPDATE schools_person SET archived_at = now() - make_interval(days => (id %% 45)::int),
    former_clever_id = clever_id, clever_id = NULL, status = 4
WHERE district_id = %s AND kind = 'student' AND status = 4 AND id %% 3 = 0
"""


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Leavers by a run and by hand; a third of them were deleted within the last 45 days."""
    left = list(Person.objects.filter(district=full.district, status=4).order_by("pk")[:120])
    PlannedChange.objects.bulk_create(
        PlannedChange(
            run=full.runs["old"], data_type="student", action="transfer", person=person,
            before={"status": 1}, after={"status": 4}, why={"absence": "confirmed"},
        )
        for person in left[::2]
    )  # fmt: skip
    LocalEdit.objects.bulk_create(
        LocalEdit(district=full.district, person=person, cause="bulk", edited_by=ALICE, after=after)
        for person in left[1::2]
        for after in ({"status": 4}, {"deleted": "2026-11-20"})
    )
    with connection.cursor() as cursor:
        cursor.execute(DELETE_SQL, [full.district.pk])
