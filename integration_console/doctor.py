"""The doctor: is this installation able to work, and if not, what is to be done (interfaces.md)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import redis
from django.conf import settings
from django.core import checks
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from clever_sync.client import new_client
from clever_sync.faults import CleverFault
from notifications import mail

OLDEST_POSTGRESQL = 150000
NOBODY = "0" * 24
SECONDS = 5


@dataclass(frozen=True)
class Examined:
    """One part of the installation; `trouble` is "" if it is well, else what is wrong and why."""

    part: str
    trouble: str = ""
    note: str = ""


def examine() -> Iterator[Examined]:
    """Looks at every part in turn; a part that is ill does not keep the others from being seen."""
    looks: list[Callable[[], Examined]] = [_configuration, _database, _broker, _mail, _clever]
    for look in looks:
        yield look()


def _configuration() -> Examined:
    found = [
        message.msg
        for message in checks.run_checks()
        if message.level >= checks.ERROR and not message.is_silenced()
    ]
    return Examined("configuration", "; ".join(found))


def _database() -> Examined:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version_num')::int,"
                " current_setting('server_version'), current_setting('server_encoding')"
            )
            number, version, encoding = cursor.fetchone()
        waiting = MigrationExecutor(connection).migration_plan(
            MigrationExecutor(connection).loader.graph.leaf_nodes()
        )
    except Error as error:
        return Examined("database", f"PostgreSQL does not answer ({_first_line(error)}).")
    if number < OLDEST_POSTGRESQL:
        return Examined("database", f"PostgreSQL {version} is too old; 15 or newer is needed.")
    if encoding != "UTF8":
        return Examined("database", f"the database's encoding is {encoding}; it has to be UTF8.")
    if waiting:
        text = f"{len(waiting)} migrations are not applied; run manage.py migrate."
        return Examined("database", text)
    return Examined("database", note=f"PostgreSQL {version}")


def _broker() -> Examined:
    if not settings.REDIS_URL:
        return Examined("broker", note="none; run_due --loop does the work of beat and workers")
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=SECONDS).ping()
    except (redis.RedisError, ValueError) as error:
        return Examined("broker", f"Redis does not answer at REDIS_URL ({_first_line(error)}).")
    return Examined("broker", note="Redis")


def _mail() -> Examined:
    if not mail.is_sent():
        return Examined("mail", note="not sent; set EMAIL_URL to send it")
    said = mail.trouble()
    if said:
        return Examined("mail", f"the mail server at EMAIL_URL refuses ({said}).")
    return Examined("mail", note=f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}")


def _clever() -> Examined:
    if not settings.CLEVER_CLIENT_ID or not settings.CLEVER_CLIENT_SECRET:
        return Examined("clever", "CLEVER_CLIENT_ID and CLEVER_CLIENT_SECRET are not both set.")
    try:
        with new_client() as client:
            # No district has this id: whoever knows the application answers with an empty list.
            client.token_for(NOBODY)
    except CleverFault as fault:
        return Examined("clever", f"{fault.sentence} Check CLEVER_AUTH_URL and the credentials.")
    return Examined("clever", note=settings.CLEVER_API_URL)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
