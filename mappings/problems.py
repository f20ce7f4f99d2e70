"""What can be wrong with rules, and with values that go through them (C19)."""

from core.problems import Problem
from core.vocabulary import WhoFixes

SIS, CLEVER, HERE = WhoFixes.SIS, WhoFixes.CLEVER, WhoFixes.HERE

_VALUES = (
    Problem(
        "code_unknown",
        "A code without a rule",
        "Clever sends {value} for {field}, and no rule says what that is here. The field was left "
        "as it is.",
        "Open Define Codes and choose the local code for it.",
        HERE,
    ),
    Problem(
        "date_invalid",
        "Not a date",
        "{field} is not a day that exists. The field was left as it is.",
        "Correct the date in the student information system.",
        SIS,
    ),
    Problem(
        "year_invalid",
        "Not a year",
        "{value} for {field} is not a year of four digits. The field was left as it is.",
        "Correct the year in the student information system, or map another field.",
        SIS,
    ),
    Problem(
        "number_invalid",
        "Not a number",
        "{field} is not a number below 1000. The field was left as it is.",
        "Correct the value in the student information system, or map another field.",
        SIS,
    ),
    Problem(
        "too_long",
        "Too long to keep",
        "The value for {field} is longer than the field. Identifiers are never cut, so it was left "
        "as it is.",
        "Shorten it in the student information system, or map another field.",
        SIS,
    ),
    Problem(
        "name_long",
        "A long name",
        "{field} has more than 25 characters; labels and cards may cut it.",
        "Nothing needs to be done.",
        HERE,
    ),
    Problem(
        "email_invalid",
        "Not an e-mail address",
        "{field} holds no e-mail address. It was kept, and is never used to match anyone.",
        "Correct the address in the student information system.",
        SIS,
    ),
    Problem(
        "unreadable",
        "A value that could not be read",
        "What Clever sent for {field} is of another kind than agreed. The field was left as it is.",
        "If it happens to many people, tell Support; else correct it at the source.",
        CLEVER,
    ),
    Problem(
        "last_name_missing",
        "No last name",
        "Clever's record has no last name, so it was skipped. The person here is not touched.",
        "Fill in the last name in the student information system.",
        SIS,
        severity="error",
    ),
    Problem(
        "school_unmatched",
        "A school that is not matched",
        "The person's school {value} is not matched to one of ours. Nobody was created or changed.",
        "Open Match schools and choose the local school, or say that it is not synced.",
        HERE,
    ),
    Problem(
        "school_not_synced",
        "A school that is not synced",
        'The person\'s school is set to "do not sync". The record was left as it is.',
        "Nothing needs to be done, unless the answer under Match schools was a mistake.",
        HERE,
    ),
    Problem(
        "school_not_chosen",
        "A school outside the chosen ones",
        "The settings of this data type name chosen schools, and {school} is not among them.",
        "Add the school under Sync Settings if its people should be synced.",
        HERE,
    ),
)

_RULES = (
    Problem(
        "field_unknown",
        "Not a field of this data type",
        "{field} cannot be mapped for this data type.",
        "Take it out of the settings.",
        HERE,
        severity="error",
    ),
    Problem(
        "field_required",
        "A field that is needed",
        "{field} is used to identify people, so it cannot be set to Do Not Import.",
        "Choose the Clever field that feeds it.",
        HERE,
        severity="error",
    ),
    Problem(
        "source_unfit",
        "A Clever field that does not fit",
        "{value} cannot feed {field}.",
        "Choose one of the Clever fields in the list.",
        HERE,
        severity="error",
    ),
    Problem(
        "code_unfit",
        "A local code that does not fit",
        "{value} is not a code that {field} can hold.",
        "Choose one of the local codes, or write a shorter one.",
        HERE,
        severity="error",
    ),
    Problem(
        "default_unfit",
        "A default that does not fit",
        "{value} is not a value that {field} can hold.",
        "Write another default for new records.",
        HERE,
        severity="error",
    ),
    Problem(
        "scope_empty",
        "No school chosen",
        "The settings apply to chosen schools, and none of ours is chosen.",
        "Choose schools under Sync Settings, or All Mapped Schools.",
        HERE,
        severity="error",
    ),
)

_SETUP = (
    Problem(
        "clever_not_enabled",
        "Clever is not enabled for this district",
        "Support has not enabled the integration yet.",
        "Ask Support to enable it.",
        HERE,
        severity="error",
    ),
    Problem(
        "not_connected",
        "Not connected to Clever",
        "No Clever ID of the district is stored, or Clever does not share anything yet.",
        "Enter the Clever ID under Clever Data Integration Setup.",
        HERE,
        severity="error",
    ),
    Problem(
        "no_ruleset",
        "No settings for this data type",
        "Nobody has said yet how {value} records are filled.",
        "Open Clever Data Integration Settings and go through the steps.",
        HERE,
        severity="error",
    ),
    Problem(
        "no_school_matched",
        "No school is matched",
        "Your sites must be mapped to sync, and none is.",
        "Open Match schools and match at least one.",
        HERE,
        severity="error",
    ),
    Problem(
        "schools_open",
        "Schools without an answer",
        'Local schools that are neither matched nor set to "do not sync": {value}.',
        "Open Match schools and answer for each of them.",
        HERE,
    ),
    Problem(
        "scope_unmatched",
        "The chosen schools are not matched",
        "None of the schools chosen for {value} is matched to a school of Clever.",
        "Match them, or choose others under Sync Settings.",
        HERE,
        severity="error",
    ),
    Problem(
        "other_source_on",
        "Another integration is on",
        "{value} still delivers records. Two sources would overwrite each other.",
        "Disable it, then start the import.",
        HERE,
        severity="error",
    ),
    Problem(
        "student_id_moved",
        "The student ID comes from another field than before",
        "The old integration kept the student ID in {field}, which is now filled from {value}. "
        "Your student data will be scrambled if these are not the same numbers.",
        "Map the same field as before, or compare real people under Match rates and confirm that "
        "it is the same student ID.",
        HERE,
        severity="error",
    ),
    Problem(
        "student_id_unverified",
        "Nobody has verified the student ID yet",
        "The old integration kept the student ID in {field}, which Clever fills from {value}. "
        "Your student data will be scrambled if these are not the same numbers.",
        "Compare real people under Match rates, then confirm.",
        HERE,
        severity="error",
    ),
    Problem(
        "few_students_found",
        "Most students would not be recognised",
        "Only {value} of the students here would be found in Clever; the others would be made a "
        "second time. The student ID may be the wrong field.",
        "Look at Match rates, choose the field that fits under Match Fields, or confirm there that "
        "these really are other students.",
        HERE,
        severity="error",
    ),
    Problem(
        "few_employees_found",
        "Most employees would not be recognised",
        "Only {value} of them would be found in Clever. New records are held until somebody has "
        "looked.",
        "Look at Match rates, and choose the field that fits under Match Fields.",
        HERE,
    ),
)

PROBLEMS: dict[str, Problem] = {problem.code: problem for problem in (*_VALUES, *_RULES, *_SETUP)}
