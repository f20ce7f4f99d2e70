"""The district's id in whatever a person pastes: the id itself, or a link that carries it (B39)."""

import html
import re
from urllib.parse import SplitResult, parse_qs, urlsplit

from core.problems import ConsoleError

_ID = re.compile(r"[0-9a-f]{24}")
_IN_PATH = re.compile(r"/districts/([0-9a-f]{24})(?![0-9a-z])", re.IGNORECASE)
_HINT = (
    "Copy the Instant Login Link from Settings > Application Information in Clever, "
    "or the District ID of 24 letters and digits at its end."
)


def parse_district_id(text: str) -> str:
    """The 24 hexadecimal digits of the district, in lower case.

    Takes the id, an Instant Login Link, an authorize link or an address of the API. Raises
    ConsoleError with a sentence that says what to paste instead. A client id is never taken.
    """
    text = html.unescape(text).strip().strip("<>\"'").strip()
    if not text:
        raise ConsoleError(f"No District ID was given. {_HINT}", code="district_id_missing")
    if _ID.fullmatch(text.lower()):
        return text.lower()
    url = _clever_url(text)
    if url is None:
        raise ConsoleError(
            f"This is neither a District ID nor a link of clever.com. {_HINT}",
            code="district_id_unreadable",
        )
    found = _in_url(url)
    if found is None:
        raise ConsoleError(
            f"This link of Clever carries no District ID. {_HINT}", code="district_id_not_in_link"
        )
    return found


def _clever_url(text: str) -> SplitResult | None:
    if any(letter.isspace() for letter in text):
        return None
    try:
        url = urlsplit(text if "://" in text else f"https://{text}")
        host = (url.hostname or "").rstrip(".")
    except ValueError:
        return None
    is_clever = host == "clever.com" or host.endswith(".clever.com")
    return url if is_clever and url.scheme in ("http", "https") else None


def _in_url(url: SplitResult) -> str | None:
    query = parse_qs(url.query)
    for name in ("district_id", "district"):
        for value in query.get(name, []):
            if _ID.fullmatch(value.strip().lower()):
                return value.strip().lower()
    in_path = _IN_PATH.search(url.path)
    return in_path[1].lower() if in_path else None
