"""What the doctor says of a part."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Examined:
    """One part: `trouble` is what is wrong and what to do, "" if it works.

    `advice` is what works and might be better; `note` is what was found.
    """

    part: str
    trouble: str = ""
    advice: str = ""
    note: str = ""


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
