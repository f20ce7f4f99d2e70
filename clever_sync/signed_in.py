"""What Clever answers about somebody who has signed in there (clever-api.md 7.3)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clever_sync.answers import Answer, TryAgain, good
from clever_sync.faults import (
    CodeRefused,
    CredentialsRefused,
    LoginRefused,
    Unavailable,
    UnexpectedAnswer,
    UserGone,
)
from core.text import clean

LONGEST_NAME = 150
_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class Me:
    """Whom a token belongs to."""

    clever_id: str
    district: str


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in. `roles` are all that they hold, `came_as` the one of this
    log-in; the name is for themselves to read, and decides nothing."""

    clever_id: str
    district: str
    roles: frozenset[str]
    came_as: str
    name: str


def read_token(answer: Answer) -> str:
    """The token for a code; it stands in a header from now on."""
    if answer.status in (401, 403):
        raise CredentialsRefused
    if answer.status in (400, 404) and answer.is_json:
        raise CodeRefused
    value = _document(answer).get("access_token")
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
        raise UnexpectedAnswer
    return value


def read_me(answer: Answer) -> Me:
    """Who it is, and of which district."""
    data = _data(answer)
    found, district = data.get("id"), data.get("district")
    if data.get("type", "user") != "user" or not _is_id(found) or not _is_id(district):
        raise UnexpectedAnswer
    return Me(str(found), str(district))


def read_user(answer: Answer, me: Me) -> dict[str, Any]:
    """Their record, which must be that of the same person in the same district."""
    if answer.status == 404 and answer.is_json:
        raise UserGone
    data = _data(answer)
    if data.get("id") != me.clever_id or data.get("district", me.district) != me.district:
        raise UnexpectedAnswer
    return data


def read_claims(answer: Answer, me: Me) -> dict[str, Any]:
    """What Clever says of this log-in, which must be that of the same person."""
    claims = _document(answer)
    district = claims.get("district") or claims.get("district_id") or me.district
    if claims.get("sub") != me.clever_id or district != me.district:
        raise UnexpectedAnswer
    return claims


def person(me: Me, user: Mapping[str, Any], claims: Mapping[str, Any]) -> Person:
    """The three answers in one. A log-in that does not say its role came as nobody."""
    roles = user.get("roles")
    name = user.get("name")
    parts = (name.get("first"), name.get("last")) if isinstance(name, dict) else ()
    return Person(
        clever_id=me.clever_id,
        district=me.district,
        roles=frozenset(map(str, roles)) if isinstance(roles, dict) else frozenset(),
        # The documentation writes "district admin", the records "district_admin".
        came_as=str(claims.get("user_type") or "").strip().lower().replace(" ", "_"),
        name=" ".join(clean(part) for part in parts if isinstance(part, str))[:LONGEST_NAME],
    )


def _data(answer: Answer) -> dict[str, Any]:
    data = _document(answer).get("data")
    if not isinstance(data, dict):
        raise UnexpectedAnswer
    return data


def _document(answer: Answer) -> dict[str, Any]:
    if answer.status == 401:
        raise LoginRefused
    try:
        document = json.loads(good(answer).body)
    except (ValueError, RecursionError) as wrong:
        raise TryAgain(Unavailable, "the JSON is damaged") from wrong
    if not isinstance(document, dict):
        raise UnexpectedAnswer
    return document


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None
