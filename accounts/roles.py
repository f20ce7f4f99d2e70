"""The roles as people choose them: what each may do, in a sentence."""

from collections.abc import Mapping

from core.vocabulary import MemberRole

MEANINGS: Mapping[str, str] = {
    MemberRole.OWNER: "Everything an import admin may, and who may do what: users and roles.",
    MemberRole.IMPORT_ADMIN: (
        "May import district data: sets Clever up, tests, starts and undoes imports, approves"
        " what is held."
    ),
    MemberRole.OPERATOR: (
        "Starts a sync, reads the logs, resolves alerts, edits people, locks fields and protects"
        " people."
    ),
    MemberRole.VIEWER: "Reads. Names and personal values are masked, and nothing is downloaded.",
    MemberRole.LIBRARIAN: (
        "People of chosen schools and their Transferred list. Clever is not there for them."
    ),
}
