"""Which Clever school is which of ours: people's answers, one at a time or many (A28, B41)."""

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction

from accounts import audit
from clever_sync.queries import clever_schools, connection_of
from core.problems import ConsoleError
from core.text import clean
from mappings.models import SchoolLeftOut, SchoolMatch
from mappings.queries import clever_side, local_side
from mappings.suggest import Suggestion, suggest_schools
from schools.models import District, School

SITE_CODE_LENGTH, NAME_LENGTH, NUMBER_LENGTH, NCES_LENGTH = 50, 200, 50, 20


@transaction.atomic
def match_school(
    *, district: District, clever_school_id: str, school: School | None, by: str
) -> SchoolMatch:
    """Answers for one Clever school: this local school, or None for "do not sync".

    Raises ConsoleError if the local school is another district's, is the district office, or is
    matched to another Clever school already.
    """
    if school is not None:
        _check(district, clever_school_id, school)
        SchoolLeftOut.objects.filter(school=school).delete()
    match, _ = SchoolMatch.objects.update_or_create(
        district=district, clever_school_id=clever_school_id, defaults={"school": school}
    )
    audit.record(district, by, "school.match", clever_school_id, answer=said(school))
    return match


def said(school: School | None) -> str:
    """An answer as the audit names it."""
    return school.site_code if school else "do not sync"


def _check(district: District, clever_school_id: str, school: School) -> None:
    _check_place(district, school)
    other = SchoolMatch.objects.filter(school=school).exclude(clever_school_id=clever_school_id)
    if other.exists():
        raise _taken(school)


def _check_many(district: District, answers: Mapping[str, School | None]) -> None:
    """The same for many, of which those that are replaced are gone already."""
    places = [school for school in answers.values() if school is not None]
    taken = set(SchoolMatch.objects.filter(school__in=places).values_list("school_id", flat=True))
    for school in places:
        _check_place(district, school)
        if school.pk in taken:
            raise _taken(school)
        taken.add(school.pk)


def _check_place(district: District, school: School) -> None:
    if school.district_id != district.pk:
        raise ConsoleError("This school belongs to another district.")
    if school.is_district_office:
        raise ConsoleError(
            f"{school.name} is the district office; it has no school of Clever. Choose another."
        )


def _taken(school: School) -> ConsoleError:
    return ConsoleError(
        f"{school.name} ({school.site_code}) is matched to another Clever school already; "
        "clear that match first.",
        code="school_taken",
    )


@transaction.atomic
def clear_match(*, district: District, clever_school_id: str, by: str) -> bool:
    """Takes an answer back (B43); returns whether there was one."""
    gone, _ = SchoolMatch.objects.filter(
        district=district, clever_school_id=clever_school_id
    ).delete()
    if gone:
        audit.record(district, by, "school.unmatch", clever_school_id)
    return gone > 0


@transaction.atomic
def leave_school_out(*, district: District, school: School, by: str) -> None:
    """The answer "do not sync" for one of ours; a match that it had is cleared."""
    if school.district_id != district.pk:
        raise ConsoleError("This school belongs to another district.")
    SchoolMatch.objects.filter(school=school).delete()
    SchoolLeftOut.objects.get_or_create(school=school, defaults={"district": district})
    audit.record(district, by, "school.leave_out", school.site_code)


@transaction.atomic
def ask_again(*, district: District, school: School, by: str) -> bool:
    """Takes "do not sync" back for one of ours; returns whether it was so."""
    gone, _ = SchoolLeftOut.objects.filter(district=district, school=school).delete()
    if gone:
        audit.record(district, by, "school.ask_again", school.site_code)
    return gone > 0


@transaction.atomic
def match_many(*, district: District, answers: Mapping[str, School | None], by: str) -> int:
    """Stores many answers as one, so that two schools can change places; returns how many changed.

    Raises ConsoleError, and then nothing is stored.
    """
    before = dict(
        SchoolMatch.objects.filter(district=district, clever_school_id__in=answers).values_list(
            "clever_school_id", "school_id"
        )
    )
    changed = {
        clever_id: school
        for clever_id, school in answers.items()
        if clever_id not in before or before[clever_id] != (school.pk if school else None)
    }
    SchoolMatch.objects.filter(district=district, clever_school_id__in=changed).delete()
    _check_many(district, changed)
    places = [school for school in changed.values() if school is not None]
    SchoolLeftOut.objects.filter(school__in=places).delete()
    SchoolMatch.objects.bulk_create(
        SchoolMatch(district=district, clever_school_id=clever_id, school=school)
        for clever_id, school in changed.items()
    )
    audit.record_many(
        district,
        by,
        "school.match",
        {clever_id: {"answer": said(school)} for clever_id, school in changed.items()},
    )
    return len(changed)


@transaction.atomic
def accept_certain(*, district: District, by: str) -> tuple[list[Suggestion], list[Suggestion]]:
    """Matches what is certain and has no answer yet; returns (accepted, left to people)."""
    suggestions = open_suggestions(district)
    certain = [suggestion for suggestion in suggestions if suggestion.certain]
    schools = School.objects.in_bulk([suggestion.school for suggestion in certain])
    for suggestion in certain:
        match_school(
            district=district,
            clever_school_id=suggestion.clever_id,
            school=schools[suggestion.school],
            by=by,
        )
    return certain, [suggestion for suggestion in suggestions if not suggestion.certain]


def open_suggestions(district: District) -> list[Suggestion]:
    """Suggestions among the schools on both sides that have no answer yet."""
    return suggest_schools(
        clever_side(district, unanswered=True), local_side(district, unanswered=True)
    )


@transaction.atomic
def create_schools_from_clever(
    *, district: District, site_codes: Mapping[str, str], by: str
) -> list[School]:
    """Makes a local school for each Clever school, under the site code given, and matches it.

    `site_codes` is {Clever school id: site code}. Raises ConsoleError with a sentence for a code
    that is blank, taken, or given twice, and for a school that Clever does not share.
    """
    # One at a time: whoever presses twice is told that the codes are taken.
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    connection = connection_of(district)
    shared = {s.clever_id: s.payload for s in clever_schools(connection)} if connection else {}
    taken = set(School.objects.filter(district=district).values_list("site_code", flat=True))
    made = []
    for clever_id, given in site_codes.items():
        code, payload = clean(given), shared.get(clever_id)
        if payload is None:
            raise ConsoleError(f"Clever shares no school {clever_id}; check Clever again.")
        _check_code(code, taken)
        taken.add(code)
        school = School.objects.create(
            district=district,
            site_code=code,
            name=(payload.get("name") or code)[:NAME_LENGTH],
            number=payload.get("school_number", "")[:NUMBER_LENGTH],
            nces_id=payload.get("nces_id", "")[:NCES_LENGTH],
        )
        match_school(district=district, clever_school_id=clever_id, school=school, by=by)
        made.append(school)
    return made


def _check_code(code: str, taken: set[str]) -> None:
    if not code or len(code) > SITE_CODE_LENGTH:
        raise ConsoleError(f"A school needs a site code of at most {SITE_CODE_LENGTH} characters.")
    if code in taken:
        raise ConsoleError(f"There is a school with the site code {code} already; choose another.")


def codes_from_clever(
    schools: Sequence[Mapping[str, str]], taken: Collection[str] = ()
) -> list[str]:
    """A site code to begin with for each Clever school: its number, made unique among `taken`."""
    used = set(taken)
    codes: list[str] = []
    for school in schools:
        base = (school.get("school_number") or school.get("sis_id") or "S")[:40]
        free = (base, *(f"{base}-{number}" for number in range(2, len(used) + 3)))
        codes.append(next(code for code in free if code not in used))
        used.add(codes[-1])
    return codes
