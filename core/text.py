"""Text as people mean it: cleaning on the way in, keys for comparing (faults.md F55, F56)."""

import re
import unicodedata

_NOT_FOR_PEOPLE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u200b\u2060"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def clean(value: str) -> str:
    """NFC, trimmed, TAB as a space, without NUL, controls, surrogates, BOM, zero-width, bidi."""
    if value.isascii() and value.isprintable():
        return value.strip()
    value = value.replace("\t", " ")
    return unicodedata.normalize("NFC", _NOT_FOR_PEOPLE.sub("", value)).strip()


def key(value: str) -> str:
    """The form under which two values are the same to a person: NFC, trimmed, case folded."""
    if value.isascii():
        return value.strip().lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).strip().casefold())
