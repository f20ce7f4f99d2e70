"""What can be wrong with a person, a plan or a run, in words for people (C19).

The words of imports; reading from Clever and the rules bring their own. imports.catalogue has
all of them together.
"""

from collections.abc import Mapping

from core.problems import Problem
from core.vocabulary import WhoFixes
from imports.from_file import problems as files

SIS, CLEVER, HERE = WhoFixes.SIS, WhoFixes.CLEVER, WhoFixes.HERE
_DECIDE = "Open Resolve Alerts and choose Match or Create Record."
_LOOK_AT_HOLD = "Look at the rows that are held. Approve them if they are right, else discard them."
_TRY_AGAIN = "The next run tries again by itself. If it stays, tell Support."

ALERTS = (
    Problem(
        "sis_id_twice_in_clever",
        "One SIS ID, two people in Clever",
        "Clever shares two people with the same SIS ID, so nobody can say which of them it is.",
        "Correct the SIS ID of one of them in your SIS, or decide under Resolve Alerts.",
        SIS,
    ),
    Problem(
        "sis_id_twice_here",
        "One SIS ID, two records here",
        "Two records here have the same SIS ID, so nobody can say which of them is meant.",
        "Choose the right record under Resolve Alerts, and correct the SIS ID of the other.",
        HERE,
    ),
    Problem(
        "number_twice_in_clever",
        "One number, two people in Clever",
        "Clever shares two people with the same number, and nothing stronger tells who it is.",
        "Correct the number of one of them in your SIS, or decide under Resolve Alerts.",
        SIS,
    ),
    Problem(
        "number_twice_here",
        "One number, two records here",
        "Two records here have the same number, and nothing stronger tells which is meant.",
        "Choose the right record under Resolve Alerts, and correct the number of the other.",
        HERE,
    ),
    Problem(
        "several_candidates",
        "Several records fit",
        "The identifiers of this person lead to more than one record here.",
        _DECIDE,
        HERE,
    ),
    Problem(
        "name_and_birth_differ",
        "Same identifier, another person?",
        "An identifier leads to a record here, but the name and the birth date say otherwise. "
        "The identifier may have been given to somebody new.",
        _DECIDE,
        HERE,
    ),
    Problem(
        "linked_to_another",
        "The record belongs to somebody else",
        "The record that fits is linked to another person whom Clever shares.",
        "If Clever has this person twice, correct it in your SIS. Otherwise choose Create Record.",
        SIS,
    ),
    Problem(
        "two_clever_people_on_one_record",
        "Two people of Clever, one record here",
        "Two people whom Clever shares both fit the same record here. None of them was linked.",
        _DECIDE,
        HERE,
    ),
    Problem(
        "clever_id_changed",
        "Probably the same person under a new Clever ID",
        "A record here belongs to a Clever ID that is no longer shared, and this person looks "
        "like it.",
        "Choose Match to carry the record on, or Create Record if it is somebody else.",
        HERE,
    ),
    Problem(
        "likely_duplicate",
        "Probably here already",
        "No identifier leads to a record here, but a record looks very much like this person.",
        _DECIDE,
        HERE,
    ),
    Problem(
        "username_taken",
        "The user name is taken",
        "Somebody else here has the user name that Clever sends. The person keeps the old one; "
        "everything else was imported.",
        "Change one of the two user names in your SIS, or here.",
        SIS,
    ),
    Problem(
        "identity_conflict",
        "Another record has this SIS ID",
        "The person is linked by the Clever ID, and another record here has the same SIS ID. "
        "The link stands.",
        "Look at both records, and correct or delete the one that is wrong.",
        HERE,
    ),
    Problem(
        "sis_id_of_another",
        "The SIS ID was another person's until now",
        "Clever gives this person the SIS ID that another person here had, and that one gets "
        "another. Both stay linked by their Clever IDs, and both were written together.",
        "Look in your SIS whether the two numbers were exchanged on purpose.",
        SIS,
    ),
)

RECORDS = (
    Problem(
        "kind_changed",
        "A student became an employee, or the other way round",
        "Clever shows this person in another kind of role than the record here. Nothing was "
        "changed.",
        "Look at both records. A student and an employee never share one record.",
        HERE,
    ),
    Problem(
        "record_broken",
        "The record cannot be read",
        "Clever's record of this person is damaged. The person was left as it is, and is not "
        "treated as gone.",
        "Look at this person in your SIS, and in Clever.",
        SIS,
        "error",
    ),
)

KEPT = (
    Problem(
        "kept_by_lock",
        "Locked here, Clever says otherwise: {field}",
        "The locks have kept what stands here. Nothing was overwritten.",
        "Nothing needs to be done. If Clever is right by now, take the locks away under People, "
        "Locks; if it is wrong, correct your SIS.",
        HERE,
    ),
)

CALENDAR = (
    Problem(
        "leaver_waits",
        "Leavers wait for the end of adds-only days",
        "Clever does not share these people any more. By the school calendar nobody is removed "
        "these days, so they stayed as they are.",
        "Nothing. The first run after these days looks at them again.",
        HERE,
    ),
    Problem(
        "move_waits",
        "Moves wait for the end of adds-only days",
        "Clever has these people at another school. By the school calendar nobody is moved away "
        "these days, so they stayed at their school.",
        "Nothing. The first run after these days moves them.",
        HERE,
    ),
)

RUNS = (
    Problem(
        "no_progress",
        "The run could not be finished",
        "The run was started three times and stopped each time at the same place.",
        "Start it again. If it stops again, tell Support the number of this run.",
        HERE,
        "error",
    ),
    Problem(
        "storage",
        "No room left in the database",
        "The database has no room left, so nothing could be written.",
        "Tell Support: the database needs more room.",
        HERE,
        "error",
    ),
    Problem(
        "database_busy",
        "The database is busy",
        "The records were being edited, or the database did not answer in time.",
        _TRY_AGAIN,
        HERE,
        "error",
    ),
)

HOLDS = (
    Problem(
        "many_transfers",
        "Unusually many leavers",
        "Many more people than usual would be marked as leavers.",
        _LOOK_AT_HOLD,
        HERE,
    ),
    Problem(
        "school_transfers",
        "Unusually many leavers at a school",
        "Unusually many people of one school would be marked as leavers.",
        "Look in Clever whether the school is still shared. " + _LOOK_AT_HOLD,
        CLEVER,
    ),
    Problem(
        "school_moves",
        "Unusually many moves away from a school",
        "Unusually many people of one school would move to other schools.",
        _LOOK_AT_HOLD,
        HERE,
    ),
    Problem(
        "school_to_zero",
        "A school would be empty",
        "Nobody would be left at a school. It may be that Clever no longer shares it.",
        "Look in Clever whether the school is still shared. " + _LOOK_AT_HOLD,
        CLEVER,
    ),
    Problem(
        "type_to_zero",
        "Nobody would be left",
        "All people of this kind would be marked as leavers.",
        "Look in Clever what is shared with this application.",
        CLEVER,
    ),
    Problem(
        "nobody_in_clever",
        "Clever sent nobody",
        "Clever answered that it shares no people of this kind, though it did before.",
        "Look in Clever what is shared with this application.",
        CLEVER,
    ),
    Problem(
        "absence_unconfirmed",
        "Missing in Clever, not confirmed",
        "These people were missing from Clever's lists, and Clever did not yet confirm that "
        "they have left.",
        "Wait for the next sync, which looks again, or approve if you know that they have left.",
        HERE,
    ),
    Problem(
        "many_identity_changes",
        "Names and birth dates change together",
        "For many people both the name and the birth date would change: records may have been "
        "exchanged.",
        "Look whether the student ID in Clever still means the same. " + _LOOK_AT_HOLD,
        SIS,
    ),
    Problem(
        "many_blanked",
        "A field would be emptied for many",
        "The field {field} would be emptied for unusually many people.",
        "Look in your SIS whether the field is still filled and shared. " + _LOOK_AT_HOLD,
        SIS,
    ),
    Problem(
        "many_updates",
        "Unusually many changes",
        "Unusually many of the people would be changed at once.",
        _LOOK_AT_HOLD,
        HERE,
    ),
    Problem(
        "many_problems",
        "Unusually many problems",
        "Unusually many people could not be placed or read.",
        "Look at the problems of the run; most of them usually have one cause.",
        HERE,
    ),
    Problem(
        "many_creates",
        "Unusually many new records",
        "Unusually many records would be created anew, beside those that are here.",
        "Look whether the student ID still comes from the same field. " + _LOOK_AT_HOLD,
        HERE,
    ),
    Problem(
        "student_id_may_be_wrong",
        "The student ID may be the wrong field",
        "Most records here would not be found again, and the same people would be created a "
        "second time.",
        "Compare the match rates under Match Fields, and choose the field that holds the "
        "student ID. Nothing was created.",
        HERE,
        "error",
    ),
)

GROUPS = (*ALERTS, *RECORDS, *KEPT, *CALENDAR, *RUNS, *HOLDS, *files.GROUPS)
PROBLEMS: Mapping[str, Problem] = {p.code: p for p in GROUPS}


class _Told(dict[str, str]):
    """What an explanation may name; a name that is not told is a dash."""

    def __missing__(self, name: str) -> str:
        return "–"


def sentence(code: str, **told: str) -> str:
    """What happened, in a sentence or two; for a code of elsewhere, the code itself."""
    problem = PROBLEMS.get(code)
    if problem is None:
        return f"Something went wrong ({code})."
    return problem.explanation.format_map(_Told(told))
