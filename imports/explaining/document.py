"""An explanation as the JSON document of the command (interfaces.md)."""

from typing import Any

from imports.changes import Reader
from imports.explaining.found import PLACES, Found, Hit
from imports.explaining.read import Explanation, name_of
from imports.explaining.steps import steps
from imports.explanation import FieldLine


def of_found(found: Found, reader: Reader) -> dict[str, Any]:
    """Whom a text may mean, where it is not one person; for nobody, what was searched."""
    return {
        "text": found.text,
        "hits": [_of_hit(hit, reader) for hit in found.hits],
        "more": found.more,
        "searched": list(PLACES),
    }


def of_explanation(found: Explanation, reader: Reader) -> dict[str, Any]:
    """Everything that is known of one person."""
    return {
        **_of_hit(found.hit, reader),
        "headline": found.headline.sentence,
        "who": str(found.headline.who or "nobody"),
        "shared": found.shared,
        "school": {"clever": found.clever_school, "here": found.local_school},
        "place": str(found.known.place or ""),
        "matched_by": found.matched_by,
        "matched_in": found.matched_in,
        "would": str(found.row.action) if found.row else "",
        "steps": [{"question": s.question, "answer": s.answer} for s in steps(found, reader)],
        "fields": [_of_line(line, reader) for line in found.lines],
        "problems": [p.code for p in found.findings],
        "alerts": [one.number for one in found.waiting if one.kind == "alert"],
        "holds": [one.number for one in found.waiting if one.kind == "hold"],
        "locks": sorted(lock.field for lock in found.locks),
        "runs": [event.row.run_id for event in found.events if event.row],
    }


def _of_hit(hit: Hit, reader: Reader) -> dict[str, Any]:
    return {
        "person": hit.person.pk if hit.person else None,
        "clever_id": hit.clever_id,
        "name": name_of(hit, reader),
    }


def _of_line(line: FieldLine, reader: Reader) -> dict[str, Any]:
    return {
        "field": line.field,
        "source": line.source,
        "raw": line.raw,
        "code": line.code,
        "policy": line.policy,
        "result": reader.text(line.field, line.result),
        "here": reader.text(line.field, line.here),
        "verdict": line.verdict,
    }
