"""What a source leaves behind, kept so that it can be brought back (A15, B48).

The file: a line with the settings of the source, then a line [person, identifier] for everybody,
all of it compressed on the way, so that only the compressed form is ever in memory.
"""

import gzip
import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.db.models.functions import Now

from core.vocabulary import SourceState, SourceSystem
from schools.models import District, RosterSource, SourceExport
from schools.sources import clear_identifiers, identifiers_of, lock
from schools.writer import restore_legacy_ids

AT_ONCE = 5000
_BRING_BACK = """
    INSERT INTO schools_externalidentity (district_id, person_id, system, external_id)
    SELECT p.district_id, p.id, %s, kept.external_id
    FROM unnest(%s::bigint[], %s::text[]) AS kept (person_id, external_id)
    JOIN schools_person p ON p.id = kept.person_id AND p.district_id = %s
"""


@dataclass(frozen=True)
class Restored:
    """How many identifiers were brought back, and how many people are gone since."""

    brought: int
    gone: int


@transaction.atomic
def take_export(*, source: RosterSource, by: str) -> SourceExport:
    """Keeps the identifiers and settings of a source; nothing is changed."""
    packed, count = BytesIO(), 0
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(_line(_settings_of(source)))
        kept = identifiers_of(source.district, source.system).iterator(chunk_size=AT_ONCE)
        for row in kept:
            file.write(_line(row))
            count += 1
    return SourceExport.objects.create(
        district=source.district,
        system=source.system,
        content=packed.getvalue(),
        identifiers=count,
        taken_by=by,
    )


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _settings_of(source: RosterSource) -> dict[str, str]:
    return {
        "system": source.system,
        "student_id_field": source.student_id_field,
        "old_mapping": source.old_mapping,
        "old_picture": b64encode(source.old_picture or b"").decode(),
        "old_picture_type": source.old_picture_type,
    }


def settings_in(export: SourceExport) -> dict[str, str]:
    """The settings of the source as they were when the export was taken."""
    with gzip.open(BytesIO(export.content), "rt", encoding="utf-8") as file:
        found: dict[str, str] = json.loads(file.readline())
    return found


def identifiers_in(export: SourceExport) -> Iterator[tuple[int, str]]:
    """(person, identifier) of an export, one after the other."""
    with gzip.open(BytesIO(export.content), "rt", encoding="utf-8") as file:
        file.readline()
        for line in file:
            person, identifier = json.loads(line)
            yield person, identifier


@transaction.atomic
def restore_export(*, export: SourceExport, by: str) -> Restored:
    """Brings identifiers and settings back exactly as they were; what came since is replaced.

    The source is not switched on. People who are gone are counted, not made again.
    """
    lock(export.district)
    clear_identifiers(district=export.district, system=export.system)
    kept, brought = identifiers_in(export), 0
    while batch := list(islice(kept, AT_ONCE)):
        brought += _bring_back(export.district, export.system, batch)
    _restore_settings(export)
    SourceExport.objects.filter(pk=export.pk).update(restored_by=by, restored_at=Now())
    return Restored(brought, export.identifiers - brought)


def _bring_back(district: District, system: str, batch: list[tuple[int, str]]) -> int:
    people, identifiers = (list(column) for column in zip(*batch, strict=True))
    if system == SourceSystem.LEGACY_CLEVER:
        return restore_legacy_ids(district=district, kept=dict(batch))
    with database.cursor() as cursor:
        cursor.execute(_BRING_BACK, [system, people, identifiers, district.pk])
        return int(cursor.rowcount)


def _restore_settings(export: SourceExport) -> None:
    settings: dict[str, Any] = settings_in(export)
    settings["old_picture"] = b64decode(settings["old_picture"]) or None
    system = settings.pop("system")
    RosterSource.objects.update_or_create(
        district=export.district,
        system=system,
        defaults=settings,
        create_defaults={**settings, "state": SourceState.OFF},
    )


@transaction.atomic
def without_people(export: SourceExport, people: Collection[int]) -> int:
    """Takes the identifiers of these people out of an export; how many there were (C34)."""
    packed, gone, left = BytesIO(), 0, 0
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(_line(settings_in(export)))
        for person, identifier in identifiers_in(export):
            if person in people:
                gone += 1
            else:
                file.write(_line([person, identifier]))
                left += 1
    if gone:
        SourceExport.objects.filter(pk=export.pk).update(
            content=packed.getvalue(), identifiers=left
        )
    return gone
