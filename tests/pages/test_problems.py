"""The page of problems: what stands, since when, who mends it, and the way there (C19, C21)."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from imports.models import StandingProblem
from tests.pages.scenes import Scene
from tests.pages.scenes_problems import stands

PAGE = "/d/maple/problems/"


def look(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture(autouse=True)
def nothing_stands(maple: Scene) -> None:
    StandingProblem.objects.all().delete()


def test_C19_a_problem_says_what_since_when_who_and_where(maple: Scene, alice: Client) -> None:
    stands(maple, "code_unknown", 31, 9, data_type="student", field="grade", value="TK")
    shown = look(alice)
    for words in (
        "Clever sends TK for", "31", "Students", "seen in 10 runs", "Fixed here",
        'href="/d/maple/clever/settings/student/codes/', "1 open problem",
    ):  # fmt: skip
        assert words in shown, words


def test_C19_first_and_last_run_are_linked_and_new_ones_are_counted(
    maple: Scene, alice: Client
) -> None:
    run = maple.runs["done"].pk
    stands(maple, "school_unmatched", 4, value="Quarry Lane", data_type="student")
    stands(maple, "code_unknown", 2, 3, field="grade", value="TK", data_type="student")
    shown = look(alice)
    assert shown.count(f'href="/d/maple/operations/{run}/"') == 2
    assert "2 open problems, 1 of them new in the last run" in shown
    page = look(alice, f"/d/maple/operations/{run}/")
    assert "All problems that stand, and since when" in page


def test_C19_filters_and_orders(maple: Scene, alice: Client) -> None:
    stands(maple, "code_unknown", 5, 9, data_type="student", field="grade", value="TK")
    stands(maple, "email_invalid", 9, 1, data_type="teacher", field="email")
    stands(maple, "walk_unproved", 0, 4, field="student")
    closed = stands(maple, "date_invalid", 1, 20, data_type="student")
    closed.closed_at = closed.last_seen
    closed.save()

    def codes(query: str) -> list[str]:
        found = alice.get(f"{PAGE}?{query}").context["problems"]
        return [one.row.code for one in found]

    assert codes("") == ["email_invalid", "code_unknown", "walk_unproved"]
    assert codes("order=oldest") == ["code_unknown", "walk_unproved", "email_invalid"]
    assert codes("order=newest") == ["email_invalid", "walk_unproved", "code_unknown"]
    assert codes("order=runs") == ["code_unknown", "walk_unproved", "email_invalid"]
    assert codes("who=sis") == ["email_invalid"]
    assert codes("type=student") == ["code_unknown", "walk_unproved"], "of no type: of all"
    assert codes("code=walk_unproved") == ["walk_unproved"]
    assert codes("state=closed") == ["date_invalid"]
    assert "No problem fits this filter" in look(alice, f"{PAGE}?type=staff&who=sis")
    assert codes("who=nonsense&page=-4&order=x") == codes("")


def test_C19_pages_have_no_gap_and_no_double(maple: Scene, alice: Client) -> None:
    for number in range(120):
        stands(maple, "code_unknown", 3, 1, field="grade", value=f"G{number}", data_type="student")
    seen = [
        one.row.pk
        for page in (1, 2, 3)
        for one in alice.get(f"{PAGE}?page={page}").context["problems"]
    ]
    assert len(seen) == len(set(seen)) == 120
    with CaptureQueriesContext(connection) as queries:
        look(alice)
    assert len(queries) == 8


def test_C19_file_has_all_of_them_safe_and_audited(
    maple: Scene, alice: Client, bob: Client
) -> None:
    for number in range(60):
        stands(maple, "code_unknown", number, field="grade", value=f"=cmd{number}")
    answer = alice.get("/d/maple/problems.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 60
    assert {row["value"][0] for row in rows} == {"'"}, "no formula reaches a spreadsheet"
    assert {row["who_fixes"] for row in rows} == {"Fixed here"}
    assert AuditEvent.objects.filter(verb="problems.exported").count() == 1
    assert bob.get("/d/maple/problems.csv").status_code == 403


def test_C19_the_way_is_in_the_sidebar_while_there_are_any(maple: Scene, alice: Client) -> None:
    assert 'href="/d/maple/problems/"' not in look(alice, "/d/maple/")
    stands(maple, "code_unknown", 3)
    assert 'href="/d/maple/problems/"' in look(alice, "/d/maple/")


def test_C19_readers_see_problems_and_strangers_nothing(
    maple: Scene, bob: Client, charlie: Client
) -> None:
    stands(maple, "code_unknown", 3, field="grade", value="TK", data_type="student")
    shown = look(bob)
    assert "Clever sends TK" in shown
    assert "/codes/" not in shown, "whoever may not mend it is not led there"
    assert charlie.get(PAGE).status_code == 404
    assert charlie.get("/d/maple/problems.csv").status_code == 404
