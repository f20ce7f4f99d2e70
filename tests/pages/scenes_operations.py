"""What the pages of operations, logs and alerts show: alerts of every kind, edits, drafts."""

from django.db import connection

from core.vocabulary import DataType, RulesetState
from imports.models import Alert, AlertCandidate, MatchDecision, Run
from mappings.models import Ruleset
from schools.models import LocalEdit, Person
from tests.pages import scenes
from tests.pages.scenes import ALICE, Scene

MIRROR_SQL = """
INSERT INTO clever_sync_mirrorobject (connection_id, type, clever_id, payload, raw_hash,
    content_hash, roles, broken)
SELECT n.id, 'user', 'feed' || lpad(to_hex(p.id), 20, '0'), jsonb_build_object(
        'name.first', p.first_name, 'name.last', p.last_name || '-Reyes', 'email', p.email,
        'student.sis_id', '9' || p.sis_id, 'student.dob', to_char(p.birth_date, 'FMMM/FMDD/YYYY'),
        'student.grade', p.grade),
    %(hash)s, %(hash)s, ARRAY['student'], false
FROM schools_person p JOIN clever_sync_connection n ON n.district_id = p.district_id
WHERE p.id = ANY(%(people)s)
ON CONFLICT (connection_id, type, clever_id) DO NOTHING
"""


def alerts(scene: Scene, count: int, reason: str = "likely_duplicate") -> list[Alert]:
    """So many people of Clever who look like somebody here, each with two possible matches."""
    people = list(
        Person.objects.filter(district=scene.district, kind="student").order_by("-pk")[: 2 * count]
    )
    chosen = people[:count]
    with connection.cursor() as cursor:
        cursor.execute(MIRROR_SQL, {"people": [p.pk for p in chosen], "hash": bytes(16)})
    made = Alert.objects.bulk_create(
        Alert(
            district=scene.district, data_type=DataType.STUDENT, reason=reason,
            clever_id=f"feed{one.pk:020x}", first_run=scene.runs.get("test"),
            last_run=scene.runs.get("done"),
        )
        for one in chosen
    )  # fmt: skip
    for place, score, reasons in (
        (0, 92, ["part_of_last_name", "same_first_name", "same_birth_date", "other_number"]),
        (1, 81, ["similar_last_name", "same_school"]),
    ):
        AlertCandidate.objects.bulk_create(
            AlertCandidate(
                alert=alert, person=people[(n + place * count) % len(people)], score=score,
                reasons=reasons, person_revision=1,
            )
            for n, alert in enumerate(made)
        )  # fmt: skip
    return made


def staged(alert: Alert, decision: str) -> MatchDecision:
    """A decision that waits for Process All Updates."""
    person = alert.candidates.order_by("-score")[0].person if decision == "match" else None
    Alert.objects.filter(pk=alert.pk).update(state="staged", version=alert.version + 1)
    return MatchDecision.objects.create(
        district=alert.district, clever_id=alert.clever_id, person=person, decision=decision,
        decided_by=ALICE, person_revision=person.revision if person else None,
    )  # fmt: skip


def relink(scene: Scene) -> Alert:
    """Somebody whose Clever ID is no longer shared, and the same person under a new one."""
    made = alerts(scene, 1, reason="clever_id_changed")[0]
    best = made.candidates.order_by("-score")[0]
    AlertCandidate.objects.filter(alert=made).exclude(pk=best.pk).delete()
    AlertCandidate.objects.filter(pk=best.pk).update(
        reasons=["same_first_name", "same_birth_date", "other_number", "left_clever"]
    )
    return made


def remembered(alert: Alert, decision: str, run: Run | None = None) -> MatchDecision:
    """A decision that was carried out, or is remembered."""
    person = None if decision == "create" else alert.candidates.order_by("score")[0].person
    return MatchDecision.objects.create(
        district=alert.district, clever_id=alert.clever_id, person=person, decision=decision,
        decided_by=ALICE, staged=False, done_in=run,
    )  # fmt: skip


def edit(person: Person, cause: str = "hand", **after: object) -> LocalEdit:
    """Something that was changed here, beside the runs."""
    return LocalEdit.objects.create(
        district_id=person.district_id, person=person, cause=cause, edited_by=ALICE,
        before=dict.fromkeys(after), after=after,
    )  # fmt: skip


def draft(scene: Scene, data_type: str = DataType.STUDENT) -> Ruleset:
    """Settings that are not published."""
    return Ruleset.objects.create(
        district=scene.district, data_type=data_type, version=9, state=RulesetState.DRAFT,
        created_by=ALICE,
    )  # fmt: skip


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """For the looks of this area."""
    made = alerts(full, 24)
    staged(made[1], "match")
    staged(made[2], "create")
    remembered(made[4], "never")
    remembered(made[5], "create", full.runs["done"])
    Alert.objects.filter(pk=made[6].pk).update(
        skipped={"why": "record_changed", "decision": "match", "person": 12, "by": ALICE, "run": 3}
    )
    relink(full)
    alerts(trouble, 1, reason="username_taken")
    edit(full.person, grade="5", email="new@maple.example")
    # Nothing runs here and nothing is in the way, so that a browser can press Sync Now.
    draft(scenes.full("birch", students=20, teachers=2))
