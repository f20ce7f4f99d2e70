"""The oracle: a canonical hash of a district's people, links and statuses (engine.md 12)."""

from django.db import connection

from schools.models import District, Person
from schools.targets import columns

_FIELDS = ", ".join(f"person.{name}" for name in columns() if name != "school_id")

_DIGEST = f"""
SELECT encode(sha256(convert_to(coalesce(string_agg(one.digest, '' ORDER BY one.digest), ''),
                                'UTF8')), 'hex')
  FROM (SELECT md5(jsonb_build_array(
                   person.kind,
                   (SELECT array_agg(role ORDER BY role) FROM unnest(person.roles) role),
                   site.site_code,
                   (SELECT array_agg(other.site_code ORDER BY other.site_code)
                      FROM schools_personsite further
                      JOIN schools_school other ON other.id = further.school_id
                     WHERE further.person_id = person.id),
                   person.extra,
                   {_FIELDS})::text) AS digest
          FROM {Person._meta.db_table} person
          LEFT JOIN schools_school site ON site.id = person.school_id
         WHERE person.district_id = %s AND person.archived_at IS NULL) one
"""


def state_digest(district: District) -> str:
    """The same text for the same people, whatever their ids here and whenever they were written.

    Archived people are left out. One statement, so it sees one moment.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [district.pk])
        (digest,) = cursor.fetchone()
    return str(digest)
