"""A district whose Clever shares some schools, without a Clever."""

from clever_sync.models import Connection, MirrorObject
from core.vocabulary import ConnectionState
from schools.actions import create_district
from schools.models import District, School

CLEVER_IDS = {name: f"{number:024x}" for number, name in enumerate(("maple", "birch", "cedar"), 1)}


def connected_district(*, state: str = ConnectionState.READY) -> District:
    """Maple Ridge, connected, with three schools in Clever and none here but the office."""
    district = create_district(slug="ridge", name="Maple Ridge", time_zone="America/Chicago")
    connection = Connection.objects.create(
        district=district, clever_district_id="d" * 24, state=state
    )
    for number, (name, clever_id) in enumerate(CLEVER_IDS.items(), start=101):
        payload = {"name": f"{name.title()} Elementary School", "school_number": str(number)}
        share(connection, clever_id, payload)
    return district


def share(connection: Connection, clever_id: str, payload: dict[str, str]) -> MirrorObject:
    """Clever shares one more school."""
    return MirrorObject.objects.create(
        connection=connection,
        type="school",
        clever_id=clever_id,
        payload=payload,
        raw_hash=b"r" * 16,
        content_hash=b"c" * 16,
    )


def local_school(district: District, code: str, name: str = "", **more: str) -> School:
    """A school of ours."""
    return School.objects.create(
        district=district, site_code=code, name=name or f"School {code}", **more
    )
