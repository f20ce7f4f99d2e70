"""Single doors: what has one way in or out of the house is done nowhere else."""

from collections.abc import Iterable

from tests.house.floor_plan import (
    APPS,
    ROOT,
    Source,
    calls,
    imported_modules,
    sources,
)

WRITES = {
    *("bulk_create", "bulk_update", "create", "delete", "get_or_create"),
    *("update", "update_or_create"),
}
READS_ENVIRONMENT = {
    "integration_console/settings.py",
    # These name the settings and read nothing.
    *("integration_console/celery.py", "integration_console/wsgi.py"),
    # It makes the environment that the settings then read.
    "integration_console/embedded/__main__.py",
}
WRITES_PEOPLE = ("schools/writer.py", "imports/apply")
SENDS_MAIL = ("notifications/mail.py",)
HTTP_DOORS = ("clever_sync/transport.py", "notifications/webhooks/door.py")
OTHER_WAYS_TO_HTTP = ("aiohttp", "http.client", "httpx", "urllib.request", "urllib3")


def outside(rooms: Iterable[str], *folders: str) -> list[Source]:
    """The sources whose path begins with none of these."""
    return [source for source in sources(*folders) if not str(source).startswith(tuple(rooms))]


def test_the_environment_is_read_in_one_place() -> None:
    readers = [
        f"{source}:{line} {name}"
        for source in outside(READS_ENVIRONMENT, *APPS, "integration_console")
        for name, line in [*imported_modules(source.tree), *calls(source.tree)]
        if name.startswith(("os.environ", "os.getenv", "environ."))
    ]
    assert not readers


def test_people_are_written_in_one_place() -> None:
    writers = [
        f"{source}:{line} {name}"
        for source in outside(WRITES_PEOPLE, *APPS, "integration_console")
        for name, line in calls(source.tree)
        if name.startswith("Person.objects.") and name.rpartition(".")[2] in WRITES
    ]
    assert not writers


def test_mail_leaves_in_one_place() -> None:
    senders = [
        f"{source}:{line} {name}"
        for source in outside(SENDS_MAIL, *APPS, "integration_console")
        for name, line in imported_modules(source.tree)
        if name.startswith(("django.core.mail", "smtplib"))
    ]
    assert not senders


def test_no_other_way_to_http() -> None:
    users = [
        f"{source}:{line} {name}"
        for source in outside(HTTP_DOORS, *APPS, "integration_console")
        for name, line in imported_modules(source.tree)
        if name.startswith(OTHER_WAYS_TO_HTTP)
    ]
    assert not users


def test_C28_only_the_door_of_webhooks_connects_to_where_a_district_says() -> None:
    """Whoever looks a name up or connects elsewhere does not check where it leads (ADR 0032)."""
    users = [
        f"{source}:{line} {name}"
        for source in outside(["notifications/webhooks/door.py"], "notifications")
        for name, line in calls(source.tree)
        if name.startswith(("socket.create_connection", "socket.getaddrinfo", "door.look_up"))
    ]
    assert not users


def test_the_doors_are_looked_for_where_the_code_is() -> None:
    assert (ROOT / "integration_console" / "settings.py").exists()
    assert len(sources(*APPS)) > 10
