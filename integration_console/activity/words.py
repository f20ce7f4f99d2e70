"""What each verb of the audit means, in a sentence that begins behind "who".

Between braces stand facts that integration_console.activity.facts finds for a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    IMPORTS = "imports"
    DECISIONS = "decisions"
    SETTINGS = "settings"
    PEOPLE = "people"
    LOOKS = "looks"
    ACCESS = "access"


KINDS: Mapping[Kind, str] = {
    Kind.IMPORTS: "Tests, imports and undo",
    Kind.DECISIONS: "Held changes and alerts",
    Kind.SETTINGS: "Settings and schools",
    Kind.PEOPLE: "Records changed here",
    Kind.LOOKS: "Looks at people and downloads",
    Kind.ACCESS: "Users, roles and Support",
}


@dataclass(frozen=True)
class Said:
    """The kind of a verb and its sentence."""

    kind: Kind
    sentence: str


IMPORTS = {
    "test started": "Started a Test Import.",
    "live started": "Started an import.",
    "imported": "Imported: {written} written{stale}.",
    "undone": "Undid an import: {written} written{stale}.",
    "undo started": "Started the undo of an import.",
    "test of an undo started": "Tested what undoing an import would do.",
    "run cancelled": "Cancelled a run.",
    "file.uploaded": "Uploaded a file of {lines} lines, to import values from it.",
    "file.removed": "Removed the lines of an uploaded file; what was imported stays.",
    "test of a file started": "Tested what importing file {file} would change.",
    "file import started": "Started an import from file {file}.",
    "file imported": "Imported from a file: {written} written{stale}.",
    "what_if": "Asked what the draft settings for {type} would change.",
    "brakes raised": "Let more people pass the brakes in one run: {brakes}.",
}
DECISIONS = {
    "plan approved": "Approved a plan that was waiting for a decision.",
    "plan discarded": "Discarded a plan; nothing of it was imported.",
    "hold approved": "Approved held changes: {count}.",
    "hold discarded": "Discarded held changes: {count}.",
    "hold replaced": "A newer plan replaced held changes: {count}.",
    "hold expired": "Held changes expired, as nobody decided in time: {count}.",
    "alert match": "Decided an alert: it is the same person.",
    "alert create": "Decided an alert: it is a new person.",
    "alert skip": "Skipped an alert.",
    "alert never": "Decided an alert: these two are never the same person.",
    "decision taken back": "Took a decision about an alert back.",
    "alerts processed": "Processed all updates: {decisions} decided, {skipped} skipped.",
    "unlink taken back": "Took back that a record was unlinked from Clever.",
    "merge taken back": "Took back that two records were merged.",
}
SETTINGS = {
    "district.create": "Created the district in this console.",
    "district.time_zone": "Changed the time zone of the district.",
    "district.enable": "Enabled Clever Student Integration for the district.",
    "district.disable": "Disabled Clever Student Integration for the district.",
    "clever.request": "Asked Support for Clever Student Integration.",
    "clever.connect": "Saved the district's Clever ID, {subject}.",
    "clever.enable": "Switched Clever on.",
    "clever.disable": "Switched Clever off.",
    "clever.reset": "Disconnected the district from Clever.",
    "configuration.reset": "Reset the configuration; every record was kept.",
    "arrival.answer": "Answered how records arrive today: {subject}.",
    "source.on": "Switched the source {subject} on.",
    "source.off": "Switched the source {subject} off.",
    "source.retire": "Switched an older source off; {kept} identifiers were kept in a file.",
    "source.restore": "Restored identifiers of an older source: {brought} came back.",
    "student_id.confirm": "Confirmed which field is the student ID: {subject}.",
    "school.match": "Matched a school: Clever's {subject} is {answer}.",
    "school.unmatch": "Took the match of a school back: Clever's {subject}.",
    "school.leave_out": "Decided that the school {subject} is not synced.",
    "school.ask_again": "Decided that the school {subject} is asked about again.",
    "school.choices_discarded": "Discarded the choices for schools that were not saved.",
    "schools.load": "Loaded schools from a file: {created} created.",
    "rules.draft": "Saved a draft of the settings for {type}.",
    "rules.publish": "Published version {version} of the settings for {type}.",
    "rules.restore": "Made version {version} of the settings for {type} the draft.",
    "rules.discard": "Discarded the draft of the settings for {type}.",
    "rules.confirm": "Looked at the settings for {type} and kept them as they are.",
    "settings.load": "Loaded settings from a file: {sections}.",
    "schedule.automatic": "Chose what is synced by itself: {on}.",
    "schedule.timetable": "Changed when {type} are synced.",
    "schedule.paused": "Paused syncs of {types}.",
    "schedule.resumed": "Resumed syncs of {types}.",
    "calendar.add": "Added {range} to the school calendar.",
    "calendar.change": "Changed {before} in the school calendar to {range}.",
    "calendar.remove": "Took {range} out of the school calendar.",
    "brake.change": "Changed a brake ({subject}) from {old} to {new}. Reason: {reason}",
    "brake.off": "Switched a brake off ({subject}). Reason: {reason}",
    "recipients.save": (
        "Changed who is told about {type}: {added} added, {removed} removed, {changed} changed."
    ),
    "mail.test": "Sent a test mail.",
    "mail.again": "Sent a mail again.",
    "webhook.add": "Added a webhook to {subject}.",
    "webhook.change": "Changed the webhook to {subject}.",
    "webhook.rotate": "Made a new secret for the webhook to {subject}.",
    "webhook.pause": "Paused the webhook to {subject}.",
    "webhook.resume": "Switched the webhook to {subject} on.",
    "webhook.remove": "Removed the webhook to {subject}.",
    "webhook.test": "Sent a test to the webhook to {subject}.",
    "webhook.again": "Sent a message again to the webhook to {subject}.",
    "webhook.disabled": "Switched the webhook to {subject} off, as nothing reached it.",
    "terminology.rename": "Renamed fields: {fields}.",
    "rollover.move": "Moved the beginning of the school year to {subject}.",
}
PEOPLE = {
    "person.created": "Created a record by hand.",
    "person.edited": "Edited a record: {fields}.",
    "person.unlinked": "Unlinked a record from Clever.",
    "people.merged": "Merged two records.",
    "people.status": "Gave people another status: {count}.",
    "people.site": "Moved people to {school}: {count}.",
    "people.deleted": "Deleted records, restorable for 30 days: {count}.",
    "people.restored": "Restored deleted records: {count}.",
    "people.protected": "Protected people from Clever: {count}.",
    "people.unprotected": "Took the protection of people away: {count}.",
    "people.load": "Loaded people from a file.",
    "fields.locked": "Locked {fields} for people: {count}.",
    "fields.unlocked": "Took locks away: {count}.",
    "fields.lock_extended": "Changed how long locks last: {count}.",
    "destruction.ordered": "Ordered that what was imported is destroyed, in {days} days.",
    "destruction.cancelled": "Called off that what was imported is destroyed.",
    "values.destroyed.night": "Destroyed values that were too old: {rows} rows.",
    "values.destroyed.district": "Destroyed what was imported, as ordered: {rows} rows.",
    "values.destroyed.person": "Erased a person: {rows} rows.",
}
LOOKS = {
    "person.seen": "Looked at a record.",
    "certificate.downloaded": "Downloaded a certificate of destruction.",
    "file.seen": "Looked at the first lines of a file of values.",
    "alert.seen": "Looked at an alert, which shows a person in Clever and records here.",
    "person.explained": "Looked at why a record is as it is.",
    "clever.asked": "Asked Clever about one person.",
    "clever.sampled": "Asked Clever for some values of a field that is not stored.",
    "people.export": "Exported records by command: {type}.",
    "people.exported": "Downloaded a list of people: {type}.",
    "locks.exported": "Downloaded the list of locks.",
    "updates.exported": "Downloaded the Student Updates Log: {type}.",
    "operations.exported": "Downloaded the list of operations.",
    "changes.exported": "Downloaded the changes of a run.",
    "log.exported": "Downloaded the log of a run.",
    "hold.exported": "Downloaded held changes.",
    "alerts.exported": "Downloaded the alerts.",
    "problems.exported": "Downloaded the problems.",
    "source.exported": "Downloaded the identifiers of an older source.",
    "source.picture_seen": "Looked at the picture of an older integration's settings.",
    "settings.download": "Downloaded the settings.",
    "settings.copied": "Looked at these settings to copy them into another district.",
    "activity.exported": "Downloaded this list of activity.",
    "api.people_read": "Read over the API: {subject}.",
    "charts.exported": "Downloaded the figures of the charts.",
}
ACCESS = {
    "member.invite": "Invited {user} as {role}.",
    "member.invite_again": "Invited {user} again.",
    "member.change": "Made {user} {role}; before: {role_before}.",
    "member.remove": "Removed {user}, who was {role}.",
    "support.grant": "Support was let in to see people: {reason}",
    "support.grant_end": "Ended the leave of Support to see people.",
    "token.make": "Made the API token {subject} ({scope}, until {until}).",
    "token.revoke": "Revoked the API token {subject}.",
    "token.end": "Ended the API token {subject} with the rights of whoever made it.",
    "login.failed": "Somebody tried to sign in with this address and a wrong password.",
    "login.clever": "Signed in with Clever.",
    "login.clever_linked": "Connected the account with a log-in of Clever.",
    "login.clever_unlinked": "Disconnected the account from a log-in of Clever.",
    "login.clever_refused": "Refused a sign-in with Clever: {refusal}.",
}
SENTENCES: Mapping[str, Said] = {
    verb: Said(kind, sentence)
    for kind, said in (
        (Kind.IMPORTS, IMPORTS),
        (Kind.DECISIONS, DECISIONS),
        (Kind.SETTINGS, SETTINGS),
        (Kind.PEOPLE, PEOPLE),
        (Kind.LOOKS, LOOKS),
        (Kind.ACCESS, ACCESS),
    )
    for verb, sentence in said.items()
}


def verbs_of(kind: str) -> list[str]:
    """The verbs of a kind, in order."""
    return sorted(verb for verb, said in SENTENCES.items() if said.kind == kind)
