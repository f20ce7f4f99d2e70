"""Moving what was written back in time: all of it, by one stretch, and nothing that was before."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent
from imports.lease import database_now
from imports.models import Hold, Run
from integration_console.demonstration.past import Past, leave
from schools.actions import create_district
from schools.models import District, Person

pytestmark = pytest.mark.django_db(transaction=True)
THEN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
MOMENT = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def no_trigger_stays() -> Iterator[None]:
    yield
    leave()


def district(slug: str) -> District:
    return create_district(slug=slug, name="Maple", time_zone="America/New_York")


def hold_of(run: Run, opened_at: datetime | None = None) -> Hold:
    opened = {"opened_at": opened_at} if opened_at else {}
    return Hold.objects.create(
        district=run.district,
        run=run,
        cause="many_transfers",
        slice=f"transfer/{run.pk}",
        data_type="student",
        count=1,
        population=1,
        digest=b"1",
        expires_at=(opened_at or database_now()) + timedelta(days=7),
        **opened,
    )


def test_what_is_written_moves_and_what_was_there_stays() -> None:
    before = district("before")
    past = Past(THEN)
    maple = district("maple")
    person = Person.objects.create(
        district=maple, kind="student", roles=["student"], last_name="Lund"
    )
    audit.record(maple, "d@maple.example", "looked")
    past.settle()
    before.refresh_from_db()
    maple.refresh_from_db()
    person.refresh_from_db()
    assert timezone.now() - before.created_at < MOMENT
    for moved in (maple.created_at, person.created_at, person.changed_at):
        assert THEN <= moved < THEN + MOMENT
    assert THEN <= AuditEvent.objects.get(verb="looked").at < THEN + MOMENT
    audit.record(maple, "d@maple.example", "looked again")
    assert timezone.now() - AuditEvent.objects.get(verb="looked again").at < MOMENT


def test_a_time_in_the_future_goes_along_once_only() -> None:
    """A hold expires seven days after it was opened, whatever happens in later nights."""
    maple = district("maple")
    past = Past(THEN)
    run = Run.objects.create(district=maple, mode="live", state="completed", data_types=[])
    hold = hold_of(run)
    past.settle()
    later = Past(THEN + timedelta(days=3))
    other = Run.objects.create(district=maple, mode="live", state="completed", data_types=[])
    goes_on = hold_of(other, opened_at=Hold.objects.get().opened_at)
    later.settle()
    hold.refresh_from_db()
    goes_on.refresh_from_db()
    assert hold.expires_at - hold.opened_at - timedelta(days=7) < MOMENT
    assert goes_on.opened_at == hold.opened_at
    assert goes_on.expires_at - goes_on.opened_at == timedelta(days=7)


def test_after_a_pause_it_goes_on_at_another_time() -> None:
    maple = district("maple")
    past = Past(THEN)
    first = Run.objects.create(district=maple, mode="live", state="completed", data_types=[])
    past.settle()
    past.go_on(THEN + timedelta(hours=2))
    second = Run.objects.create(district=maple, mode="live", state="completed", data_types=[])
    past.settle()
    first.refresh_from_db()
    second.refresh_from_db()
    assert THEN <= first.created_at < THEN + MOMENT
    assert timedelta() <= second.created_at - THEN - timedelta(hours=2) < MOMENT


def test_the_future_of_an_older_row_stays_when_the_row_is_written_again() -> None:
    """Whoever decides on a hold two days later does not let it expire two days earlier."""
    maple = district("maple")
    now = timezone.now()
    past = Past(now - timedelta(days=3))
    run = Run.objects.create(district=maple, mode="live", state="completed", data_types=[])
    hold = hold_of(run)
    past.settle()
    later = Past(now - timedelta(days=1))
    Hold.objects.filter(pk=hold.pk).update(decided_at=database_now())
    later.settle()
    hold.refresh_from_db()
    assert hold.expires_at - hold.opened_at - timedelta(days=7) < MOMENT
    assert timedelta(days=6.9) < hold.expires_at - hold.opened_at
    assert hold.decided_at is not None
    assert now - timedelta(days=1) <= hold.decided_at < now - timedelta(days=1) + MOMENT
