"""Activity: the audit in plain sentences, filtered, paged and downloaded (C23)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, User
from accounts.support import grant_support
from core.vocabulary import MemberRole
from integration_console.activity.found import PAGE, Wanted, actors, page
from integration_console.activity.words import SENTENCES, verbs_of
from schools.models import District
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, BOB, OLIVE, SAM, Scene

ACTIVITY = "/d/maple/activity/"


def text(client: Client, **query: str) -> str:
    answer = client.get(ACTIVITY, query)
    assert answer.status_code == 200
    return answer.content.decode().replace("<wbr>", "")


def sentences(client: Client, **query: str) -> list[str]:
    return [line.sentence for line in client.get(ACTIVITY, query).context["lines"]]


def test_C23_who_did_what_stands_in_sentences(maple: Scene, alice: Client) -> None:
    district, school = maple.district, maple.schools[3]
    bob = User.objects.get(email=BOB)
    audit.record(district, ALICE, "people.site", "3 people", count=1203, school=school.pk)
    audit.record(district, ALICE, "member.change", str(bob.pk), role="viewer", role_before="owner")
    audit.record(district, "schedule", "imported", f"run {maple.runs['done'].pk}", written=1253,
                 stale=2)  # fmt: skip
    audit.record(district, ALICE, "person.edited", f"person:{maple.person.pk}",
                 fields=["grade", "last_name"])  # fmt: skip
    audit.record(district, ALICE, "brake.off", "student/updates", old="75 %", new="off",
                 reason="<b>We know</b>")  # fmt: skip
    shown = text(alice)
    for said in (
        f"Moved people to {school.name}: 1,203.", f"Made {BOB} Viewer; before: Owner.",
        "Imported: 1,253 written, 2 left for the next run.", "The schedule",
        "Edited a record: Level and Last name.",
        "Switched a brake off (student/updates). Reason: &lt;b&gt;We know",
    ):  # fmt: skip
        assert said in shown
    assert reverse("run", args=["maple", maple.runs["done"].pk]) in shown
    assert reverse("person", args=["maple", maple.person.pk]) in shown
    # Whom it was about is known by the record's page only, where the look is recorded.
    assert str(maple.person.last_name) not in shown


def test_C23_a_verb_without_a_sentence_is_shown_all_the_same(maple: Scene, alice: Client) -> None:
    audit.record(maple.district, ALICE, "something.new", "thing 4")
    audit.record(maple.district, ALICE, "rules.publish", "nonsense")
    assert "Something.new: thing 4" in sentences(alice)
    assert "Published version – of the settings for nonsense." in sentences(alice)


def test_C23_activity_is_filtered_by_who_what_and_when(maple: Scene, alice: Client) -> None:
    today = timezone.now().date()
    audit.record(maple.district, ALICE, "clever.enable")
    audit.record(maple.district, OLIVE, "people.exported", "student")
    AuditEvent.objects.bulk_create(
        [AuditEvent(district=maple.district, actor=OLIVE, verb="clever.disable",
                    at=timezone.now() - timedelta(days=9))]
    )  # fmt: skip
    on, export, off = (
        "Switched Clever on.", "Downloaded a list of people: Students.", "Switched Clever off.",
    )  # fmt: skip
    assert sentences(alice) == [export, on, off]
    assert sentences(alice, actor=OLIVE) == [export, off]
    assert sentences(alice, kind="settings") == [on, off]
    assert sentences(alice, kind="settings", actor=ALICE) == [on]
    assert sentences(alice, since=f"{today - timedelta(days=2)}") == [export, on]
    assert sentences(alice, until=f"{today - timedelta(days=2)}") == [off]
    assert sentences(alice, kind="access") == []
    assert "Nothing fits this filter" in text(alice, kind="access")
    backwards = text(alice, since=str(today), until=f"{today - timedelta(days=2)}")
    assert "choose the same day as From" in backwards
    assert "choose one of the list" in text(alice, actor="mallory", kind="x")
    assert text(alice, at="nonsense", row="\x00", subject="person:x' OR 1")


def test_C23_one_record_can_be_asked_about(maple: Scene, alice: Client) -> None:
    person, other = maple.person.pk, maple.person.pk + 1
    for number in (person, other):
        audit.record(maple.district, OLIVE, "person.seen", f"person:{number}")
    shown = alice.get(ACTIVITY, {"subject": f"person:{person}"})
    assert [line.link_label for line in shown.context["lines"]] == [f"Record {person}"]
    page_of_person = alice.get(reverse("person", args=["maple", person])).content.decode()
    assert f"{ACTIVITY}?subject=person:{person}" in page_of_person


def test_C33_what_support_does_is_marked_as_such(maple: Scene, alice: Client) -> None:
    sam = User.objects.get(email=SAM)
    now = timezone.now()
    grant_support(
        district=maple.district, user=sam, reason="A pair of twins", until=now + timedelta(hours=1),
        now=now, by=SAM,
    )  # fmt: skip
    signed_in(SAM).get(reverse("person", args=["maple", maple.person.pk]))
    lines = alice.get(ACTIVITY).context["lines"]
    assert [(line.who, line.support) for line in lines] == [(SAM, True), (SAM, True)]
    assert lines[1].sentence == "Support was let in to see people: A pair of twins"


def test_C23_activity_is_for_those_who_set_it_up(maple: Scene) -> None:
    for email, status in ((BOB, 403), (OLIVE, 403), (scenes.LEE, 404), (SAM, 403)):
        client = signed_in(email)
        for name in ("activity", "activity_csv"):
            assert client.get(reverse(name, args=["maple"])).status_code == status, email
    owner = User.objects.get(email=ALICE)
    owner.memberships.filter(district=maple.district).update(role=MemberRole.IMPORT_ADMIN)
    assert signed_in(ALICE).get(ACTIVITY).status_code == 200
    assert ">Activity<" not in signed_in(BOB).get("/d/maple/").content.decode().replace(" ", "")


def test_C23_other_districts_do_not_see_it(maple: Scene, juniper: Scene, alice: Client) -> None:
    audit.record(maple.district, OLIVE, "clever.enable")
    audit.record(None, SAM, "account.close", "1")
    assert alice.get("/d/juniper/activity/").context["lines"] == []
    assert actors(juniper.district) == []


def filled(district: District, number: int) -> None:
    """So many rows, some of the same moment, as those of one transaction are; without a chain."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO accounts_auditevent (district_id, actor, verb, subject, details, at)"
            " SELECT %s, %s, 'person.seen', 'person:' || n, '{}', now() - (n / 7) * interval"
            " '1 min' FROM generate_series(1, %s) AS n",
            [district.pk, ALICE, number],
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


@pytest.mark.parametrize("kind", ["", "looks"])
def test_H18_pages_show_every_row_once(maple: Scene, alice: Client, kind: str) -> None:
    filled(maple.district, 2 * PAGE + 20)
    seen, query = list[int](), {"kind": kind}
    while True:
        answer = alice.get(ACTIVITY, query)
        seen += [int(line.link_label.split()[1]) for line in answer.context["lines"]]
        following = answer.context["next"]
        if following is None:
            break
        query = {"kind": kind, "at": following.at.isoformat(), "row": following.pk}
    assert sorted(seen) == list(range(1, 2 * PAGE + 21))
    assert len(seen) == 2 * PAGE + 20


def test_H18_page_of_a_huge_log_reads_no_more_than_a_page(maple: Scene, alice: Client) -> None:
    filled(maple.district, 30_000)
    audit.record(maple.district, OLIVE, "clever.enable")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_auditevent")
        for wanted in (
            Wanted(), Wanted(actor=OLIVE), Wanted(kind="settings"), Wanted(kind="looks"),
            Wanted(subject="person:5"), Wanted(since=timezone.now().date()),
        ):  # fmt: skip
            with CaptureQueriesContext(connection) as asked:
                page(maple.district, wanted, None)
            (statement,) = (query["sql"] for query in asked.captured_queries)
            cursor.execute(f"EXPLAIN ANALYZE {statement}")
            plan = "\n".join(row for (row,) in cursor.fetchall())
            assert "Seq Scan" not in plan, (wanted, plan)
            removed = re.findall(r"Rows Removed by Filter: (\d+)", plan)
            assert all(int(number) < PAGE for number in removed), (wanted, plan)
    with CaptureQueriesContext(connection) as asked:
        alice.get(ACTIVITY)
    assert len(asked) == 7


def test_C23_wrong_password_is_noted_once_an_hour(maple: Scene, client: Client) -> None:
    for address in (ALICE, ALICE.upper(), "nobody@maple.example"):
        client.post("/accounts/login/", {"login": address, "password": "not this one"})
    (event,) = AuditEvent.objects.filter(verb="login.failed")
    assert (event.actor, event.district) == (ALICE, maple.district)
    assert any("a wrong password" in said for said in sentences(signed_in(ALICE)))


def test_kinds_have_their_verbs() -> None:
    assert sum(len(verbs_of(said.kind)) for said in {s.kind: s for s in SENTENCES.values()}.values()
               ) == len(SENTENCES)  # fmt: skip
