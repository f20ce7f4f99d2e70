"""What a problem is. Each app brings its own catalogue in its problems.py (C19)."""

from dataclasses import dataclass

from core.vocabulary import WhoFixes


@dataclass(frozen=True)
class Problem:
    """One kind of problem: a stable code with words for people.

    `title` is a short phrase, `explanation` a sentence that may name {field}, {value}, {school};
    `fix` says what to do, `who` who can do it. `severity` is "error" where a record or a run was
    left out, "warning" where something was left as it is.
    """

    code: str
    title: str
    explanation: str
    fix: str
    who: WhoFixes
    severity: str = "warning"


@dataclass(frozen=True)
class Finding:
    """A problem met in one record: plain values, so that pure rooms can say what they saw."""

    code: str
    field: str = ""
    value: str = ""


class ConsoleError(Exception):
    """A refusal in one plain sentence that a person may read, with what to do."""

    def __init__(self, sentence: str, *, code: str = "refused") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
