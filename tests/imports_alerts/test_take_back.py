"""Decisions that are taken back, and those that came to nothing (C14, H07)."""

import pytest

from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.vocabulary import AlertState, Decision
from imports import alerts
from imports.alerts import decide, process, take_back
from imports.models import Alert, MatchDecision
from schools.models import District, Person
from tests.imports_alerts.setting import district, mirrored, person, run
from tests.imports_alerts.test_alert_rows import ANA, raised

pytestmark = pytest.mark.django_db


@pytest.fixture
def maple() -> District:
    return district()


@pytest.fixture
def here(maple: District) -> Person:
    return person(maple)


@pytest.fixture
def alert(maple: District, here: Person) -> Alert:
    mirrored(maple, "c1")
    return raised(run(maple), "c1", here)


def decided(maple: District, decision: str, one: Person | None, **more: object) -> MatchDecision:
    values: dict[str, object] = {"staged": False, "done_in": run(maple), **more}
    return MatchDecision.objects.create(
        district=maple, clever_id="c1", person=one, decision=decision, decided_by=ANA, **values
    )


def test_C14_a_staged_decision_is_taken_back_and_the_alert_is_open(
    maple: District, alert: Alert, here: Person
) -> None:
    decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    version = Alert.objects.get().version
    take_back(decision_id=MatchDecision.objects.get().pk, district=maple, by=ANA)
    alert.refresh_from_db()
    assert (alert.state, alert.version) == (AlertState.OPEN, version + 1)
    assert AuditEvent.objects.get(verb="decision taken back").details["person"] == here.pk


def test_C14_never_taken_back_lets_the_next_run_look_again(maple: District, here: Person) -> None:
    never = decided(maple, "never", here)
    found = alerts.decisions_for(maple.pk, ["c1"], include_staged=False)
    assert found["c1"].never == {here.pk}
    take_back(decision_id=never.pk, district=maple, by=ANA)
    assert alerts.decisions_for(maple.pk, ["c1"], include_staged=False) == {}


def test_C15_what_was_carried_out_is_not_forgotten_but_unlinked_or_merged(
    maple: District, here: Person
) -> None:
    match, create = decided(maple, "match", here), decided(maple, "create", None)
    Person.objects.filter(pk=here.pk).update(clever_id="c1")
    with pytest.raises(ConsoleError, match="Unlink it"):
        take_back(decision_id=match.pk, district=maple, by=ANA)
    with pytest.raises(ConsoleError, match="merge the two"):
        take_back(decision_id=create.pk, district=maple, by=ANA)
    Person.objects.filter(pk=here.pk).update(clever_id=None)
    take_back(decision_id=match.pk, district=maple, by=ANA)
    assert list(MatchDecision.objects.all()) == [create]


def test_a_decision_of_another_district_or_taken_back_already_is_refused(
    maple: District, here: Person
) -> None:
    never = decided(maple, "never", here)
    with pytest.raises(ConsoleError, match="taken back already"):
        take_back(decision_id=never.pk, district=district("cedar"), by=ANA)
    take_back(decision_id=never.pk, district=maple, by=ANA)
    with pytest.raises(ConsoleError, match="taken back already"):
        take_back(decision_id=never.pk, district=maple, by=ANA)


def test_skip_keeps_a_pair_that_was_ruled_out_before(
    maple: District, alert: Alert, here: Person
) -> None:
    other = person(maple, "Okafor")
    kept = decided(maple, "never", other, done_in=None)
    decide(alert_id=alert.pk, decision=Decision.CREATE, by=ANA)
    decide(alert_id=alert.pk, decision=Decision.SKIP, by=ANA)
    assert list(MatchDecision.objects.all()) == [kept]


def test_H07_what_process_skipped_stands_at_its_alert_until_somebody_decides(
    maple: District, alert: Alert, here: Person
) -> None:
    decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    other = raised(run(maple), "c2", person(maple, "Okafor"))
    decide(alert_id=other.pk, decision=Decision.CREATE, by=ANA)
    Person.objects.filter(pk=here.pk).update(revision=9)
    done = process(district=maple, by=ANA)
    assert done.run is not None
    alert.refresh_from_db()
    assert alert.skipped == {
        "why": "record_changed", "decision": "match", "person": here.pk, "by": ANA,
        "run": done.run.pk,
    }  # fmt: skip
    assert AuditEvent.objects.get(verb="alerts processed").details["skipped"] == 1
    decide(alert_id=alert.pk, decision=Decision.CREATE, by=ANA)
    alert.refresh_from_db()
    assert alert.skipped == {}


def test_H08_a_decision_that_a_run_could_not_carry_out_is_told_at_its_alert(
    maple: District, alert: Alert, here: Person
) -> None:
    decided(maple, "match", here, done_in=None, person_revision=1)
    again = run(maple)
    raised(again, "c1", here)
    alert.refresh_from_db()
    assert (alert.skipped["why"], alert.skipped["run"]) == ("asked_again", again.pk)
    assert alert.skipped["person"] == here.pk
