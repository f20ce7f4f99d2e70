"""How records arrive today: the answer of the first Configure (A11, A15, A46, engine.md 11).

The answer is a RosterSource: ON while that source still delivers. "Not at all" is OFF. Of an older
integration it keeps which local field held the student ID, and its old mapping as text or picture.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from core.problems import ConsoleError
from core.vocabulary import EXCLUSIVE_SOURCES, SourceState, SourceSystem
from schools.models import District, ExternalIdentity, RosterSource
from schools.sources import is_exclusive, lock, name_of

STUDENT_ID_FIELDS = ("sis_id", "student_number", "state_id", "community_id", "barcode")
LONGEST_MAPPING = 20_000
LARGEST_PICTURE = 2 * 1024 * 1024


@dataclass(frozen=True)
class Arrival:
    """An answer. `picture` None keeps the one that is there, b"" takes it away."""

    system: SourceSystem
    student_id_field: str = "sis_id"
    old_mapping: str = ""
    picture: bytes | None = None

    @property
    def exclusive(self) -> bool:
        return is_exclusive(self.system)


def arrival_of(district: District) -> RosterSource | None:
    """The present answer, or None while nobody has answered."""
    answers = RosterSource.objects.filter(district=district, system__in=list(SourceSystem))
    return answers.defer("old_picture").order_by("-answered_at", "-pk").first()


def picture_type(content: bytes) -> str:
    """What kind of picture this is, by its content alone; "" for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return ""


@transaction.atomic
def answer_arrival(*, district: District, answer: Arrival, by: str) -> RosterSource:
    """Stores the answer, in place of an earlier one.

    A source that was switched off stays off, and what is known of it is kept. Another field of
    the student ID needs another confirmation (A14). Raises ConsoleError for an answer that cannot
    be, and for one that would hide a source with identifiers here: that one has to be switched
    off, which clears them (B48).
    """
    _check(answer)
    lock(district)
    _forget_others(district, answer.system)
    source = RosterSource.objects.filter(district=district, system=answer.system).first()
    if source is None:
        state = SourceState.OFF if answer.system == SourceSystem.NONE else SourceState.ON
        source = RosterSource(district=district, system=answer.system, state=state)
    field = answer.student_id_field if answer.exclusive else ""
    if source.student_id_field != field:
        source.verified_source, source.verified_by, source.verified_at = "", "", None
    source.student_id_field = field
    source.old_mapping = answer.old_mapping if answer.exclusive else ""
    if answer.picture is not None or not answer.exclusive:
        picture = answer.picture if answer.exclusive else b""
        source.old_picture = picture or None
        source.old_picture_type = picture_type(picture or b"")
    source.answered_by = by
    source.answered_at = Now()
    source.save()
    source.refresh_from_db()
    return source


def _check(answer: Arrival) -> None:
    if answer.exclusive and answer.student_id_field not in STUDENT_ID_FIELDS:
        raise ConsoleError("Choose the field that held the student ID.")
    if len(answer.old_mapping) > LONGEST_MAPPING:
        raise ConsoleError(f"The old mapping: {LONGEST_MAPPING:,} characters at most.")
    if answer.picture and len(answer.picture) > LARGEST_PICTURE:
        raise ConsoleError("The picture is larger than 2 MB. Save it smaller, or as JPEG.")
    if answer.picture and not picture_type(answer.picture):
        raise ConsoleError("This file is no picture that we can show: PNG, JPEG or WebP.")


def _forget_others(district: District, system: SourceSystem) -> None:
    """Takes back earlier answers; sources that were switched off are remembered."""
    others = RosterSource.objects.filter(district=district).exclude(system=system)
    answered = others.filter(
        Q(state=SourceState.ON, system__in=EXCLUSIVE_SOURCES)
        | Q(system__in=(SourceSystem.NONE, SourceSystem.FILES))
    )
    for source in answered:
        known = ExternalIdentity.objects.filter(district=district, system=source.system)
        if count := known.count():
            raise ConsoleError(
                f"{name_of(source.system)} has left identifiers of {count:,} people"
                " here. Switch it off under Other sources; then the answer can be another one."
            )
    answered.delete()
