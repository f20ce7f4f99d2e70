"""Calls that change a setting, take a file of settings, or let somebody in (C23)."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership, SupportGrant, User
from clever_sync.models import Connection, MirrorObject, Pull
from core.vocabulary import SourceState
from imports.calendar.queries import days_of
from integration_console.settings_document import document_of
from integration_console.versions.documents import key_of
from mappings.matching import leave_school_out
from mappings.models import SchoolMatch
from notifications.models import Letter, Recipient
from schools.models import District, RosterSource
from schools.source_export import take_export
from tests.pages import scenes, scenes_rules
from tests.pages.effects import Asked, Effect, file, filled, nothing, sends
from tests.pages.scenes import ALICE, BOB, PASSWORD, SAM, Scene
from tests.pages.scenes_calendar import days, today
from tests.pages.scenes_sources import from_powerschool
from tests.pages.scenes_tokens import token
from tests.pages.scenes_versions import drafted
from tests.pages.scenes_webhooks import sent, webhook
from tests.pages.test_versions import second

ANN = "ann@maple.example"
DISTRICT_ID = "a" * 24
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)
LATER = "2030-01-02"
DOCUMENT = {
    "format": "clever-integration-settings/1",
    "brakes": {"student": {"many_transfers": {"off": True, "reason": "We merge two schools"}}},
    "calendar": [{"kind": "blackout", "first": LATER, "last": LATER, "name": "Snow day"}],
}


def loads(scene: Scene) -> Asked:
    seen = key_of(document_of(scene.district))
    return Asked(sent={"name": "mine.json", "text": json.dumps(DOCUMENT), "seen": seen})


def copies(scene: Scene) -> Asked:
    scenes.full("birch", students=1, teachers=1)
    return Asked(sent={"district": "birch"}, told_in="birch")


def asks_support(scene: Scene) -> Asked:
    District.objects.filter(pk=scene.district.pk).update(clever_enabled=False)
    return Asked()


def connects(scene: Scene) -> Asked:
    """Nothing of Clever is here yet but Support's leave."""
    SchoolMatch.objects.filter(district=scene.district).delete()
    Connection.objects.filter(district=scene.district).delete()
    return Asked(sent={"district_id": DISTRICT_ID})


def matches(scene: Scene) -> Asked:
    match = SchoolMatch.objects.filter(district=scene.district, school__isnull=False)[0]
    was = {f"was-{match.school_id}": match.clever_school_id}
    return Asked(sent={"do": "save", "seen": "", f"school-{match.school_id}": "", **was})


def asks_again(scene: Scene) -> Asked:
    """A school that was left out is asked about again."""
    school = scene.schools[0]
    leave_school_out(district=scene.district, school=school, by=ALICE)
    was = {f"was-{school.pk}": "none", f"school-{school.pk}": ""}
    return Asked(sent={"do": "save", "seen": "", **was})


def creates_schools(scene: Scene) -> Asked:
    free = MirrorObject.objects.filter(type="school").order_by("-clever_id")[0].clever_id
    return Asked(sent={f"code-{free}": "NEW", f"make-{free}": "on"})


def source(scene: Scene, **more: Any) -> RosterSource:
    return RosterSource.objects.create(
        district=scene.district, system="files", state=SourceState.ON, **more
    )


def exported(scene: Scene) -> Asked:
    return Asked((take_export(source=source(scene), by=ALICE).pk,))


def pictured(scene: Scene) -> Asked:
    source(scene, old_picture=PICTURE, old_picture_type="image/png")
    return Asked(("files",))


def begins(scene: Scene) -> Asked:
    Connection.objects.filter(district=scene.district).update(enabled=False)
    from_powerschool(scene.district)
    return Asked()


def confirms(scene: Scene) -> Asked:
    from_powerschool(scene.district, state="off")
    return Asked(sent={"source": "student.sis_id", "compared": "on"})


def told(scene: Scene) -> Recipient:
    return Recipient.objects.create(district=scene.district, data_type="student", email=ANN)


def mails(scene: Scene) -> Asked:
    told(scene)
    return Asked(sent={"email": ANN})


def mails_again(scene: Scene) -> Asked:
    Letter.objects.create(district=scene.district, email=ANN, state="refused")
    return mails(scene)


def asks_for_values(scene: Scene) -> Asked:
    """A field that was seen in Clever, and that no rule maps yet."""
    scenes_rules.mirror(scene.district, 1)
    sent = {"weighted_gpa-source": "student.ext.weighted_gpa"}
    return Asked(("student",), sent, "field=weighted_gpa")


def drafts(scene: Scene) -> Asked:
    return Asked(("teacher",), {"seen": drafted(scene.district).pk})


def supposes(scene: Scene) -> Asked:
    drafted(scene.district)
    Pull.objects.update(roles=["student", "teacher"])
    return Asked(("teacher",))


def switches(scene: Scene) -> Asked:
    source(scene)
    return Asked(sent={"system": "files"})


def restores(scene: Scene) -> Asked:
    return Asked(("student", 1), {"seen": second(scene).pk})


def student(**sent: Any) -> Callable[[Scene], Asked]:
    """These values for the settings of students."""
    return lambda scene: Asked(("student",), sent)


def pauses(scene: Scene) -> Asked:
    until = (today() + timedelta(days=3)).isoformat()
    return Asked(sent={"types": ["student"], "until": until, "why": "Moving"})


def paused(scene: Scene) -> Asked:
    scene.district.schedules.update(paused_until=timezone.now() + timedelta(days=3))
    return Asked(sent={"types": ["student", "teacher"]})


def bob(scene: Scene) -> Asked:
    return Asked((Membership.objects.get(district=scene.district, user__email=BOB).pk,))


def invited(scene: Scene) -> Asked:
    user = User.objects.create_user("ida@maple.example")
    return Asked((Membership.objects.create(district=scene.district, user=user, role="viewer").pk,))


def granted(scene: Scene) -> Asked:
    grant = SupportGrant.objects.create(
        district=scene.district, user=scenes.user(SAM), reason="Helps with the import",
        granted_by=SAM, until=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    return Asked((grant.pk,))


def changes_days(scene: Scene) -> Asked:
    row = days(scene, 1, 2)
    sent = {"kind": "blackout", "first": LATER, "last": LATER, "name": "Snow"}
    return Asked((row.pk,), {**sent, "was": str(days_of(row))})


def hooked(scene: Scene, **more: object) -> Asked:
    """A webhook that leads nowhere: whatever is sent to it is refused at once."""
    return Asked((webhook(scene.district, "127.0.0.1", **more).pk,))


def changes_webhook(scene: Scene) -> Asked:
    made = webhook(scene.district)
    return Asked((made.pk,), {"url": made.url, "events": "run.failed"})


def sends_again(scene: Scene) -> Asked:
    made = webhook(scene.district)
    return Asked((made.pk,), {"delivery": sent(made, "run.failed", 1, state="given_up").pk})


def brake(**sent: str) -> Callable[[Scene], Asked]:
    """These values for one brake."""
    return lambda scene: Asked(("student", "many_transfers"), sent)


def makes_token(scene: Scene) -> Asked:
    return Asked(sent={"name": "Bus", "scope": "read", "days": "30", "password": PASSWORD})


def has_token(scene: Scene) -> Asked:
    return Asked((token(scene.district, "Bus", 99, 30).pk,))


EFFECTS = (
    Effect("setup_save", "clever.connect", connects),
    Effect("save_district_id", "clever.connect", connects),
    Effect("ask_support", "clever.request", asks_support),
    Effect("reset_configuration", "configuration.reset", sends(confirm="maple")),
    Effect("choose_schools", "school.unmatch", matches),
    Effect("choose_schools", "school.ask_again", asks_again),
    Effect("create_schools", "school.match", creates_schools),
    Effect("enable", "clever.disable", nothing),
    Effect("arrival", "arrival.answer", sends(system="files")),
    Effect("source_state", "source.off", switches),
    Effect("begin", "source.retire", begins),
    file("source_export_csv", "source.exported", exported),
    Effect("source_restore", "source.restore", exported),
    file("source_picture", "source.picture_seen", pictured),
    Effect("confirm_student_id", "student_id.confirm", confirms),
    Effect("automatic", "schedule.automatic", sends(on=["staff"])),
    filled("match_fields", "rules.draft", student(**{"student_number-source": "student.state_id"})),
    filled("define_codes", "rules.draft", student(**{"grade-0-value": "12"})),
    filled("sync_settings", "rules.draft", student(import_rule="update_only")),
    filled("new_records", "rules.draft", student(home_language="English")),
    Effect("field_sample_ask", "clever.sampled", asks_for_values),
    Effect("publish_rules", "rules.publish", drafts),
    Effect("discard_rules", "rules.discard", drafts),
    Effect("restore_version", "rules.restore", restores),
    Effect("what_if", "what_if", supposes),
    file("settings_download", "settings.download"),
    Effect("settings_copy", "settings.copied", copies),
    Effect("settings_apply", "settings.load", loads),
    Effect("settings_apply", "brake.off", loads),
    Effect("settings_apply", "calendar.add", loads),
    Effect("terminology", "terminology.rename", sends(community_id="Library card")),
    Effect("school_year", "rollover.move", sends(month="9", day="3", sure="on")),
    Effect(
        "calendar", "calendar.add", sends(kind="adds_only", first=LATER, last=LATER, name="Tests")
    ),
    Effect("calendar_change", "calendar.change", changes_days),
    Effect("calendar_remove", "calendar.remove", lambda s: Asked((days(s, 1, 2).pk,))),
    Effect("brake", "brake.change", brake(percent="7")),
    Effect("brake", "brake.off", brake(then="off", sure="switch off", reason="We merge")),
    Effect("daily_pause", "schedule.paused", pauses),
    Effect("daily_resume", "schedule.resumed", paused),
    Effect("schedule_resume", "schedule.resumed", paused),
    Effect("daily_zone", "district.time_zone", sends(time_zone="America/Chicago")),
    Effect("recipients_edit", "recipients.save", student(add=ANN, events="failed")),
    Effect("mail_test", "mail.test", mails),
    Effect("mail_again", "mail.again", mails_again),
    Effect("webhook_new", "webhook.add", sends(url="https://8.8.8.8/in", events="run.failed")),
    Effect("webhook", "webhook.change", changes_webhook),
    Effect("webhook_secret", "webhook.rotate", lambda s: Asked(hooked(s).args, {"seen": "0"})),
    Effect("webhook_test", "webhook.test", hooked),
    Effect("webhook_pause", "webhook.pause", hooked),
    Effect("webhook_resume", "webhook.resume", lambda s: hooked(s, state="disabled")),
    Effect("webhook_remove", "webhook.remove", hooked),
    Effect("webhook_again", "webhook.again", sends_again),
    Effect("user_invite", "member.invite", sends(email="new@maple.example", role="viewer")),
    Effect("user_edit", "member.change", lambda s: Asked(bob(s).args, {"role": "operator"})),
    Effect("user_remove", "member.remove", bob),
    Effect("user_invite_again", "member.invite_again", invited),
    Effect("token_new", "token.make", makes_token),
    Effect("token_revoke", "token.revoke", has_token),
    Effect("support_take", "support.grant", sends(reason="Helps", hours="1"), by=SAM),
    Effect("support_end", "support.grant_end", granted),
)
