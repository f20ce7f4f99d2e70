"""Resolve Alerts: deciding, taking back, and Process All Updates (A63-A67, H07-H09)."""

import re

import pytest

from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.vocabulary import AlertState, Decision, RunState, Trigger
from imports import alerts
from imports.alerts import decide, process, staged
from imports.models import Alert, MatchDecision, Run
from schools.models import District, Person
from tests.imports_alerts.setting import district, imported, mirrored, person, run
from tests.imports_alerts.test_alert_rows import ANA, raised

pytestmark = pytest.mark.django_db
BEN = "ben@maple.example"


@pytest.fixture
def maple() -> District:
    return district()


@pytest.fixture
def here(maple: District) -> Person:
    return person(maple)


@pytest.fixture
def alert(maple: District, here: Person) -> Alert:
    mirrored(maple, "c1")
    return raised(run(maple), "c1", here, person(maple, "Garcia Lopez"))


def test_A64_match_is_staged_and_writes_no_record(alert: Alert, here: Person) -> None:
    before = Person.objects.values_list("pk", "revision", "clever_id")
    known = list(before)
    decided = decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    assert decided.state == AlertState.STAGED
    assert list(before.all()) == known
    row = MatchDecision.objects.get()
    assert (row.person, row.decision, row.staged, row.decided_by) == (here, "match", True, ANA)
    assert row.person_revision == here.revision
    audit = AuditEvent.objects.get(verb="alert match")
    assert (audit.actor, audit.subject) == (ANA, f"alert {alert.pk}")


def test_A65_create_replaces_an_earlier_choice(alert: Alert, here: Person) -> None:
    decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    decide(alert_id=alert.pk, decision=Decision.CREATE, by=ANA)
    assert [(d.decision, d.person) for d in MatchDecision.objects.all()] == [("create", None)]


def test_skip_takes_back_what_was_staged(alert: Alert, here: Person) -> None:
    decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    skipped = decide(alert_id=alert.pk, decision=Decision.SKIP, by=ANA)
    assert skipped.state == AlertState.OPEN
    assert not MatchDecision.objects.exists()


def test_C14_never_rules_out_one_pair_or_all(alert: Alert, here: Person) -> None:
    one = decide(alert_id=alert.pk, decision=Decision.NEVER, person_id=here.pk, by=ANA)
    assert one.state == AlertState.OPEN, "another candidate is left"
    every = decide(alert_id=alert.pk, decision=Decision.NEVER, by=ANA)
    assert every.state == AlertState.STAGED
    assert MatchDecision.objects.filter(decision="never").count() == 2


def test_H07_the_second_to_decide_sees_who_decided_what(alert: Alert, here: Person) -> None:
    seen = alert.version
    decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA, version=seen)
    with pytest.raises(ConsoleError) as refused:
        decide(alert_id=alert.pk, decision=Decision.CREATE, by=BEN, version=seen)
    assert refused.value.code == "alert_changed"
    assert ANA in refused.value.sentence
    assert f"match with record {here.pk}" in refused.value.sentence
    assert re.search(r"on \d+ \w+ \d{4} at \d\d:\d\d UTC", refused.value.sentence)
    assert MatchDecision.objects.get().decision == "match"


def test_H08_a_record_that_changed_since_it_was_shown_is_not_taken(
    alert: Alert, here: Person
) -> None:
    Person.objects.filter(pk=here.pk).update(revision=7)
    with pytest.raises(ConsoleError) as refused:
        decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    assert refused.value.code == "candidate_changed"
    assert not MatchDecision.objects.exists()
    decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    assert MatchDecision.objects.get().person_revision == 7, "the second look is at the new one"


def test_H09_one_record_is_chosen_for_one_clever_person_only(
    maple: District, alert: Alert, here: Person
) -> None:
    other = raised(run(maple), "c2", here)
    decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    with pytest.raises(ConsoleError) as refused:
        decide(alert_id=other.pk, decision=Decision.MATCH, person_id=here.pk, by=BEN)
    assert refused.value.code == "chosen_twice"
    assert f"alert {alert.pk}" in refused.value.sentence
    decide(alert_id=alert.pk, decision=Decision.CREATE, by=ANA)
    decide(alert_id=other.pk, decision=Decision.MATCH, person_id=here.pk, by=BEN)


def test_only_a_candidate_of_the_alert_can_be_chosen(maple: District, alert: Alert) -> None:
    stranger = person(maple, "Okafor")
    with pytest.raises(ConsoleError, match="not one of the candidates"):
        decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=stranger.pk, by=ANA)
    with pytest.raises(ConsoleError, match="no alert"):
        decide(alert_id=alert.pk, decision=Decision.CREATE, by=ANA, district=district("cedar"))


def test_a_taken_user_name_is_no_question_of_identity(maple: District, here: Person) -> None:
    alert = raised(run(maple), "c1", here, reason="username_taken")
    with pytest.raises(ConsoleError) as refused:
        decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    assert refused.value.code == "not_of_identity"


def test_a_closed_alert_is_not_decided(alert: Alert) -> None:
    Alert.objects.filter(pk=alert.pk).update(state="decided")
    with pytest.raises(ConsoleError, match="closed already"):
        decide(alert_id=alert.pk, decision=Decision.CREATE, by=ANA)


def test_A66_process_all_updates_starts_one_run_for_the_staged_decisions(
    maple: District, alert: Alert, here: Person
) -> None:
    decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    assert [d.person for d in staged(maple)] == [here]
    done = process(district=maple, by=BEN)
    assert done.run is not None
    assert (done.decisions, done.skipped) == (1, [])
    assert (done.run.trigger, done.run.data_types) == (Trigger.ALERTS, ["student"])
    assert staged(maple) == []
    found = alerts.decisions_for(maple.pk, ["c1"], include_staged=False)
    assert found["c1"].match == here.pk, "from now on every run obeys it"


def test_H07_process_checks_again_and_reports_what_it_skips(
    maple: District, alert: Alert, here: Person
) -> None:
    other = raised(run(maple), "c2", person(maple, "Okafor"))
    decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    decide(alert_id=other.pk, decision=Decision.CREATE, by=ANA)
    Person.objects.filter(pk=here.pk).update(revision=9)
    done = process(district=maple, by=BEN)
    assert done.decisions == 1
    assert len(done.skipped) == 1
    assert "c1" in done.skipped[0]
    assert ANA in done.skipped[0]
    alert.refresh_from_db()
    assert alert.state == AlertState.OPEN


def test_A48_before_the_first_import_decisions_stay_staged(maple: District) -> None:
    maple.schedules.all().delete()
    alert = raised(run(maple, live=False), "c1", person(maple))
    decide(alert_id=alert.pk, decision=Decision.CREATE, by=ANA)
    with pytest.raises(ConsoleError, match="Start Import carries them out"):
        process(district=maple, by=BEN)
    assert MatchDecision.objects.get().staged
    imported(maple, "student")
    assert process(district=maple, by=BEN).run is not None


def test_process_waits_for_the_run_that_is_on(maple: District, alert: Alert) -> None:
    decide(alert_id=alert.pk, decision=Decision.CREATE, by=ANA)
    on = run(maple, state=RunState.VALIDATING)
    with pytest.raises(ConsoleError) as refused:
        process(district=maple, by=BEN)
    assert (refused.value.code, f"#{on.pk}" in refused.value.sentence) == ("run_is_on", True)
    assert MatchDecision.objects.get().staged, "nothing was changed"
    assert Run.objects.filter(trigger=Trigger.ALERTS).count() == 0


def test_process_without_decisions_says_so(maple: District, alert: Alert) -> None:
    with pytest.raises(ConsoleError) as refused:
        process(district=maple, by=BEN)
    assert refused.value.code == "none_staged"
