"""The broker, as far as we need to know: does it answer, and how much lies in its line."""

import time

import redis
from django.conf import settings

SECONDS = 1
REMEMBERED = 5.0
QUEUE = "celery"
_last: dict[str, tuple[float, str]] = {}


def trouble() -> str:
    """Why Redis does not answer, in a few words; "" if it does, or if none is used.

    Says no password: what an address is made of is not repeated.
    """
    if not settings.REDIS_URL:
        return ""
    try:
        with _client() as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        return type(error).__name__
    return ""


def recent_trouble() -> str:
    """The same, asked at most every few seconds: pages must not wait for it each time."""
    url, now = settings.REDIS_URL, time.monotonic()
    asked, said = _last.get(url, (-REMEMBERED, ""))
    if now - asked < REMEMBERED:
        return said
    said = trouble()
    _last[url] = (now, said)
    return said


def waiting() -> int | None:
    """How many messages no worker has taken yet; None if that cannot be known."""
    if not settings.REDIS_URL:
        return None
    try:
        with _client() as client:
            return int(client.llen(QUEUE))
    except (redis.RedisError, ValueError):
        return None


def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=SECONDS, socket_timeout=SECONDS
    )
