"""Those whom the console needs: PostgreSQL, Redis, the mail server and Clever."""

from datetime import UTC, datetime

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from clever_sync.client import new_client
from clever_sync.faults import CleverFault
from imports.lease import database_now
from integration_console.doctor.told import Examined, first_line
from notifications import mail

OLDEST_POSTGRESQL = 150000
NOBODY = "0" * 24
SECONDS = 5
# One-time codes of the second factor are good for half a minute.
MOST_SKEW = 10.0
AWAY = "Not known, as PostgreSQL does not answer."


def database() -> Examined:
    """PostgreSQL, of a version and with an encoding that we can live with."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version_num')::int,"
                " current_setting('server_version'), current_setting('server_encoding')"
            )
            number, version, encoding = cursor.fetchone()
    except Error as error:
        return Examined(
            "database",
            f"PostgreSQL does not answer ({first_line(error)}). Check DATABASE_URL, and whether "
            "the server runs and lets us in.",
        )
    if number < OLDEST_POSTGRESQL:
        return Examined("database", f"PostgreSQL {version} is too old; 15 or newer is needed.")
    if encoding != "UTF8":
        return Examined(
            "database",
            f"the database's encoding is {encoding}; it has to be UTF8. Make a new one with "
            "ENCODING 'UTF8' and restore into it.",
        )
    return Examined("database", note=f"PostgreSQL {version}")


def migrations() -> Examined:
    """Whether the tables are those of this version."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    except Error:
        return Examined("migrations", AWAY)
    if waiting:
        text = f"{len(waiting)} migrations are not applied; run manage.py migrate."
        return Examined("migrations", text)
    if unknown:
        newest = ".".join(sorted(unknown)[-1])
        return Examined(
            "migrations",
            f"the tables are those of a newer version ({newest}): runs wait. Install that version, "
            "or take its migrations back with it first.",
        )
    return Examined("migrations")


def clocks() -> Examined:
    """Whether this machine and PostgreSQL agree about the time."""
    try:
        skew = abs((database_now() - datetime.now(UTC)).total_seconds())
    except Error:
        return Examined("clocks", AWAY)
    if skew > MOST_SKEW:
        return Examined(
            "clocks",
            f"the clock of this machine and that of PostgreSQL are {skew:.0f} seconds apart. Runs "
            "go by PostgreSQL's; one-time codes and certificates do not. Switch NTP on.",
        )
    return Examined("clocks", note=f"{skew:.1f} seconds apart")


def broker() -> Examined:
    """Redis, if it is to be used."""
    if not settings.REDIS_URL:
        return Examined("broker", note="none; run_due --loop does the work of beat and workers")
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=SECONDS).ping()
    except (redis.RedisError, ValueError) as error:
        return Examined(
            "broker",
            f"Redis does not answer at REDIS_URL ({first_line(error)}). Nothing is lost: start it, "
            "or let manage.py run_due --loop do the work meanwhile.",
        )
    return Examined("broker", note="Redis")


def mail_server() -> Examined:
    """A conversation with the mail server as far as the log-in; nothing is sent."""
    if not mail.is_sent():
        said = "not sent; set EMAIL_URL to send it"
        return Examined("mail", advice=said)
    said = mail.trouble()
    if said:
        return Examined(
            "mail",
            f"the mail server at EMAIL_URL refuses ({said}). Check host, port, user and password.",
        )
    return Examined("mail", note=f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}")


def clever() -> Examined:
    """Whether Clever knows our application."""
    if not settings.CLEVER_CLIENT_ID or not settings.CLEVER_CLIENT_SECRET:
        return Examined(
            "clever",
            "CLEVER_CLIENT_ID and CLEVER_CLIENT_SECRET are not both set. Both stand on the page of "
            "your application at Clever.",
        )
    try:
        with new_client() as client:
            # No district has this id: whoever knows the application answers with an empty list.
            client.token_for(NOBODY)
    except CleverFault as fault:
        return Examined("clever", f"{fault.sentence} Check CLEVER_AUTH_URL and the credentials.")
    return Examined("clever", note=settings.CLEVER_API_URL)
