"""What the pages of Clever Data Integration Settings show: people in the mirror, and drafts."""

from dataclasses import replace

from django.db import connection

from clever_sync.contents import EXTENSION_FIELD
from clever_sync.models import Connection, Pull, PullFinding
from core.vocabulary import ConnectionState, DataType
from mappings.actions import create_default_rulesets, publish, save_draft
from mappings.models import SchoolMatch
from mappings.queries import active_ruleset, written_spec
from mappings.spec import FieldSpec, RulesetSpec
from schools.models import District, School
from tests.pages import scenes
from tests.pages.scenes import ALICE, Scene

MIRROR_SQL = """
INSERT INTO clever_sync_mirrorobject (connection_id, type, clever_id, payload, raw_hash,
    content_hash, roles, school, broken)
SELECT %(connection)s, 'user', 'c0de' || lpad(to_hex(n), 20, '0'),
    jsonb_build_object('name.first', 'Ada', 'name.last', 'Garza' || n %% 50,
        'student.sis_id', (100000 + n)::text, 'student.student_number', 'N' || (200000 + n),
        'student.grade', CASE WHEN n %% 20 = 0 THEN 'TK' WHEN n %% 33 = 0 THEN 'Ungraded'
            ELSE (n %% 12 + 1)::text END,
        'student.gender', CASE WHEN n %% 2 = 0 THEN 'F' ELSE 'M' END,
        'student.graduation_year', (2027 + n %% 12)::text, 'student.weighted_gpa', '3.8'),
    '\\x00', '\\x00', ARRAY['student'], lpad('1', 24, '0'), false
FROM generate_series(1, %(count)s) AS n
"""


def mirror(district: District, students: int) -> Connection:
    """So many students as Clever shares them, and two extension fields that it was seen to send."""
    tie = Connection.objects.get(district=district)
    with connection.cursor() as cursor:
        cursor.execute(MIRROR_SQL, {"connection": tie.pk, "count": students})
    pull = Pull.objects.filter(connection=tie).latest("pk")
    for name in ("student.ext.weighted_gpa", "student.ext.locker"):
        PullFinding.objects.create(pull=pull, code=EXTENSION_FIELD, field=name)
    return tie


def fresh(slug: str = "larch") -> Scene:
    """A district that has done step 1 and nothing else: nobody here, Clever not read yet."""
    made = scenes.district(slug, "Larch Creek Schools", clever_enabled=True)
    school = School.objects.create(district=made, site_code="S1", name="Larch Creek High")
    Connection.objects.create(
        district=made, clever_district_id=f"{made.pk:024x}", state=ConnectionState.READY
    )
    SchoolMatch.objects.create(district=made, clever_school_id="1" * 24, school=school)
    create_default_rulesets(district=made)
    return Scene(made, [school], {})


def spec_of_type(district: District, data_type: DataType) -> RulesetSpec:
    active = active_ruleset(district, data_type)
    assert active
    return written_spec(active)


def with_fields(spec: RulesetSpec, **sources: str) -> RulesetSpec:
    """The same rules with other sources for some fields."""
    fields = tuple(
        replace(rule, source=sources.get(rule.field, rule.source)) for rule in spec.fields
    )
    known = {rule.field for rule in fields}
    more = tuple(FieldSpec(f, source) for f, source in sources.items() if f not in known)
    return replace(spec, fields=fields + more)


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """A big mirror; a draft of teachers that cannot be published, of staff that was overtaken."""
    fresh()
    mirror(full.district, 20_000)
    teachers = spec_of_type(trouble.district, DataType.TEACHER)
    save_draft(district=trouble.district, spec=with_fields(teachers, sis_id=""), by=ALICE)
    staff = spec_of_type(trouble.district, DataType.STAFF)
    save_draft(district=trouble.district, spec=with_fields(staff, title="staff.title"), by=ALICE)
    publish(district=trouble.district, spec=with_fields(staff, email=""), by=ALICE)
    student = spec_of_type(full.district, DataType.STUDENT)
    chosen = frozenset(school.pk for school in full.schools[:3])
    save_draft(
        district=full.district,
        spec=replace(student, all_schools=False, schools=chosen),
        by=ALICE,
    )
