"""Whether a token that a program shows is good, and whether it has calls left in this minute (C28).

Two statements for each call: one finds the token, one counts it. Both answer for all processes
together, and neither adds a row, however often somebody calls (F83).
"""

import re
from datetime import datetime

from django.db import connection

from accounts.access import Access, of_token
from accounts.models import ApiToken
from accounts.tokens import BEGINS, digest_of
from core.problems import ConsoleError

SHAPE = re.compile(rf"{BEGINS}[0-9a-f]{{8}}_[0-9a-f]{{64}}")
UNKNOWN = "There is no such token. Copy it again, or ask an owner of the district for a new one."
ENDED = "This token was revoked. Ask an owner of the district for a new one."
EXPIRED = "This token expired on {}. Ask an owner of the district for a new one."
MAKER_GONE = (
    "Whoever made this token is not an owner of the district any more, so it does not work."
    " Ask an owner for a new one."
)
_COUNT = """
    UPDATE accounts_apitoken SET
        calls = CASE WHEN last_used = this.minute THEN calls + 1 ELSE 1 END,
        last_used = this.minute
    FROM (SELECT date_trunc('minute', statement_timestamp()) AS minute) this
    WHERE id = %s AND (last_used IS DISTINCT FROM this.minute OR calls < %s)
"""


class Refused(ConsoleError):
    """A token that is not good; `known` tells one of ours from a guess."""

    def __init__(self, sentence: str, *, known: bool) -> None:
        super().__init__(sentence, code="token_refused")
        self.known = known


def access_by(secret: str, now: datetime) -> tuple[ApiToken, Access]:
    """The token, and what may be done with it. Raises Refused with a sentence."""
    if not SHAPE.fullmatch(secret):
        raise Refused(UNKNOWN, known=False)
    found = ApiToken.objects.filter(digest=digest_of(secret))
    token = found.select_related("district", "made_by").first()
    if token is None:
        raise Refused(UNKNOWN, known=False)
    if token.ended_at is not None:
        raise Refused(ENDED, known=True)
    if token.expires_at <= now:
        raise Refused(EXPIRED.format(token.expires_at.date().isoformat()), known=True)
    access = of_token(token)
    if access is None:
        raise Refused(MAKER_GONE, known=True)
    return token, access


def counted(token: ApiToken, most: int) -> bool:
    """Counts one call; False, and nothing is written, where this minute has had its `most`."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [token.pk, most])
        return bool(cursor.rowcount)


def name_of(token: ApiToken) -> str:
    """Who did it, as the audit and the runs say it."""
    return f"API token {token.prefix}"
