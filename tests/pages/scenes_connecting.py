"""What the pages that connect Clever show: schools on Clever's side, a thousand of them, a wait."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from clever_sync.models import Connection, MirrorObject
from core.vocabulary import ConnectionState
from mappings.models import SchoolMatch, SchoolMatchDraft
from schools.models import District, School
from tests.pages import scenes
from tests.pages.scenes import ALICE, Scene

PLACES = ("Alder Birch Cedar Dogwood Elm Fern Garden Hawthorn Iris Juniper").split()
KINDS = ("Elementary", "Middle", "High", "Academy", "Charter")


def clever_id(number: int) -> str:
    return f"{number:024x}"


def share(connection: Connection, names: Sequence[str], people: Sequence[int] = ()) -> list[str]:
    """Clever shares schools of these names, with so many people each; returns their ids."""
    digest = {"raw_hash": b"r" * 16, "content_hash": b"c" * 16}
    ids = [clever_id(number) for number in range(1, len(names) + 1)]
    rows = [
        MirrorObject(
            connection=connection, type="school", clever_id=school, **digest,
            payload={"name": name, "school_number": str(1000 + number)},
        )
        for number, (school, name) in enumerate(zip(ids, names, strict=True))
    ]  # fmt: skip
    rows += [
        MirrorObject(
            connection=connection, type="user", clever_id=f"{number:04x}{person:020x}",
            school=ids[number], payload={}, **digest,
        )
        for number, count in enumerate(people)
        for person in range(count)
    ]  # fmt: skip
    MirrorObject.objects.bulk_create(rows, ignore_conflicts=True)
    return ids


def connected(slug: str, name: str, **fields: object) -> tuple[District, Connection]:
    """A district with Support's leave and a District ID."""
    made = scenes.district(slug, name, clever_enabled=True)
    given = {"state": ConnectionState.READY, "clever_name": name, "checked_at": timezone.now()}
    connection = Connection.objects.create(
        district=made, clever_district_id=f"{made.pk + 0xABC:024x}", **{**given, **fields}
    )
    return made, connection


def ours(district: District, names: Sequence[str]) -> list[School]:
    """Local schools of these names."""
    return School.objects.bulk_create(
        School(district=district, site_code=f"S{number:04}", name=name)
        for number, name in enumerate(names, start=1)
    )


def thousand() -> list[str]:
    """A thousand names, each once."""
    return [
        f"{PLACES[n % 10]} {PLACES[n // 10 % 10]} {KINDS[n % 5]} {n // 100 + 1}"
        for n in range(1000)
    ]


def grand(slug: str = "grand", schools: int = 1000) -> District:
    """A district with very many schools, half of them matched, two choices not saved yet."""
    district, connection = connected(slug, "Grand County Schools")
    names = thousand()[:schools]
    ids = share(connection, [f"{name} School" for name in names], [3, 7, 2])
    made = ours(district, names)
    SchoolMatch.objects.bulk_create(
        SchoolMatch(district=district, clever_school_id=theirs, school=school)
        for theirs, school in zip(ids[::2], made[::2], strict=True)
    )
    SchoolMatchDraft.objects.create(
        district=district, answers={ids[1]: made[1].pk, ids[3]: None}, left_out=[made[5].pk],
        chosen_by=ALICE,
    )  # fmt: skip
    return district


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Clever's side of the schools of `full`; a waiting district; a very large one."""
    names = [school.name for school in full.schools]
    tie = Connection.objects.get(district=full.district)
    MirrorObject.objects.filter(connection=tie, type="school").delete()
    share(tie, [*names, "Willow Creek Night School"], [40, 35, 30, 25, *[10] * 8, 17])
    since = timezone.now() - timedelta(hours=30)
    connected(
        "ironwood", "Ironwood Schools", state=ConnectionState.WAITING, clever_name="",
        waiting_since=since,
    )  # fmt: skip
    grand()
