"""Alerts as runs write them: opened, renewed, closed, and carried out."""

import pytest

from core.vocabulary import AlertState, DataType, Decision
from imports.alert_rows import AlertRow, decisions_for, finish, mark_done, obeys_staged, store
from imports.alerts import decide
from imports.likeness import Scored
from imports.matcher import Decisions
from imports.models import Alert, MatchDecision, Run
from schools.models import District, Person
from tests.imports_alerts.setting import NOW, district, mirrored, person, planned, run

pytestmark = pytest.mark.django_db
ANA = "ana@maple.example"


@pytest.fixture
def maple() -> District:
    return district()


def raised(of: Run, clever_id: str, *people: Person, reason: str = "likely_duplicate") -> Alert:
    """Stores the alert as a planning would, and hands back its row."""
    candidates = [Scored(one.pk, 90, ("same_last_name",), one.revision) for one in people]
    store(of, [AlertRow(clever_id, DataType.STUDENT, reason, candidates)])
    return Alert.objects.exclude(state__in=["closed", "decided"]).get(
        clever_id=clever_id, reason=reason
    )


def test_A63_an_alert_opens_once_and_is_renewed(maple: District) -> None:
    here = person(maple)
    first, second = run(maple), run(maple)
    alert = raised(first, "c1", here)
    assert [c.person_id for c in alert.candidates.all()] == [here.pk]
    again = raised(second, "c1", here)
    assert (again.pk, again.version) == (alert.pk, alert.version)
    assert (again.first_run, again.last_run) == (first, second)


def test_H07_the_version_rises_with_the_candidates(maple: District) -> None:
    one, other = person(maple), person(maple, "Garcia Lopez")
    alert = raised(run(maple), "c1", one)
    changed = raised(run(maple), "c1", one, other)
    assert changed.version == alert.version + 1
    assert changed.candidates.count() == 2
    Person.objects.filter(pk=one.pk).update(revision=2)
    one.refresh_from_db()
    assert raised(run(maple), "c1", one, other).version == alert.version + 2


def test_C14_an_alert_closes_when_its_reason_is_gone(maple: District) -> None:
    here = person(maple)
    mirrored(maple, "c1")
    alert = raised(run(maple), "c1", here)
    other_type = run(maple, data_types=["teacher"])
    finish(other_type)
    alert.refresh_from_db()
    assert alert.state == AlertState.OPEN, "a run of teachers says nothing about students"
    finish(run(maple))
    alert.refresh_from_db()
    assert (alert.state, alert.closed_at is not None) == (AlertState.CLOSED, True)
    assert raised(run(maple), "c1", here).pk != alert.pk, "it may come back"


def test_a_district_closes_only_its_own(maple: District) -> None:
    other = district("cedar")
    alert = raised(run(other), "c1", person(other))
    finish(run(maple))
    alert.refresh_from_db()
    assert alert.state == AlertState.OPEN


def test_A48_a_test_and_a_first_import_obey_staged_decisions_and_a_later_run_does_not(
    maple: District,
) -> None:
    test, later = run(maple, live=False), run(maple)
    assert obeys_staged(test)
    assert not obeys_staged(later)
    assert obeys_staged(run(maple, tested_run=test))
    assert obeys_staged(run(maple, data_types=["student", "teacher"])), "no teacher came yet"
    here = person(maple)
    alert = raised(test, "c1", here)
    decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    assert decisions_for(maple.pk, ["c1"], include_staged=False) == {}
    staged = decisions_for(maple.pk, ["c1", "c2"], include_staged=True)
    assert staged == {"c1": Decisions(match=here.pk)}


def test_C14_decisions_of_a_pair_are_remembered(maple: District) -> None:
    one, other = person(maple), person(maple, "Garcia Lopez")
    MatchDecision.objects.create(
        district=maple, clever_id="c1", person=one, decision="never", decided_by=ANA, staged=False
    )
    MatchDecision.objects.create(
        district=maple, clever_id="c1", decision="create", decided_by=ANA, staged=False
    )
    MatchDecision.objects.create(
        district=maple, clever_id="c2", person=other, decision="match", decided_by=ANA,
        staged=False, done_in=run(maple), person_revision=0,
    )  # fmt: skip
    assert decisions_for(maple.pk, ["c1", "c2"], include_staged=False) == {
        "c1": Decisions(never=frozenset({one.pk}), create=True),
        "c2": Decisions(match=other.pk),
    }


@pytest.mark.parametrize("change", [{"revision": 2}, {"archived_at": NOW}])
def test_H08_a_choice_of_a_record_that_changed_is_void_and_the_alert_open_again(
    maple: District, change: dict[str, object]
) -> None:
    here = person(maple)
    alert = raised(run(maple), "c1", here)
    decide(alert_id=alert.pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    Person.objects.filter(pk=here.pk).update(**change)
    assert decisions_for(maple.pk, ["c1"], include_staged=True)["c1"].match is None
    nightly = raised(run(maple), "c1", here)
    assert nightly.state == AlertState.STAGED, "a run that does not obey it says nothing about it"
    tested = raised(run(maple, live=False), "c1", here)
    assert tested.state == AlertState.OPEN
    assert not MatchDecision.objects.filter(clever_id="c1").exists()


def test_A66_a_staged_decision_survives_runs_that_do_not_meet_its_alert(maple: District) -> None:
    here = person(maple)
    mirrored(maple, "c1")
    alert = raised(run(maple), "c1", here)
    decide(alert_id=alert.pk, decision=Decision.CREATE, by=ANA)
    finish(run(maple, live=False))
    alert.refresh_from_db()
    assert alert.state == AlertState.STAGED
    assert MatchDecision.objects.get(clever_id="c1").staged


@pytest.mark.parametrize("gone", ["linked", "unshared"])
def test_a_staged_alert_closes_when_there_is_nobody_to_place(maple: District, gone: str) -> None:
    here = person(maple)
    if gone == "linked":
        mirrored(maple, "c1")
    alert = raised(run(maple), "c1", here)
    decide(alert_id=alert.pk, decision=Decision.CREATE, by=ANA)
    if gone == "linked":
        Person.objects.filter(pk=here.pk).update(clever_id="c1")
    finish(run(maple))
    alert.refresh_from_db()
    assert alert.state == AlertState.CLOSED
    assert not MatchDecision.objects.exists()


def test_A66_an_import_marks_what_it_carried_out(maple: District) -> None:
    here, held = person(maple), person(maple, "Okafor")
    test = run(maple, live=False)
    alerts = [raised(test, clever_id, here, held) for clever_id in ("c1", "c2", "c3")]
    decide(alert_id=alerts[0].pk, decision=Decision.MATCH, person_id=here.pk, by=ANA)
    decide(alert_id=alerts[1].pk, decision=Decision.CREATE, by=ANA)
    decide(alert_id=alerts[2].pk, decision=Decision.MATCH, person_id=held.pk, by=ANA)
    live = run(maple, tested_run=test)
    planned(live, "link", "c1", person=here)
    planned(live, "create", "c2")
    planned(live, "link", "c3", person=held, exception="stale")
    mark_done(live)
    states = [Alert.objects.get(pk=alert.pk).state for alert in alerts]
    assert states == [AlertState.DECIDED, AlertState.DECIDED, AlertState.STAGED]
    done = MatchDecision.objects.filter(done_in=live, staged=False)
    assert sorted(done.values_list("clever_id", flat=True)) == ["c1", "c2"]


def test_C14_never_this_pair_is_done_when_a_run_obeyed_it(maple: District) -> None:
    here = person(maple)
    test = run(maple, live=False)
    alert = raised(test, "c1", here)
    decide(alert_id=alert.pk, decision=Decision.NEVER, by=ANA)
    nightly = run(maple)
    planned(nightly, "conflict", "c1")
    mark_done(nightly)
    assert MatchDecision.objects.get(clever_id="c1").staged, "not processed yet"
    live = run(maple, tested_run=test)
    planned(live, "create", "c1")
    mark_done(live)
    alert.refresh_from_db()
    assert alert.state == AlertState.DECIDED
    assert not MatchDecision.objects.get(clever_id="c1").staged


def test_new_alerts_are_told_of_once(maple: District) -> None:
    here = person(maple)
    first = run(maple)
    raised(first, "c1", here)
    raised(first, "c2", here)
    finish(first)
    assert first.events.get(kind="alerts").details == {"count": 2}
    second = run(maple)
    raised(second, "c1", here)
    finish(second)
    assert not second.events.exists(), "nothing new"


def test_a_taken_user_name_stays_an_alert_until_one_of_the_two_changes(maple: District) -> None:
    owner = person(maple, username="mgarcia")
    wants = mirrored(maple, "c1", payload={"student.credentials.district_username": "MGarcia"})
    alert = raised(run(maple), "c1", owner, reason="username_taken")
    finish(run(maple))
    alert.refresh_from_db()
    assert alert.state == AlertState.OPEN
    wants.payload = {"student.credentials.district_username": "mgarcia2"}
    wants.save()
    finish(run(maple))
    alert.refresh_from_db()
    assert alert.state == AlertState.CLOSED
