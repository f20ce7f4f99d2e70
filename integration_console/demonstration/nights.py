"""What happens in Clever, night by night. The console learns of it by its own nightly import."""

from collections.abc import Callable
from dataclasses import dataclass

from integration_console.demonstration.cast import RIGHT_DOMAIN, WRONG_DOMAIN, Cast
from integration_console.demonstration.sizes import Sizes
from integration_console.demonstration.stage import Record, Stage

NEW_ADDRESSES = "4 Juniper Ct", "118 Orchard Way", "27 Bay St", "350 Station Rd", "9 Mill Pond Rd"
LAST_NIGHT_ARRIVALS, LAST_NIGHT_MOVES, LAST_NIGHT_ADDRESSES = 4, 6, 27

DOWN: Record = {"do": "status", "status": 503}


def first_page_only(keep: int) -> Record:
    """The list of students ends after so many, and Clever says that was all."""
    return {
        "do": "early_end",
        "path": "/users",
        "role": "student",
        "consistent": True,
        "keep": keep,
    }


@dataclass
class Play:
    """What a night works with."""

    stage: Stage
    cast: Cast
    sizes: Sizes


@dataclass(frozen=True)
class Night:
    """A night: what is said of it, and what happens in Clever before its import."""

    title: str
    happens: Callable[[Play], None]


def quiet(play: Play) -> None:
    """Nothing happens."""


def addresses(count: int) -> Callable[[Play], None]:
    """So many families have moved house."""

    def happens(play: Play) -> None:
        for number in range(count):
            address = NEW_ADDRESSES[number % len(NEW_ADDRESSES)]
            play.stage.edit(play.cast.pupil()["id"], roles__student__location__address=address)

    return happens


def comings_and_goings(arrive: int, leave: int) -> Callable[[Play], None]:
    """Some arrive from elsewhere, some go away."""

    def happens(play: Play) -> None:
        for number in range(arrive):
            school = play.cast.elementary[number % len(play.cast.elementary)]
            play.stage.change("add_student", school=school)
        for _ in range(leave):
            play.stage.change("remove", id=play.cast.pupil()["id"])

    return happens


def school_move(play: Play) -> None:
    """A pupil goes to another school of the district."""
    pupil = play.cast.pupil()
    here = pupil["roles"]["student"]["school"]
    there = next(school for school in play.cast.elementary if school != here)
    play.stage.edit(pupil["id"], roles__student__school=there, roles__student__schools=[there])


def new_addresses_of_mail(play: Play) -> None:
    """A few pupils get another e-mail address."""
    for _ in range(14):
        pupil = play.cast.pupil()
        play.stage.edit(pupil["id"], email="s" + pupil["email"])


def newcomers_who_look_known(play: Play) -> None:
    """Twins and a girl with two surnames, whom the school office may have written down before;
    and a code for the grade that nobody has seen yet."""
    school = play.cast.elementary[0]
    for first in ("Jayden", "Kayden"):
        _enrol(play, school, first, "Okonkwo", "8/23/2018", "3", "2036")
    _enrol(play, school, "Camila", "Ferrer Quintana", "3/14/2016", "5", "2034")
    play.stage.change(
        "bulk_edit",
        role="student",
        path="grade",
        value="TransitionalKindergarten",
        where={"roles.student.grade": "Kindergarten"},
        limit=play.sizes.transitional,
    )


def _enrol(
    play: Play, school: str, first: str, last: str, born: str, grade: str, graduates: str
) -> None:
    username = f"{first}.{last}".lower().replace(" ", "")
    play.stage.change(
        "add_student",
        school=school,
        first=first,
        last=last,
        email=f"{username}@maple.example",
        dob=born,
        grade=grade,
        graduation_year=graduates,
        credentials={"district_username": username},
    )


def clever_paused(play: Play) -> None:
    """Clever's own sync is paused, so the night after that everything is read, not only what
    Clever's events tell."""
    addresses(4)(play)
    play.stage.do("set_state", state="paused")


def well_again(play: Play) -> None:
    """Clever says that all is well."""
    play.stage.do("set_state", state="success")
    addresses(2)(play)


def wrong_domain(play: Play) -> None:
    """Every teacher's e-mail address is at another domain."""
    _teachers_at(play, WRONG_DOMAIN)


def _teachers_at(play: Play, domain: str) -> None:
    play.stage.change("bulk_edit", role="teacher", path="email", value={"$domain": domain})


def right_domain_and_a_new_id(play: Play) -> None:
    """The addresses are right again; and one student was entered anew, under new identifiers."""
    _teachers_at(play, RIGHT_DOMAIN)
    pupil = play.cast.pupil()
    number = int(pupil["roles"]["student"]["sis_id"]) + 700_000
    play.stage.edit(pupil["id"], roles__student__sis_id=str(number))
    play.stage.change("new_clever_id", id=pupil["id"])


def school_unshared(play: Play) -> None:
    """Somebody unticks Willow Creek High in Clever; life goes on everywhere else."""
    play.stage.change("unshare_school", school_id=play.cast.willow)
    comings_and_goings(LAST_NIGHT_ARRIVALS, 0)(play)
    for _ in range(LAST_NIGHT_MOVES):
        school_move(play)
    addresses(LAST_NIGHT_ADDRESSES)(play)


NIGHTS = (
    Night("the first import, after a test", quiet),
    Night("new addresses", addresses(9)),
    Night("two arrive, one leaves", comings_and_goings(2, 1)),
    Night("nothing has changed", quiet),
    Night("a student moves school", school_move),
    Night("new e-mail addresses", new_addresses_of_mail),
    Night("two arrive, three leave", comings_and_goings(2, 3)),
    Night("Clever is down, and it is finished late", addresses(5)),
    Night("new addresses, while Clever's own sync is paused", clever_paused),
    Night("only the first page of students comes", well_again),
    Night("twins, a double surname and a new grade code", newcomers_who_look_known),
    Night("a wrong e-mail domain for all teachers", wrong_domain),
    Night("the domain is right again; a Clever ID has changed", right_domain_and_a_new_id),
    Night("Willow Creek High is no longer shared", school_unshared),
)
OUTAGE, FIRST_PAGE_ONLY, LOOK_KNOWN, WRONG_ADDRESSES = 8, 10, 11, 12
