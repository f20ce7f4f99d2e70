"""Addresses as people type them: commas separate them, and a bad one is told by name. Pure.

An address that passes is plain ASCII in one word, so that no header of a mail can be made of it
(F76).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

LONGEST = 254
LONGEST_NAME = 64
MOST = 100
TOLD = 60
_NAME = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+(xn--[a-z0-9-]{{1,58}}[a-z0-9]|[a-z]{{2,63}})")


@dataclass
class Reading:
    """What was typed: the addresses as they are kept, and a sentence for each that is none."""

    good: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def read(text: str) -> Reading:
    """The addresses of a comma-separated text, each once, in their order (A57)."""
    found = Reading()
    for part in text.split(","):
        given = part.strip(" \t")
        if not given:
            continue
        address, why = given.lower(), refusal(given)
        if why:
            found.refused.append(why)
        elif address not in found.good:
            found.good.append(address)
    return found


def refusal(given: str) -> str:
    """Why this is not an address that mail can be sent to, in a sentence that names it; or ""."""
    why = _what_is_wrong(given.lower())
    return f"{_told(given)} {why}" if why else ""


def too_many(addresses: Iterable[str]) -> str:
    """Why so many are not kept; "" for as many as a list may have."""
    count = len(set(addresses))
    if count <= MOST:
        return ""
    return (
        f"{count} recipients are more than the {MOST} that a list may have. "
        "Add the address of a mailing list instead."
    )


def _what_is_wrong(address: str) -> str:
    if any(not letter.isprintable() for letter in address):
        return "holds a line break or another control character. Type the address alone."
    if len(address) > LONGEST:
        return f"is longer than the {LONGEST} characters that an address may have."
    if not address.isascii():
        return (
            "has letters that mail addresses cannot have here. "
            "Use the plain form of the address; its domain may begin with xn--."
        )
    if ";" in address:
        return "holds a semicolon. Separate addresses with commas."
    name, at, domain = address.rpartition("@")
    if not at or not name or not domain:
        return "is not an e-mail address. It needs a name, an @ and a domain: name@school.org."
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        return "is not an e-mail address: what stands before its @ cannot be a mailbox."
    if not _DOMAIN.fullmatch(domain):
        return "is not an e-mail address: what stands behind its @ is not a domain."
    return ""


def _told(given: str) -> str:
    """The address as a sentence may show it: short, and on one line."""
    shown = "".join(letter if letter.isprintable() else " " for letter in given)
    return f"“{shown[: TOLD - 1]}…”" if len(shown) > TOLD else f"“{shown}”"
