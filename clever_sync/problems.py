"""The problems that reading from Clever can have (C19)."""

from core.problems import Problem
from core.vocabulary import WhoFixes

SIS, CLEVER, HERE = WhoFixes.SIS, WhoFixes.CLEVER, WhoFixes.HERE
_LATER = "Nothing was lost. The sync tries again by itself."
_NOTHING = "Nothing needs to be done."

_FAULTS = [
    Problem(
        "clever_unavailable",
        "Clever could not be reached",
        "Clever did not answer, or not properly, after several tries.",
        _LATER,
        CLEVER,
        "error",
    ),
    Problem(
        "clever_rate_limited",
        "Waiting for Clever",
        "Clever allows so many requests a minute, and asks us to wait.",
        _NOTHING,
        CLEVER,
    ),
    Problem(
        "unexpected_answer",
        "Unexpected answer from Clever",
        "Clever answered with something that is not roster data.",
        "Start again later. If it stays, tell Support.",
        CLEVER,
        "error",
    ),
    Problem(
        "clever_bad_request",
        "Clever refused the request",
        "Clever says that it cannot serve this request at all.",
        "Tell Support.",
        HERE,
        "error",
    ),
    Problem(
        "clever_token_refused",
        "Clever refuses our authorization",
        "The district's authorization is no longer accepted, and Clever has no newer one.",
        "Ask your Clever administrator to authorize the application again.",
        CLEVER,
        "error",
    ),
    Problem(
        "clever_credentials_refused",
        "Clever does not know this console",
        "The console's own client ID and secret are not accepted.",
        "Tell Support: the console's Clever credentials are wrong.",
        HERE,
        "error",
    ),
    Problem(
        "clever_disconnected",
        "The district has disconnected",
        "Clever says that the district does not share with this application any more.",
        "Ask your Clever administrator to connect the application again. All records stay.",
        CLEVER,
        "error",
    ),
    Problem(
        "wrong_district",
        "Another district's authorization",
        "Clever answers for another district than the one stored here. Nothing was read.",
        "Check the District ID.",
        HERE,
        "error",
    ),
    Problem(
        "unexpected_redirect",
        "Clever sent us elsewhere",
        "An answer named another address. It was not followed, and no token was sent there.",
        "Tell Support.",
        CLEVER,
        "error",
    ),
    Problem(
        "api_retired",
        "This version of Clever's API is gone",
        "Clever no longer serves the version that this console speaks.",
        "Tell Support: the console needs a newer version.",
        HERE,
        "error",
    ),
]

_WALKS = [
    Problem(
        "walk_unproved",
        "A list of Clever could not be proved complete",
        "Clever's list was not read without doubt, so nobody was removed because of it.",
        "Nothing needs to be done; the next sync looks again. If it stays, tell Support.",
        CLEVER,
    ),
    Problem(
        "cursor_loop",
        "Clever's list goes in circles",
        "The pages of the list of {field} came again. What was read was kept.",
        "The next sync looks again. If it stays, tell Support.",
        CLEVER,
    ),
    Problem(
        "next_ignored",
        "Clever's link to the next page does not move on",
        "The pages of the list of {field} name the wrong next page. We counted on by ourselves.",
        _NOTHING,
        CLEVER,
    ),
    Problem(
        "not_ascending",
        "Clever's list is out of order",
        "The list of {field} had somebody twice or out of order, also the second time.",
        "The next sync looks again. If it stays, tell Support.",
        CLEVER,
    ),
    Problem(
        "record_without_id",
        "Records without an ID",
        "The list of {field} has records that cannot be told apart.",
        "Ask Clever's support why records have no ID.",
        CLEVER,
    ),
    Problem(
        "data_moved",
        "Clever's data kept changing",
        "Clever's data changed during each of several readings.",
        "The next sync looks again.",
        CLEVER,
    ),
    Problem(
        "people_omitted",
        "Clever's list left people out",
        "Clever has people who were missing in its list of {field}. They were kept.",
        "The next sync looks again. If it stays, tell Support.",
        CLEVER,
    ),
    Problem(
        "confirmation_failed",
        "Absences could not be confirmed",
        "Clever did not even find somebody who is there, so its answers were not believed.",
        "The next sync looks again.",
        CLEVER,
    ),
]

_RECORDS = [
    Problem(
        "id_missing",
        "A record without an ID",
        "Clever sent a record without a usable ID. It was left out.",
        "Ask Clever's support why the record has no ID.",
        CLEVER,
        "error",
    ),
    Problem(
        "record_unreadable",
        "A record that cannot be read",
        "Clever sent a record that is not readable. The person here stays as it is.",
        "Correct the record in your SIS.",
        SIS,
        "error",
    ),
    Problem(
        "last_name_missing",
        "No last name",
        "The record has no last name. The person here stays as it is.",
        "Enter the last name in your SIS.",
        SIS,
        "error",
    ),
    Problem(
        "wrong_type",
        "A value of the wrong kind",
        "The value of {field} is not a text. The field stays as it is.",
        "Correct the value in your SIS.",
        SIS,
    ),
    Problem(
        "too_long",
        "A value that is too long",
        "The value of {field} is longer than can be kept. The field stays as it is.",
        "Shorten the value in your SIS.",
        SIS,
    ),
    Problem(
        "cleaned",
        "Invisible characters removed",
        "The value of {field} had characters that nobody can see. They were removed.",
        _NOTHING,
        SIS,
    ),
    Problem(
        "email_invalid",
        "Not an e-mail address",
        "The e-mail has no @. It is kept, but never used to match people.",
        "Correct the e-mail in your SIS.",
        SIS,
    ),
    Problem(
        "unknown_field",
        "A new field from Clever",
        "Clever sends {field}, which this console does not know. It was ignored.",
        _NOTHING,
        CLEVER,
    ),
    Problem(
        "unknown_role",
        "A new role from Clever",
        "Clever sends the role {field}, which this console does not know. It was ignored.",
        _NOTHING,
        CLEVER,
    ),
]

_SHARING = [
    Problem(
        "fill_collapsed",
        "Far fewer values than before",
        "{field} had a value for most people, and has one for few of them now: {value}.",
        "If this was not meant, ask whoever looks after your SIS or Clever's sharing settings "
        "whether the field is still sent. What stands here is kept, unless its rule clears what "
        "is blank. After seven days the new share counts as usual.",
        CLEVER,
    ),
    Problem(
        "school_no_longer_shared",
        "A school is no longer shared",
        "Clever shares the school {value} no more. Whoever was there is held, not removed.",
        "If it was closed or merged, look at what is held. If not, share it again in Clever.",
        CLEVER,
    ),
    Problem(
        "extension_field_new",
        "A new extension field from Clever",
        "Clever sends {field} since lately. It is not stored as long as nothing is mapped to it.",
        "Map it under Match Fields if you want it here; else nothing needs to be done.",
        HERE,
    ),
]

PROBLEMS: dict[str, Problem] = {
    each.code: each for each in [*_FAULTS, *_WALKS, *_RECORDS, *_SHARING]
}
# A pull reads only the records that changed, so a later one that is silent proves nothing.
OF_ONE_READING: frozenset[str] = frozenset(each.code for each in _RECORDS)
