"""The single door to Clever over HTTP (clever-api.md 2, 3 and 7). Read-only by construction:

all that is ever sent is the code of somebody who signed in, to learn who they are (7.3).

Every method answers, or raises a CleverFault that says what it means and whether a retry is of
use. No redirect is followed, no address from an answer is ever used, and neither the token nor
the secret gets into an exception or a log.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Protocol, Self, TypeVar
from urllib.parse import urlencode

from django.conf import settings

from clever_sync import answers, signed_in, wire
from clever_sync.answers import Answer, District, Token, TryAgain
from clever_sync.budget import shared_budget
from clever_sync.faults import (
    CredentialsRefused,
    DistrictGone,
    RateLimited,
    TokenRefused,
    Unavailable,
)
from clever_sync.rate import wait_until
from clever_sync.transport import Auth, Bearer, Transport, application

T = TypeVar("T")
Form = Mapping[str, str] | None
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
PATIENCE = 20.0
MOST_WAITS = 5
# What Clever may say where it tells no events: each of them is no trouble of the district's.
NO_EVENTS = (400, 402, 403, 404, 405, 501)
EVENTS_ABOUT = ("schools", "users")
# Of what somebody who signs in may ask; Clever documents it for this version (7.3).
SIGN_IN_VERSION = "v3.0"


class Budget(Protocol):
    """Shares out the requests of a token among all who use it."""

    def take(self, key: bytes, now: datetime) -> datetime | None:
        """None when a request may be sent; otherwise when to ask again."""


@dataclass(frozen=True)
class PageReply:
    """A page of a list. `page` is None where the digest was the one that the caller knew."""

    after: str
    digest: bytes
    page: wire.Page | None


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class CleverClient:
    """Speaks for one district at a time: `authorise` first. One request at a time."""

    pauses: tuple[float, ...] | None = None  # Before each further try; None: those of a sync.

    def __init__(
        self,
        *,
        api_url: str,
        auth_url: str,
        client_id: str,
        client_secret: str,
        page_size: int = 5000,
        page_seconds: float = 120,
        page_bytes: int = 64_000_000,
        patience: float = PATIENCE,
        budget: Budget | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.page_size = page_size
        self.requests = 0
        self.district_id = ""
        self.clock = clock
        self._api_url = api_url.rstrip("/")
        self._auth_url = auth_url.rstrip("/")
        self._application = application(client_id, client_secret)
        self._client_secret = client_secret
        self._token = ""
        self._patience = patience
        self._budget = budget
        self._sleep = sleep
        self._transport = Transport(seconds=page_seconds, most_bytes=page_bytes)
        self._one_at_a_time = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def authorise(self, district_id: str) -> Token | None:
        """Reads the district's token and speaks with it from now on; None if there is none."""
        token = self.token_for(district_id)
        self.district_id = district_id
        self._token = token.access_token if token else ""
        return token

    @property
    def speaks(self) -> dict[str, str]:
        """What tells one way of asking from another: the API's version, and the token (hashed)."""
        version = self._api_url.rpartition("/")[2]
        return {"api": version, "token": self._token_digest().hex()}

    def token_for(self, district_id: str) -> Token | None:
        """The present token of a district, or None when it has not connected the application.

        Raises CredentialsRefused when the application's own id and secret are wrong.
        """
        query = urlencode({"owner_type": "district", "district": district_id})
        url = f"{self._auth_url}/oauth/tokens?{query}"

        def read(answer: Answer) -> Token | None:
            if answer.status in (401, 403):
                raise CredentialsRefused
            return answers.read_token(answers.good(answer), district_id)

        return self._ask(url, read, auth=self._application)

    def district(self) -> District:
        """The one district of the token. Raises DistrictGone when there is none any more."""
        self.reserve()

        def read(answer: Answer) -> District:
            if answer.status in (403, 404) and answer.is_json:
                raise DistrictGone
            return answers.read_district(answers.good(answer))

        return self._ask(f"{self._api_url}/districts", read)

    def page(
        self,
        what: str,
        after: str,
        *,
        salt: bytes = b"",
        known: bytes | None = None,
        reserved: bool = False,
    ) -> PageReply:
        """The page of "schools", "events" or a role after an id; `after` "" is the beginning.

        Events are those about schools and users only.

        A page whose digest is `known` is not taken apart. With `reserved` the caller has called
        `reserve` already, and the method touches nothing but the network.
        """
        if not reserved:
            self.reserve()
        path = what if what in ("schools", "events") else "users"
        query = [("limit", str(self.page_size))]
        if path == "users":
            query.append(("role", what))
        if path == "events":
            query += [("record_type", kind) for kind in EVENTS_ABOUT]
        if after:
            query.append(("starting_after", after))

        def read(answer: Answer) -> PageReply:
            body = answers.good(answer).body
            digest = wire.digest(body, salt)
            if digest == known:
                return PageReply(after, digest, None)
            return PageReply(after, digest, answers.read_page(body, self._api_url))

        return self._ask(f"{self._api_url}/{path}?{urlencode(query)}", read)

    def user(self, clever_id: str) -> bytes | None:
        """The raw record of a user, or None when Clever answers that there is no such user."""
        self.reserve()

        def read(answer: Answer) -> bytes | None:
            if answer.status == 404 and answer.is_json:
                return None
            return answers.read_user(answers.good(answer), clever_id)

        return self._ask(f"{self._api_url}/users/{clever_id}", read)

    def newest_event_id(self) -> str:
        """The id of the newest event; "" where there are no events or none for us."""
        self.reserve()
        # `limit=1` alone would give the oldest (clever-api.md 6.3).
        query = urlencode({"ending_before": "last", "limit": "1"})

        def read(answer: Answer) -> str:
            if answer.status in NO_EVENTS and answer.is_json:
                return ""
            page = answers.read_page(answers.good(answer).body, self._api_url)
            return page.ids[-1] if page.ids else ""

        return self._ask(f"{self._api_url}/events?{query}", read)

    def token_of_code(self, code: str, redirect_uri: str) -> str:
        """The token of somebody who signed in at Clever. Sent once: a code works once (7.3).

        Raises CodeRefused for a code that is used, too old or nobody's.
        """
        form = {"code": code, "grant_type": "authorization_code", "redirect_uri": redirect_uri}
        url = f"{self._auth_url}/oauth/tokens"
        return self._ask(url, signed_in.read_token, auth=self._application, form=form)

    def who_signed_in(self, token: str) -> signed_in.Person:
        """Who a token of token_of_code belongs to, by the three addresses that it opens (7.3).

        Raises LoginRefused for a token that Clever does not know, and UserGone.
        """
        auth, root = Bearer(token), self._api_url.rpartition("/")[0]
        me = self._ask(f"{root}/{SIGN_IN_VERSION}/me", signed_in.read_me, auth=auth)
        url = f"{root}/{SIGN_IN_VERSION}/users/{me.clever_id}"
        user = self._ask(url, lambda answer: signed_in.read_user(answer, me), auth=auth)
        claims = self._ask(
            f"{root}/userinfo", lambda answer: signed_in.read_claims(answer, me), auth=auth
        )
        return signed_in.person(me, user, claims)

    def reserve(self) -> None:
        """Takes one request from the token's budget; waits, or raises RateLimited if it is long."""
        again_at = self._take()
        for _ in range(MOST_WAITS):
            if again_at is None:
                return
            self._wait_until(again_at)
            again_at = self._take()
        raise RateLimited(retry_at=again_at)

    def may_send(self) -> bool:
        """Takes one request from the budget if there is one at once."""
        return self._take() is None

    def _take(self) -> datetime | None:
        if self._budget is None or not self._token:
            return None
        return self._budget.take(self._token_digest(), self.clock())

    def _token_digest(self) -> bytes:
        return blake2b(self._token.encode(), digest_size=16).digest()

    def _ask(
        self,
        url: str,
        read: Callable[[Answer], T],
        *,
        auth: Auth | None = None,
        form: Form = None,
    ) -> T:
        with self._one_at_a_time:
            return self._ask_patiently(url, read, auth, form)

    def _ask_patiently(
        self, url: str, read: Callable[[Answer], T], auth: Auth | None, form: Form
    ) -> T:
        pauses = iter(() if form else PAUSES if self.pauses is None else self.pauses)
        waits = 0
        token_read_again = False
        while True:
            answer = None
            try:
                answer = self._send(url, auth or Bearer(self._token), form)
                if answer.status not in (401, 429):
                    return read(answer)
                if answer.status == 401 and auth is not None:
                    return read(answer)
            except TryAgain as again:
                pause = next(pauses, None)
                if pause is None:
                    raise self._final(again, answer) from None
                # Not for secrecy: jitter keeps many districts from coming back all at once.
                self._sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311
                continue
            if answer.status == 429:
                waits += 1
                self._wait_until(wait_until(answer.headers, self.clock()), waits > MOST_WAITS)
            elif token_read_again:
                raise TokenRefused
            else:
                token_read_again = True
                self._read_token_again()

    def _send(self, url: str, auth: Auth, form: Form) -> Answer:
        self.requests += 1
        if form is not None:
            return self._transport.post(url, auth, form)
        return self._transport.get(url, auth)

    def _read_token_again(self) -> None:
        token = self.token_for(self.district_id)
        if token is None:
            raise DistrictGone
        if token.access_token == self._token:
            raise TokenRefused
        self._token = token.access_token

    def _final(self, again: TryAgain, answer: Answer | None) -> Exception:
        if again.fault is Unavailable or answer is None:
            return again.fault(f"{again.fault.default} ({again.reason})")
        seen = answers.excerpt(answer, self._token, self._client_secret)
        return again.fault(f"{again.fault.default} ({again.reason}{seen})")

    def _wait_until(self, at: datetime, too_often: bool = False) -> None:
        seconds = (at - self.clock()).total_seconds()
        if too_often or seconds > self._patience:
            raise RateLimited(retry_at=at)
        self._sleep(max(seconds, 0.0))


def new_client(
    clock: Callable[[], datetime] = utc_now,
    *,
    seconds: float | None = None,
    patience: float = PATIENCE,
) -> CleverClient:
    """A client for the Clever of the settings; `authorise` it before use, in a `with` block."""
    return CleverClient(
        api_url=settings.CLEVER_API_URL,
        auth_url=settings.CLEVER_AUTH_URL,
        client_id=settings.CLEVER_CLIENT_ID,
        client_secret=settings.CLEVER_CLIENT_SECRET,
        page_size=settings.CLEVER_PAGE_SIZE,
        page_seconds=seconds or settings.CLEVER_PAGE_SECONDS,
        page_bytes=settings.CLEVER_PAGE_BYTES,
        patience=patience,
        budget=shared_budget(),
        clock=clock,
    )
