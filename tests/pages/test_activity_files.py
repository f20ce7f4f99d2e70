"""Activity as a file: whole, safe in a spreadsheet, in constant memory, and recorded itself."""

import csv
import io
import tracemalloc

import pytest
from django.db import connection

from accounts import audit
from integration_console.activity.found import Wanted, everything
from schools.models import District
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maple() -> District:
    return scenes.district("maple", "Maple Ridge Unified")


def test_C23_file_has_everything_and_is_recorded(maple: District) -> None:
    audit.record(maple, '=HYPERLINK("x")', "clever.request")
    audit.record(maple, ALICE, "person.seen", "person:12")
    alice = signed_in(ALICE)
    answer = alice.get("/d/maple/activity.csv", {"kind": "settings"})
    lines = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert lines[0] == ["when", "who", "support", "what", "about"]
    ((at, who, _, what, _),) = lines[1:]
    assert at.endswith("+00:00")
    assert (who, what) == ('\'=HYPERLINK("x")', "Asked Support for Clever Student Integration.")
    told = alice.get("/d/maple/activity/").context["lines"]
    assert told[0].sentence == "Downloaded this list of activity."


def test_H18_file_of_a_huge_log_is_made_in_constant_memory(maple: District) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO accounts_auditevent (district_id, actor, verb, subject, details, at)"
            " SELECT %s, %s, 'person.seen', 'person:' || n, '{}', now() - n * interval '1 s'"
            " FROM generate_series(1, 30000) AS n",
            [maple.pk, ALICE],
        )
        cursor.execute("SET session_replication_role = DEFAULT")
    tracemalloc.start()
    try:
        assert sum(1 for _ in everything(maple, Wanted())) == 30_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000, peak
