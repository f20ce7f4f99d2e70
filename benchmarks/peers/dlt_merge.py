"""dlt: a pipeline that merges by the Clever ID into a table of its own."""

import os
import tempfile
from urllib.parse import parse_qs, unquote, urlsplit

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt
import psycopg2
from dlt.destinations import postgres

from benchmarks.cases import Case
from benchmarks.measured import Work
from benchmarks.peers.person import people
from benchmarks.roster import Pages

DATASET = "peer"
TABLE = "person"


def prepare(pages: Pages) -> None:
    """dlt makes its table with the first load."""


def run(pages: Pages, case: Case) -> Work:
    """Merges all people; dlt does not tell who was new, so the table's size is compared."""
    before = _count()
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "peer", pipelines_dir=folder, destination=_destination(), dataset_name=DATASET
        )
        pipeline.run(
            dlt.resource(
                people(pages.bodies()),
                name=TABLE,
                primary_key="clever_id",
                write_disposition="merge",
            )
        )
    seen = _count()
    created = seen - before
    return Work(seen, created, seen - created)


def _destination() -> postgres:
    url = urlsplit(os.environ["DATABASE_URL"])
    socket = parse_qs(url.query).get("host", [""])[0]
    credentials: dict[str, object] = {
        "database": url.path.removeprefix("/"),
        "username": unquote(url.username or "postgres"),
        "password": unquote(url.password or "unused"),
        "host": url.hostname or "localhost",
        "port": url.port or 5432,
    }
    if socket:
        credentials["query"] = {"host": socket}
    return postgres(credentials=credentials)


def _count() -> int:
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{DATASET}.{TABLE}"])
        if cursor.fetchone()[0] is None:
            return 0
        cursor.execute(f"SELECT count(*) FROM {DATASET}.{TABLE}")
        return int(cursor.fetchone()[0])
