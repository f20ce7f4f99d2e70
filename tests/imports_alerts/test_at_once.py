"""One decision for many alerts: noted where it can be, and a reason where it cannot (C14)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.vocabulary import AlertState, Decision
from imports.alerts import decide
from imports.alerts_at_once import Noted, Wish, decide_many
from imports.models import Alert, MatchDecision
from schools.models import District, Person
from tests.imports_alerts.setting import district, mirrored, person, run
from tests.imports_alerts.test_alert_rows import ANA, raised

pytestmark = pytest.mark.django_db


@pytest.fixture
def maple() -> District:
    return district()


@pytest.fixture
def people(maple: District) -> list[Person]:
    return [person(maple, name) for name in ("Abara", "Becker", "Chen", "Dubois")]


@pytest.fixture
def alerts(maple: District, people: list[Person]) -> list[Alert]:
    """Four alerts, each with a candidate of its own."""
    of = run(maple)
    for number in range(len(people)):
        mirrored(maple, f"c{number}")
    return [raised(of, f"c{number}", one) for number, one in enumerate(people)]


def many(maple: District, decision: Decision, *wishes: Wish) -> Noted:
    return decide_many(district=maple, decision=decision, wishes=wishes, by=ANA)


def wish(alert: Alert, person: Person | None = None) -> Wish:
    alert.refresh_from_db()
    return Wish(alert.pk, alert.version, person.pk if person else None)


def staged() -> set[tuple[str, str, int | None]]:
    rows = MatchDecision.objects.filter(done_in=None)
    return set(rows.values_list("clever_id", "decision", "person_id"))


def test_C14_many_are_matched_at_once_and_no_record_is_touched(
    maple: District, alerts: list[Alert], people: list[Person]
) -> None:
    before = list(Person.objects.order_by("pk").values_list("pk", "revision", "clever_id"))
    noted = many(maple, Decision.MATCH, *(wish(a, p) for a, p in zip(alerts, people, strict=True)))
    assert (noted.done, noted.left) == (4, {})
    assert staged() == {(f"c{n}", "match", one.pk) for n, one in enumerate(people)}
    assert set(Alert.objects.values_list("state", flat=True)) == {AlertState.STAGED}
    assert list(Person.objects.order_by("pk").values_list("pk", "revision", "clever_id")) == before
    assert AuditEvent.objects.filter(verb="alert match", actor=ANA).count() == 4


def test_H07_whoever_was_second_is_left_out_and_the_others_go_on(
    maple: District, alerts: list[Alert]
) -> None:
    seen = [wish(alert) for alert in alerts]
    decide(alert_id=alerts[0].pk, decision=Decision.CREATE, by="ben@maple.example")
    Alert.objects.filter(pk=alerts[1].pk).update(state=AlertState.CLOSED)
    noted = many(maple, Decision.CREATE, *seen)
    assert noted.done == 2
    assert "somebody else" in noted.left[alerts[0].pk]
    assert noted.left[alerts[1].pk] == "does not wait any more"
    assert MatchDecision.objects.get(clever_id="c0").decided_by == "ben@maple.example"


def test_H08_records_that_changed_are_left_out(
    maple: District, alerts: list[Alert], people: list[Person]
) -> None:
    Person.objects.filter(pk=people[0].pk).update(revision=9)
    Person.objects.filter(pk=people[1].pk).update(archived_at="2026-01-01T00:00Z")
    noted = many(
        maple, Decision.MATCH,
        wish(alerts[0], people[0]), wish(alerts[1], people[1]),
        wish(alerts[2], people[3]), wish(alerts[3], people[3]),
    )  # fmt: skip
    assert noted.done == 0
    assert [noted.left[a.pk].split()[-1] for a in alerts] == [
        "meanwhile",
        "meanwhile",
        "now",
        "too",
    ]


def test_H09_a_record_that_is_chosen_already_is_left_out(
    maple: District, alerts: list[Alert], people: list[Person]
) -> None:
    other = raised(run(maple), "c9", people[0], people[1])
    decide(alert_id=other.pk, decision=Decision.MATCH, person_id=people[0].pk, by=ANA)
    noted = many(maple, Decision.MATCH, wish(alerts[0], people[0]), wish(alerts[1], people[1]))
    assert noted.done == 1
    assert "chosen for another alert" in noted.left[alerts[0].pk]


def test_C14_skipping_many_takes_back_what_waits_and_keeps_what_is_remembered(
    maple: District, alerts: list[Alert], people: list[Person]
) -> None:
    many(maple, Decision.CREATE, *(wish(alert) for alert in alerts))
    kept = MatchDecision.objects.create(
        district=maple, clever_id="c0", person=people[3], decision="never", decided_by=ANA,
        staged=False,
    )  # fmt: skip
    noted = many(maple, Decision.SKIP, *(wish(alert) for alert in alerts))
    assert noted.done == 4
    assert list(MatchDecision.objects.all()) == [kept]
    assert set(Alert.objects.values_list("state", flat=True)) == {AlertState.OPEN}


def test_a_match_replaces_the_decision_of_its_pair_only(
    maple: District, alerts: list[Alert], people: list[Person]
) -> None:
    for clever_id, one in (("c0", people[1]), ("c1", people[1])):
        MatchDecision.objects.create(
            district=maple, clever_id=clever_id, person=one, decision="never", decided_by=ANA,
            staged=False,
        )  # fmt: skip
    many(maple, Decision.MATCH, wish(alerts[0], people[0]), wish(alerts[1], people[1]))
    assert staged() == {
        ("c0", "match", people[0].pk), ("c0", "never", people[1].pk),
        ("c1", "match", people[1].pk),
    }  # fmt: skip


def test_never_and_other_districts_alerts_are_refused(maple: District, alerts: list[Alert]) -> None:
    with pytest.raises(ConsoleError, match="one pair at a time"):
        many(maple, Decision.NEVER, wish(alerts[0]))
    noted = decide_many(
        district=district("cedar"), decision=Decision.CREATE, wishes=[wish(alerts[0])], by=ANA
    )
    assert noted.done == 0
    Alert.objects.filter(pk=alerts[0].pk).update(reason="username_taken")
    assert many(maple, Decision.CREATE, wish(alerts[0])).done == 0


def test_queries_do_not_grow_with_the_alerts(
    maple: District, alerts: list[Alert], people: list[Person]
) -> None:
    def queries(number: int) -> int:
        wishes = [wish(alerts[n], people[n]) for n in range(number)]
        with CaptureQueriesContext(connection) as captured:
            many(maple, Decision.MATCH, *wishes)
        return len(captured)

    assert queries(2) == queries(4)
