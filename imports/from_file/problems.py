"""What can be wrong with the lines of a file, in words for people (C19, C27)."""

from core.problems import Problem
from core.vocabulary import WhoFixes

HERE = WhoFixes.HERE
_IN_THE_FILE = "Correct the file and upload it again; everything else can be imported meanwhile."
_LOOK = (
    "Look at the rows below. The import asks once more before it writes anything; if this is not"
    " meant, do not import it."
)

LINES = (
    Problem(
        "file_key_blank",
        "Lines that do not say who they are about",
        "The cell that says who it is is empty: {field}. These lines were left out.",
        _IN_THE_FILE,
        HERE,
        "error",
    ),
    Problem(
        "file_line_twice",
        "Several lines for one person",
        "The same {field} stands in more than one line, so nobody can say which of them holds. All"
        " of them were left out.",
        _IN_THE_FILE,
        HERE,
        "error",
    ),
    Problem(
        "file_nobody",
        "Nobody here is meant",
        "No record of this kind has the {field} of these lines. A file makes no records.",
        "Look whether the right column says who it is. New people come from Clever, or by hand.",
        HERE,
        "error",
    ),
    Problem(
        "file_several",
        "Several records are meant",
        "More than one record here has the {field} of these lines, so none of them was changed.",
        "Correct the double identifiers under People, or let another column say who it is.",
        HERE,
        "error",
    ),
    Problem(
        "file_value",
        "A value that cannot be: {field}",
        "The cell holds no value of this field. What stands here was kept.",
        _IN_THE_FILE,
        HERE,
    ),
    Problem(
        "file_needed",
        "A record needs this: {field}",
        "The cell is empty, and no record can be without this field. What stands here was kept.",
        _IN_THE_FILE,
        HERE,
    ),
    Problem(
        "file_kept_by_lock",
        "Locked here, the file says otherwise: {field}",
        "The locks have kept what stands here. Nothing was overwritten.",
        "Nothing needs to be done. If the file is right, take the locks away under People, Locks.",
        HERE,
    ),
    Problem(
        "file_delivered",
        "Clever delivers this for some of them: {field}",
        "These people have another role too, under whose rules Clever delivers this field. What"
        " stands here was kept.",
        "If the file shall decide, set the field to Do Not Import for that role.",
        HERE,
    ),
    Problem(
        "file_taken",
        "Somebody else has it: {field}",
        "The file would give these people an identifier that another record has, or that it gives"
        " to two people. They were left as they are.",
        _IN_THE_FILE,
        HERE,
        "error",
    ),
)
ACCIDENTS = (
    Problem(
        "file_many_updates",
        "Unusually many values would be replaced",
        "Far more people than usual would get another value than the one that stands here.",
        _LOOK,
        HERE,
    ),
    Problem(
        "file_many_identity_changes",
        "Unusually many names and birth dates would change together",
        "The lines may be about other people than those they are written to.",
        _LOOK,
        HERE,
    ),
    Problem(
        "file_many_blanked",
        "One field would be emptied for unusually many: {field}",
        "Empty cells clear this field, as was chosen for this file.",
        _LOOK,
        HERE,
    ),
    Problem(
        "file_many_problems",
        "Unusually many lines cannot be used",
        "Perhaps another column says who each line is about.",
        _LOOK,
        HERE,
    ),
)
GROUPS = (*LINES, *ACCIDENTS)
