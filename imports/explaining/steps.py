"""The way of one person from Clever to the record, question by question (C18)."""

from collections.abc import Iterator
from dataclasses import dataclass

from imports.changes import Reader
from imports.explaining.read import Explanation
from imports.explanation import WRITES
from mappings.spec import Place

PLACES = {
    Place.IN_SCOPE: ("yes", "Yes."),
    Place.UNMATCHED: ("no", "No: the Clever school is matched with no school here."),
    Place.DO_NOT_SYNC: ("no", "No: the school is set to “do not sync”."),
    Place.NOT_CHOSEN: ("no", "No: the school is not among the chosen ones of Sync Settings."),
}


@dataclass(frozen=True)
class Step:
    """A question with its answer. `tone` is "yes", "no", "waits" or "info"."""

    question: str
    answer: str
    tone: str = "info"


def steps(found: Explanation, reader: Reader) -> list[Step]:
    """The questions in the order in which a sync asks them."""
    return [*_clever(found, reader), *_school(found), *_record(found), *_next(found, reader)]


def _clever(found: Explanation, reader: Reader) -> Iterator[Step]:
    question = "Was the person in the last reading of Clever?"
    reading = found.reading
    if reading is None or reading.at is None:
        yield Step(question, "Clever was not read yet.", "no")
        return
    when = f"the reading of {reader.day(reading.at)}"
    if reading.run is not None:
        when += f" (run #{reading.run})"
    if found.shared:
        yield Step(question, f"Yes, {when}.", "yes")
    elif found.hit.mirror is None:
        yield Step(question, f"No, and in no earlier one: not in {when}.", "no")
    else:
        yield Step(question, f"No. {found.absence}", "no" if found.known.confirmed else "waits")


def _school(found: Explanation) -> Iterator[Step]:
    if not found.shared or found.known.place is None:
        return
    tone, answer = PLACES[found.known.place]
    matched = bool(found.local_school) and found.known.place is not Place.UNMATCHED
    school = found.clever_school or "no school"
    yield Step(
        "Is the school matched?",
        f"Yes: {school} is {found.local_school} here." if matched else f"{school}. {answer}",
        "yes" if matched else "no",
    )
    yield Step("Is the school part of the sync?", answer, tone)


def _record(found: Explanation) -> Iterator[Step]:
    question = "Which record here, and why?"
    person = found.hit.person
    run = f", in run #{found.matched_in}" if found.matched_in else ""
    if person is not None and person.archived_at is not None:
        yield Step(question, f"Record {person.pk}, which was deleted here.", "no")
    elif person is not None and person.clever_id:
        how = f": {found.matched_by}{run}" if found.matched_by else ""
        yield Step(question, f"Record {person.pk}, linked to this Clever ID{how}.", "yes")
    elif person is not None:
        yield Step(question, f"Record {person.pk}, not linked to anybody in Clever.", "info")
    elif found.row is not None and found.matched_by:
        yield Step(question, f"None yet. {found.matched_by}.", "waits")
    else:
        yield Step(question, "None.", "info")
    for one in found.waiting:
        said = "An alert waits for a decision." if one.kind == "alert" else "A change is held."
        yield Step("Does a decision wait?", said, "waits")
    if person is not None and person.protected:
        yield Step("Is the person protected?", "Yes: no sync marks them as a leaver.", "info")


def _next(found: Explanation, reader: Reader) -> Iterator[Step]:
    question = "What would the next sync do?"
    if not found.shared:
        if found.known.linked:
            yield Step(question, _of_leavers(found))
        return
    row = found.row
    if row is None and any(one.kind == "alert" for one in found.waiting):
        yield Step(question, "Nothing, until somebody has decided about the alert.", "waits")
    elif row is None:
        yield Step(question, "Nothing: nothing differs that it may write.", "yes")
    elif row.action in WRITES:
        names = ", ".join(reader.label(name) for name in row.after)
        yield Step(question, f"It would {WRITES[row.action]}: {names}.", "waits")
    else:
        yield Step(question, "Nothing is written; a person has to look first.", "waits")


def _of_leavers(found: Explanation) -> str:
    """What becomes of somebody whom Clever does not share."""
    rule = found.rule or "left as they are"
    if found.known.protected:
        return "Nothing: the person is protected."
    if found.known.hold:
        return (
            f"Nothing, while the change is held. Once it is approved, whoever has left is {rule}."
        )
    waits = "" if found.known.confirmed else " once the absence is confirmed"
    return f"Whoever has left is {rule}{waits}."
