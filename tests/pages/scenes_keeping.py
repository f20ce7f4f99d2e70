"""What the looks of locks and protected people need: some of each kind."""

from datetime import timedelta

from django.utils import timezone

from clever_sync.models import MirrorObject, Pull
from mappings.models import SchoolMatch
from schools import keeping
from schools.models import FieldLock, Person
from tests.pages.scenes import ALICE, OLIVE, Scene


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Locks without an end, ending soon and over; protected people, one of them gone at Clever."""
    district, now = full.district, timezone.now()
    people = list(
        Person.objects.filter(district=district, clever_id__isnull=False, archived_at=None)
        .exclude(pk=full.person.pk)
        .order_by("pk")
        .values_list("pk", flat=True)[:12]
    )
    for field, which, by, until in (
        ("email", people[:6], ALICE, None),
        ("city", people[2:5], OLIVE, now + timedelta(days=5)),
        ("grade", people[5:7], OLIVE, now - timedelta(days=2)),
    ):
        keeping.lock(
            district=district, person_ids=which, fields=[field], by=by, until=until,
            reason="The school office keeps this by hand until the SIS is put right",
        )  # fmt: skip
    FieldLock.objects.filter(district=district, until__lt=now).update(
        locked_at=now - timedelta(days=30)
    )
    kept = FieldLock.objects.filter(district=district, field="email", person__in=people[:2])
    kept.update(kept_from="someone.with.a.long.name@students.maple.example")
    keeping.protect(
        district=district, person_ids=people[7:10], by=ALICE, reason="A year abroad, comes back"
    )
    pull = Pull.objects.filter(connection__district=district).first()
    MirrorObject.objects.create(
        connection=district.connection, type="user", raw_hash=b"0" * 16, content_hash=b"0" * 16,
        clever_id=str(Person.objects.get(pk=people[7]).clever_id), payload={}, roles=["student"],
        gone_in=pull, absent_in=pull, gone_by="not_found",
    )  # fmt: skip
    explained(full)
    assert pull
    Pull.objects.filter(pk=pull.pk).update(
        finished_at=now, absence_counts={"not_found": 12, "waiting": 640, "kept": 1}
    )
    full.runs["done"].pull = pull
    full.runs["done"].save(update_fields=["pull"])


def explained(full: Scene) -> None:
    """The person of the scene as Clever shares them: most the same, some not."""
    one = full.person
    school = SchoolMatch.objects.get(school=one.school_id).clever_school_id
    MirrorObject.objects.update_or_create(
        connection=full.district.connection, type="user", clever_id=str(one.clever_id),
        defaults={
            "raw_hash": b"0" * 16, "content_hash": b"0" * 16, "roles": ["student"],
            "school": school, "key_sis_id": one.sis_id,
            "payload": {
                "name.first": one.first_name, "name.last": one.last_name,
                "email": "another.address.than.here@students.maple.example",
                "student.sis_id": one.sis_id, "student.school": school,
                "student.schools": [school], "student.grade": "TK", "student.gender": "M",
                "student.location.city": "Elm Park", "student.dob": "1/14/2008",
            },
        },
    )  # fmt: skip
