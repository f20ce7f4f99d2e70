"""Codes and tokens of people who sign in by Clever: a code lives a minute and works once."""

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from clever_sandbox.clock import Clock
from clever_sandbox.district import District

CODE_LIFE = timedelta(minutes=1)


@dataclass(frozen=True)
class Login:
    """Who has signed in, and in which of their roles."""

    district: District
    user_id: str
    role: str = ""


@dataclass(frozen=True)
class _Code:
    login: Login
    redirect_uri: str
    given_at: datetime


class Logins:
    """The codes given out and the tokens they were changed into."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[str, _Code] = {}
        self._tokens: dict[str, Login] = {}

    def give_code(self, login: Login, redirect_uri: str) -> str:
        """A code that can be changed into a token with the same redirect address."""
        code = secrets.token_hex(16)
        with self._lock:
            self._codes[code] = _Code(login, redirect_uri, self._clock.now())
        return code

    def take_code(self, code: str, redirect_uri: str) -> str | None:
        """The token for a code, or None when the code is unknown, used, too old or another's."""
        with self._lock:
            found = self._codes.pop(code, None)
            if found is None or found.redirect_uri != redirect_uri:
                return None
            if self._clock.now() - found.given_at > CODE_LIFE:
                return None
            token = "il" + secrets.token_hex(20)
            self._tokens[token] = found.login
        return token

    def login_of(self, token: str) -> Login | None:
        """Who signed in with this token."""
        with self._lock:
            return self._tokens.get(token)
