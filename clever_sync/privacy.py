"""What never enters this console, whoever asks for it (B04), and words that hide secrets."""

import re
from collections.abc import Iterable

from clever_sync.sources import EXTENSION, is_source

NEVER_KEPT = frozenset(
    {
        "disability",
        "ell_status",
        "frl_status",
        "gifted_status",
        "hispanic_ethnicity",
        "iep_status",
        "race",
        "section_504_status",
    }
)
_SENSITIVE = re.compile(
    r"(?:^|[^a-z0-9])(?:race|ethnic\w*|hispanic|frl|iep|504|ell|sped|disab\w*|special_?ed\w*"
    r"|lunch\w*|gifted|health|medic\w*|immun\w*|marks?|attendance|homeless\w*|migrant)(?![a-z])"
)
_HIDDEN = "[hidden]"
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"'<>,;]+")
_LONG_HEX = re.compile(r"(?i)\b[0-9a-f]{32,}\b")


def may_keep(key: str) -> bool:
    """Whether a source key may be stored at all.

    False for keys outside the catalogue and for extension fields whose name speaks of special
    education, lunch, race, health or marks.
    """
    if not is_source(key):
        return False
    _, is_extension, name = key.partition(EXTENSION)
    return not is_extension or not is_sensitive(name)


def is_sensitive(name: str) -> bool:
    """Whether the name of a field, or a heading, speaks of what never enters this console."""
    return _SENSITIVE.search(name.lower()) is not None


def kept(keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys that may be stored."""
    return frozenset(filter(may_keep, keys))


def redact(text: str, *secrets: str) -> str:
    """The text without the secrets and without anything that looks like a token."""
    for secret in filter(None, secrets):
        text = text.replace(secret, _HIDDEN)
    return _LONG_HEX.sub(_HIDDEN, _BEARER.sub(rf"\1 {_HIDDEN}", text))
