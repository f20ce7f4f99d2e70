"""Resolve Alerts: who is shown beside whom, what is noted, what Process All Updates does."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, SupportGrant
from core.vocabulary import AlertState, MemberRole, RunState, Trigger
from imports.models import Alert, AlertCandidate, MatchDecision, Run, Schedule
from schools.models import Person
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.pages.scenes_operations import alerts, staged

ALERTS = reverse("alerts", args=["maple"])


@pytest.fixture
def waiting(maple: Scene) -> list[Alert]:
    """Four alerts, and nothing else that waits."""
    Alert.objects.all().delete()
    return alerts(maple, 4)


def address(alert: Alert) -> str:
    return reverse("alert_decide", args=["maple", alert.pk])


def best(alert: Alert) -> Person:
    return alert.candidates.order_by("-score")[0].person


def press(client: Client, alert: Alert, decision: str, **more: Any) -> str:
    """Presses a button of the alert as it is on the screen; what the page says then."""
    data = {"decision": decision, "version": alert.version, **more}
    answer = client.post(address(alert), data, follow=True)
    assert [status for _, status in answer.redirect_chain] == [303]
    return answer.content.decode()


def page_of(alert: Alert) -> str:
    return reverse("alert", args=["maple", alert.pk])


def test_A63_alert_stands_beside_its_possible_matches(waiting: list[Alert], alice: Client) -> None:
    answer = alice.get(page_of(waiting[0]))
    shown = answer.context["shown"]
    person = best(waiting[0])
    assert shown.name == f"{person.first_name} {person.last_name}-Reyes"
    assert (shown.matches[0].person, shown.matches[0].score) == (person, 92)
    marks = {line.label: line.cells[0].mark for line in shown.lines}
    assert (marks["First name"], marks["Last name"]) == ("same", "other")
    assert (marks["Birth date"], marks["Email"], marks["SIS ID"]) == ("same", "same", "other")
    page = answer.content.decode()
    for words in ("Score 92 of 100", "same birth date", "another SIS ID or number", "</svg> same"):
        assert words in page
    assert "Probably here already" in page


def test_A63_menu_has_resolve_alerts_only_while_there_are_any(
    waiting: list[Alert], alice: Client
) -> None:
    overview = reverse("overview", args=["maple"])
    assert f'href="{ALERTS}"' in alice.get(overview).content.decode()
    for alert in waiting:
        staged(alert, "create")
    assert f'href="{ALERTS}"' in alice.get(overview).content.decode(), "decided, not processed"
    Alert.objects.update(state=AlertState.CLOSED)
    assert f'href="{ALERTS}"' not in alice.get(overview).content.decode()
    assert "Nothing to resolve" in alice.get(ALERTS).content.decode()


def test_A64_match_is_noted_and_no_record_is_touched(waiting: list[Alert], alice: Client) -> None:
    person = best(waiting[0])
    before = list(Person.objects.order_by("pk").values_list("pk", "revision", "clever_id"))
    name = f"{person.first_name} {person.last_name}".replace("'", "&#x27;")
    page = press(alice, waiting[0], "match", person=person.pk)
    assert f"Match is noted for {name}-Reyes. It is carried out with Process All Updates." in page
    assert f"Match with {name}" in alice.get(ALERTS).content.decode()
    decision = MatchDecision.objects.get()
    assert (decision.decision, decision.person, decision.staged) == ("match", person, True)
    assert list(Person.objects.order_by("pk").values_list("pk", "revision", "clever_id")) == before
    assert not Run.objects.filter(state=RunState.QUEUED).exists()


def test_A64_match_without_a_chosen_record_says_what_to_do(
    waiting: list[Alert], alice: Client
) -> None:
    assert "Choose the matching record first" in press(alice, waiting[0], "match")
    assert not MatchDecision.objects.exists()


def test_A65_create_record_is_noted_and_skip_takes_it_back(
    waiting: list[Alert], alice: Client
) -> None:
    press(alice, waiting[0], "create", person=best(waiting[0]).pk)
    decision = MatchDecision.objects.get()
    assert (decision.decision, decision.person) == ("create", None), "the chosen record is not"
    waiting[0].refresh_from_db()
    assert "it stays here" in press(alice, waiting[0], "skip")
    assert not MatchDecision.objects.exists()
    waiting[0].refresh_from_db()
    assert waiting[0].state == AlertState.OPEN


def test_A66_process_all_updates_says_how_many_and_starts_one_run(
    waiting: list[Alert], alice: Client
) -> None:
    process = reverse("alerts_process", args=["maple"])
    assert process not in alice.get(ALERTS).content.decode(), "nothing is noted yet"
    press(alice, waiting[0], "match", person=best(waiting[0]).pk)
    press(alice, waiting[1], "create")
    page = alice.get(ALERTS).content.decode()
    assert "2 decisions wait for Process All Updates:" in page
    assert "1 to match with a record, 1 to create" in page
    answer = alice.post(process)
    run = Run.objects.get(state=RunState.QUEUED)
    assert (run.trigger, run.requested_by) == (Trigger.ALERTS, scenes.ALICE)
    assert (answer.status_code, answer["Location"]) == (303, reverse("run", args=["maple", run.pk]))
    assert not MatchDecision.objects.filter(staged=True).exists()


def test_A66_process_all_updates_of_nothing_says_so(waiting: list[Alert], alice: Client) -> None:
    answer = alice.post(reverse("alerts_process", args=["maple"]), follow=True)
    assert "Nothing is waiting to be processed" in answer.content.decode()


def test_A48_before_the_first_import_decisions_wait_for_the_test(
    waiting: list[Alert], alice: Client
) -> None:
    Schedule.objects.update(first_import_at=None)
    said = press(alice, waiting[0], "create")
    assert "Start Import carries it out." in said
    assert "Process All Updates" not in said
    page = alice.get(ALERTS).content.decode()
    assert "1 decision waits for the first import." in page
    assert "The next Test Import shows its effect, and Start Import carries it out." in page
    for address in (page_of(waiting[0]), page_of(waiting[1])):
        one = alice.get(address).content.decode()
        assert "The next Test Import shows its effect, and Start Import carries it out." in one
        assert "Process All Updates" not in one
    assert reverse("alerts_process", args=["maple"]) not in page
    answer = alice.post(reverse("alerts_process", args=["maple"]), follow=True)
    assert "Start Import carries them out" in answer.content.decode()
    assert MatchDecision.objects.get().staged


def test_A67_alert_that_waits_has_made_no_record(waiting: list[Alert], alice: Client) -> None:
    ids = [alert.clever_id for alert in waiting]
    assert alice.get(ALERTS).status_code == 200
    assert not Person.objects.filter(clever_id__in=ids).exists()


def test_H07_second_admin_sees_who_decided_what_and_when(
    waiting: list[Alert], alice: Client
) -> None:
    olive = signed_in(scenes.OLIVE)
    person = best(waiting[0])
    press(alice, waiting[0], "match", person=person.pk)
    page = press(olive, waiting[0], "create")  # with the version that was on her screen
    assert f"{scenes.ALICE} decided on" in page
    assert f"match with record {person.pk}" in page
    assert MatchDecision.objects.get().decided_by == scenes.ALICE


def test_H08_decision_on_a_record_that_changed_is_refused_and_skipped(
    waiting: list[Alert], alice: Client
) -> None:
    person, other = best(waiting[0]), best(waiting[1])
    Person.objects.filter(pk=person.pk).update(revision=7)
    page = press(alice, waiting[0], "match", person=person.pk)
    assert "was changed since this alert was made. Look at it once more" in page
    assert not MatchDecision.objects.exists()
    press(alice, waiting[1], "match", person=other.pk)
    press(alice, waiting[2], "create")
    Person.objects.filter(pk=other.pk).update(revision=7)
    page = alice.post(reverse("alerts_process", args=["maple"]), follow=True).content.decode()
    assert f"Skipped: the record chosen for Clever ID {waiting[1].clever_id}" in page
    waiting[1].refresh_from_db()
    assert waiting[1].state == AlertState.OPEN


def test_H09_one_record_is_not_chosen_twice_and_the_other_alert_is_named(
    waiting: list[Alert], alice: Client
) -> None:
    person = best(waiting[0])
    AlertCandidate.objects.create(
        alert=waiting[1], person=person, score=85, person_revision=person.revision
    )
    press(alice, waiting[0], "match", person=person.pk)
    name = f"{person.first_name} {person.last_name}-Reyes".replace("'", "&#x27;")
    page = press(alice, waiting[1], "match", person=person.pk)
    where = f"is chosen already for {name}, alert {waiting[0].pk}, by {scenes.ALICE}"
    assert where in page
    assert MatchDecision.objects.count() == 1


def test_B05_viewer_compares_masked_and_decides_nothing(waiting: list[Alert], bob: Client) -> None:
    person = best(waiting[0])
    pages = [bob.get(address).content.decode() for address in (ALERTS, page_of(waiting[0]))]
    page = "".join(pages).replace("<wbr>", "")
    for secret in (person.last_name, person.email, person.sis_id, str(person.birth_date)):
        assert str(secret) not in page
    assert waiting[0].clever_id not in page
    assert "Never this pair" not in page
    for button in ('name="decision"', 'name="act"', 'name="pick"', 'name="q"'):
        assert button not in page
    assert bob.post(address(waiting[0]), {"decision": "create", "version": 1}).status_code == 403
    assert bob.post(reverse("alerts_process", args=["maple"])).status_code == 403
    assert not MatchDecision.objects.exists()


def test_C33_stranger_librarian_and_support_find_no_alerts(
    waiting: list[Alert], charlie: Client
) -> None:
    sam = signed_in(scenes.SAM)
    for client in (charlie, signed_in(scenes.LEE), sam):
        assert client.get(ALERTS).status_code == 404
    assert ALERTS not in sam.get(reverse("overview", args=["maple"])).content.decode()
    assert charlie.post(address(waiting[0]), {"decision": "create"}).status_code == 404
    SupportGrant.objects.create(
        district=waiting[0].district, user=scenes.user(scenes.SAM), reason="A question",
        granted_by=scenes.ALICE, until=waiting[0].opened_at.replace(year=2090),
    )  # fmt: skip
    assert sam.get(ALERTS).status_code == 200
    assert sam.post(address(waiting[0]), {"decision": "create"}).status_code == 403


def test_alert_of_another_district_is_not_found(
    waiting: list[Alert], juniper: Scene, alice: Client
) -> None:
    theirs = reverse("alert_decide", args=["juniper", waiting[0].pk])
    assert alice.post(theirs, {"decision": "create", "version": 1}).status_code == 404
    assert not MatchDecision.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {}, {"decision": "match"}, {"decision": "\x00", "version": 1},
        {"decision": "match", "version": "1", "person": "9" * 40},
        {"decision": "match", "version": "1", "person": "' OR 1=1"},
        {"decision": "match", "version": "1", "person": "-3"},
        {"decision": "create", "version": "\x00"}, {"decision": "create", "version": "9" * 30},
        {"decision": "never", "version": "1"}, {"decision": "match", "version": "1", "person": 1},
    ],
)  # fmt: skip
def test_hostile_decision_is_a_sentence_and_nothing_is_noted(
    waiting: list[Alert], alice: Client, data: dict[str, Any]
) -> None:
    answer = alice.post(address(waiting[0]), data, follow=True)
    assert answer.status_code == 200
    assert 'class="note bad"' in answer.content.decode()
    assert not MatchDecision.objects.exists()


def test_alerts_are_filtered_and_paged_without_gap_or_double(
    maple: Scene, waiting: list[Alert], alice: Client
) -> None:
    Alert.objects.filter(pk=waiting[3].pk).update(reason="several_candidates")
    staged(waiting[0], "create")

    def numbers(**asked: Any) -> list[int]:
        return [one.alert.pk for one in alice.get(ALERTS, asked).context["alerts"]]

    assert numbers(reason="several_candidates") == [waiting[3].pk]
    assert numbers(state="staged") == [waiting[0].pk]
    assert numbers(data_type="teacher") == []
    Alert.objects.bulk_create(
        Alert(district=maple.district, data_type="student", clever_id=f"a{n}", reason="x")
        for n in range(20)
    )
    seen: list[int] = []
    asked: dict[str, Any] = {}
    while True:
        answer = alice.get(ALERTS, asked)
        seen += [one.alert.pk for one in answer.context["alerts"]]
        if answer.context["next"] is None:
            break
        asked = {"after": answer.context["next"]}
    assert seen == list(Alert.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("asked", ["state=%00", "reason=x", "after=" + "9" * 40, "data_type=%FF"])
def test_bad_filter_of_alerts_is_no_fault(waiting: list[Alert], alice: Client, asked: str) -> None:
    assert len(alice.get(f"{ALERTS}?{asked}").context["alerts"]) == 4


def test_taken_user_name_is_told_but_not_decided(waiting: list[Alert], alice: Client) -> None:
    Alert.objects.update(reason="username_taken")
    page = alice.get(page_of(waiting[0])).content.decode()
    assert "This alert closes by itself." in page
    assert 'name="decision"' not in page
    assert "is not about who somebody is" in press(alice, waiting[0], "create")


def test_operator_may_decide_and_nothing_is_printed_unescaped(waiting: list[Alert]) -> None:
    assert Membership.objects.filter(role=MemberRole.OPERATOR, user__email=scenes.OLIVE).exists()
    Person.objects.update(first_name="<script>alert(1)</script>")
    olive = signed_in(scenes.OLIVE)
    assert 'name="decision"' in olive.get(page_of(waiting[0])).content.decode()
    for shown in (ALERTS, page_of(waiting[0]), reverse("alert_decisions", args=["maple"])):
        assert "<script>alert(1)" not in olive.get(shown).content.decode()


def test_queries_of_alerts_do_not_grow(maple: Scene, waiting: list[Alert], alice: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(ALERTS).status_code == 200
        return len(captured)

    few = queries()
    Alert.objects.all().delete()
    alerts(maple, 30)
    assert queries() == few == 23


def test_A61_A62_A63_more_menu_leads_to_logs_and_alerts_for_who_may_see_them(
    waiting: list[Alert], alice: Client, bob: Client
) -> None:
    overview, updates = reverse("overview", args=["maple"]), reverse("updates_log", args=["maple"])
    for alert in waiting:
        staged(alert, "create")
    for client in (alice, bob):
        page = client.get(overview).content.decode()
        assert f'<a href="{updates}">' in page
        assert "View Student Updates Log" in page
        assert "Resolve Alerts (4)" in page, "decided, but not processed yet"
        assert "View Log</a>" in page
    for_support = signed_in(scenes.SAM).get(overview).content.decode()
    assert updates not in for_support
    assert ALERTS not in for_support
