"""What the looks of the people pages need: deleted people, old and new."""

from django.db import connection

from tests.pages.scenes import Scene

DELETE_SQL = """
UPDATE schools_person SET archived_at = now() - make_interval(days => (id %% 45)::int),
    former_clever_id = clever_id, clever_id = NULL, status = 4
WHERE district_id = %s AND kind = 'student' AND status = 4 AND id %% 3 = 0
"""


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """A third of the leavers of the large district were deleted within the last 45 days."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE_SQL, [full.district.pk])
