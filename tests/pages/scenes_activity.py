"""What Activity shows: a little of every kind, by people, the schedule and Support."""

from accounts import audit
from accounts.models import SupportGrant, User
from tests.pages import scenes
from tests.pages.scenes import ALICE, OLIVE, SAM, Scene


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """An evening and a morning at Maple Ridge."""
    district, run = full.district, f"run {full.runs['done'].pk}"
    bob, grant = scenes.user(scenes.BOB), SupportGrant.objects.filter(district=district).first()
    assert User.objects.filter(email=SAM, is_staff=True).exists()
    audit.record(district, ALICE, "rules.publish", "student", version=4, ruleset=1)
    audit.record(district, ALICE, "brake.change", "student/transfers", old="10 %", new="15 %",
                 reason="Two schools close this summer")  # fmt: skip
    audit.record(district, "schedule", "imported", run, written=1253, stale=2)
    audit.record(district, ALICE, "member.change", str(bob.pk), role="viewer",
                 role_before="operator")  # fmt: skip
    audit.record(district, OLIVE, "fields.locked", "1 people", count=1,
                 fields=["email", "last_name"])  # fmt: skip
    audit.record(district, ALICE, "hold approved", "hold 1", count=64)
    audit.record(district, SAM, "support.grant", str(grant.pk if grant else 1))
    for n in range(60):
        actor = SAM if n % 9 == 0 else OLIVE
        audit.record(district, actor, "person.seen", f"person:{full.person.pk + n}")
    audit.record(district, OLIVE, "people.exported", "student")
