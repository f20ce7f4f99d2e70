"""What the pages of other sources show: people in Clever, an old source, an export."""

from django.db import connection as database

from clever_sync.models import Connection
from schools.models import District, ExternalIdentity, Person, RosterSource
from schools.source_export import take_export
from tests.pages.scenes import ALICE, Scene

OLD_MAPPING = "Student ID -> SIS ID\nFirst name -> First name\nBirth date -> Birth date"
# Everybody here is in Clever: with the own numbers, or with the SIS ID in another column.
MIRROR_SQL = """
INSERT INTO clever_sync_mirrorobject (connection_id, type, clever_id, payload, raw_hash,
    content_hash, roles, school, key_sis_id, key_number, key_email)
SELECT %(connection)s, 'user', 'facade' || lpad(to_hex(row_number() OVER (ORDER BY p.id)), 18, '0'),
    jsonb_build_object('name.last', p.last_name, 'name.first', p.first_name,
        'student.dob', to_char(p.birth_date, 'FMMM/FMDD/YYYY'),
        'student.sis_id', CASE WHEN %(shifted)s THEN '9' || p.sis_id ELSE p.sis_id END,
        'student.student_number', CASE WHEN %(shifted)s THEN p.sis_id ELSE p.student_number END),
    '\\x00', '\\x00', ARRAY['student'], NULL,
    CASE WHEN %(shifted)s THEN '9' || p.sis_id ELSE lower(p.sis_id) END,
    CASE WHEN %(shifted)s THEN p.sis_id ELSE lower(p.student_number) END, lower(p.email)
FROM schools_person p WHERE p.district_id = %(district)s AND p.kind = 'student'
"""


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Maple comes from an older Clever, Harbor from PowerSchool, whose IDs are shifted."""
    mirror(full.district, shifted=False)
    old = RosterSource.objects.create(
        district=full.district, system="legacy_clever", state="off", answered_by=ALICE
    )
    take_export(source=old, by=ALICE)
    from_powerschool(trouble.district)
    mirror(trouble.district, shifted=True)


def mirror(district: District, *, shifted: bool) -> None:
    """Everybody who is here, as Clever shares them."""
    tie = Connection.objects.get(district=district)
    with database.cursor() as cursor:
        cursor.execute(
            MIRROR_SQL, {"connection": tie.pk, "district": district.pk, "shifted": shifted}
        )


def from_powerschool(district: District, state: str = "on") -> RosterSource:
    """PowerSchool has delivered the people here, who were never linked, without their e-mail."""
    students = Person.objects.filter(district=district, kind="student")
    students.update(clever_id=None, student_number=None, email=None)
    ExternalIdentity.objects.bulk_create(
        ExternalIdentity(
            district=district, person=person, system="powerschool", external_id=f"PS{person.pk}"
        )
        for person in students
    )
    source, _ = RosterSource.objects.update_or_create(
        district=district,
        system="powerschool",
        defaults={
            "state": state, "old_mapping": OLD_MAPPING, "answered_by": ALICE,
            "student_id_field": "sis_id",
        },
    )  # fmt: skip
    return source
