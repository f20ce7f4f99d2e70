"""The steps to the first import, each done, missing or worth a look, with who mends it (A47)."""

from dataclasses import dataclass

from clever_sync.models import Connection
from core.problems import Finding
from core.vocabulary import DataType
from imports.models import Run
from imports.schedules import schedules_of
from imports.words import DATA_TYPES
from mappings.actions import sentence
from mappings.problems import PROBLEMS
from mappings.review import Setup, missing_for_start
from notifications.models import Recipient
from schools.models import District

DONE, MISSING, LOOK = "done", "missing", "look"
SETUP, SETTINGS, TELLING = (f"Configure, step {number} of 3" for number in (1, 2, 3))


@dataclass(frozen=True)
class Step:
    """One step: done, missing (it blocks Start Import), or worth a look. `place` mends it.

    `of` says of which step of Configure it is a part, "" where of none.
    """

    label: str
    state: str
    text: str
    place: str
    link: str
    of: str = ""


@dataclass(frozen=True)
class Part:
    """A step before anything is known about it: which findings belong to it, and who mends them."""

    label: str
    done: str
    codes: frozenset[str]
    place: str
    link: str
    when_done: tuple[str, str] = ("", "")
    of: str = ""


PARTS = (
    Part(
        "Clever Data Integration Setup", "Clever is connected and lets us read.",
        frozenset({"clever_not_enabled", "not_connected"}), "setup_clever", "Open Setup",
        of=SETUP,
    ),
    Part(
        "Matching Clever School", "Every local school has an answer.",
        frozenset({"no_school_matched", "schools_open"}), "match_schools", "Match schools",
        of=SETUP,
    ),
    Part(
        "Clever Data Integration Settings", "There are rules for everything that is ticked.",
        frozenset({"no_ruleset", "scope_unmatched"}), "settings", "Open Settings",
        of=SETTINGS,
    ),
    Part(
        "Other integrations are disabled", "No other source delivers records.",
        frozenset({"other_source_on"}), "switch_source", "Begin with Clever",
        ("sources", "Other sources"),
    ),
    Part(
        "Student ID", "People are recognised by the fields that are mapped.",
        frozenset({
            *("student_id_moved", "student_id_unverified"),
            *("few_students_found", "few_employees_found"),
        }), "match_rates", "Match rates",
    ),
)  # fmt: skip


def parts(
    district: District, setup: Setup, types: list[DataType], first: list[DataType]
) -> list[Step]:
    """The steps that the rules know; `first` are the types that were never imported."""
    findings = missing_for_start(setup, types, first)
    return [_step(district, part, findings) for part in PARTS]


def _step(district: District, part: Part, findings: list[Finding]) -> Step:
    mine = [finding for finding in findings if finding.code in part.codes]
    if not mine:
        place, link = part.when_done if part.when_done[0] else (part.place, part.link)
        return Step(part.label, DONE, part.done, place, link, part.of)
    blocks = any(PROBLEMS[finding.code].severity == "error" for finding in mine)
    said = " ".join(plain(district, finding) for finding in mine)
    return Step(part.label, MISSING if blocks else LOOK, said, part.place, part.link, part.of)


def plain(district: District, finding: Finding) -> str:
    """What a finding says, without the data type that stands before it elsewhere."""
    value = DATA_TYPES.get(finding.value, finding.value)
    said = sentence(district, DataType.STUDENT, Finding(finding.code, finding.field, value))
    return said.removeprefix("Student: ")


def more(district: District, setup: Setup, test: Run | None, outdated: str) -> list[Step]:
    on = Connection.objects.filter(district=district, enabled=True).exists()
    told = Recipient.objects.filter(district=district).exists()
    ticked = any(schedule.automatic for schedule in schedules_of(district).values())
    place = "switch_source" if setup.other_sources else "enable"
    if test is None:
        tested = "Run a Test Import: it shows every change before any record is touched."
    else:
        tested = outdated or "Its result stands below, and nothing was changed since."
    return [
        Step(
            "Enable Clever", DONE if on else MISSING,
            "Clever is switched on." if on else "Clever is switched off for this district.",
            place, "See the switch" if on else "Enable Clever", SETUP,
        ),
        Step(
            "Manage Email Notifications", DONE if told else LOOK,
            "Somebody is told by mail." if told
            else "Nobody is told by mail about the first import. It starts all the same.",
            "recipients", "See who" if told else "Add recipients", TELLING,
        ),
        Step(
            "Automatically Update During Daily Operations", DONE if ticked else LOOK,
            "What is ticked is synced by itself after the first import." if ticked
            else "Nothing is ticked, so nothing is synced by itself after the first import.",
            "settings", "See what is ticked" if ticked else "Tick it", SETTINGS,
        ),
        Step(
            "Test Import", DONE if test and not outdated else MISSING, tested, "", "",
        ),
    ]  # fmt: skip
