"""An explanation ready for the page, masked where its reader may not see more."""

from dataclasses import dataclass
from typing import Any

from imports.changes import MASK, Reader
from imports.explaining.read import Explanation
from imports.explaining.steps import Step, steps
from imports.explanation import FieldLine
from imports.words import POLICIES, Word

STEPS = {"yes": "circle-check", "no": "circle-x", "waits": "clock", "info": "info"}
VERDICTS = {
    "same": Word("The same", "good", "check"),
    "writes": Word("Next sync writes it", "info", "pencil"),
    "clears": Word("Next sync empties it", "wait", "eraser"),
    "locked": Word("Kept: locked here", "wait", "lock"),
    "policy": Word("Kept by the policy", "quiet", "hand"),
    "blank": Word("Blank at Clever, kept", "quiet", "minus"),
    "unusable": Word("Cannot be used, kept", "bad", "circle-x"),
}


@dataclass(frozen=True)
class ShownLine:
    """One field in words."""

    label: str
    source: str
    raw: str
    code: str
    policy: str
    result: str
    here: str
    verdict: Word


@dataclass(frozen=True)
class ShownStep:
    """One question with its answer; the drawing says no more than the answer does."""

    step: Step
    icon: str


def of_explanation(found: Explanation, reader: Reader) -> dict[str, Any]:
    """What the template shows beside the explanation itself."""
    return {
        "steps": [ShownStep(step, STEPS[step.tone]) for step in steps(found, reader)],
        "lines": [shown(line, reader) for line in found.lines],
    }


def shown(line: FieldLine, reader: Reader) -> ShownLine:
    seen = reader.sees(line.field)
    return ShownLine(
        label=reader.label(line.field),
        source=line.source,
        raw=line.raw if seen or not line.raw else MASK,
        code=line.code if seen or not line.code else MASK,
        policy=POLICIES.get(line.policy, line.policy),
        result=reader.text(line.field, line.result),
        here=reader.text(line.field, line.here),
        verdict=VERDICTS[line.verdict],
    )
