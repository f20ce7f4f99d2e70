"""The brakes in words: what each looks at, and when it holds (C08)."""

from collections.abc import Mapping
from dataclasses import dataclass

from imports.brake_terms import Limit


@dataclass(frozen=True)
class Words:
    """`looks_at` is what is counted, `when` the condition; `number` labels what stands beside the
    percentage, if anything does."""

    looks_at: str
    when: str = "{share}"
    number: str = ""


BRAKES: Mapping[str, Words] = {
    "many_transfers": Words(
        "People who would be marked as leavers, summed over seven days.",
        "{share} or more than {number} people",
        "Or more than this number of people",
    ),
    "school_transfers": Words(
        "People of one school who would be marked as leavers. Only that school is held.",
        "{share} of a school of at least {number} people",
        "In schools of at least this number of people",
    ),
    "school_moves": Words(
        "People of one school who would move to other schools. Only that school is held.",
        "{share} of a school of at least {number} people",
        "In schools of at least this number of people",
    ),
    "many_creates": Words("New records, after the first import."),
    "many_updates": Words(
        "People with any change. A grade that rises by one with the new school year is none."
    ),
    "many_identity_changes": Words("People whose name and birth date would change together."),
    "many_blanked": Words("People for whom the same field would be emptied."),
    "many_problems": Words(
        "People of Clever who could not be placed or read.",
        "{share} and more than {number} people",
        "And more than this number of people",
    ),
    "student_id_may_be_wrong": Words(
        "At the first import: records here that would not be found again, while new ones are made.",
        "fewer than half of at least {number} records here found again,"
        " and the new ones are {share} of Clever's people",
        "With at least this number of records here",
    ),
}
# What has no value of its own, and is never off: the code of the problem.
ALWAYS: Mapping[str, str] = {
    "nobody_in_clever": "Clever shares nobody of this kind, though it did before.",
    "type_to_zero": "Nobody of this kind would be left.",
    "school_to_zero": "Nobody would be left at a school, or it is not shared any more.",
    "absence_unconfirmed": "Somebody is missing, and Clever has not confirmed it.",
}


def held_when(name: str, limit: Limit | None) -> str:
    """ "more than 10 % or more than 500 people"; without a limit the brake is off."""
    if limit is None:
        return "never: it is switched off"
    percent = 0 if limit.percent is None else limit.percent
    share = f"more than {percent:f} %" if percent else "even one"
    if "." in share:
        share = share.removesuffix(" %").rstrip("0").rstrip(".") + " %"
    return BRAKES[name].when.format(share=share, number=f"{limit.number or 0:,}")
