"""Who is told is saved as a whole or not at all."""

import pytest

from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.vocabulary import DataType, EventKind
from notifications.actions import Saved, first_recipient, save_recipients
from notifications.models import Recipient, told_by_default
from schools.models import District

STUDENT = DataType.STUDENT


@pytest.fixture
def district(db: None) -> District:
    return District.objects.create(slug="maple", name="Maple Ridge", time_zone="America/Denver")


def save(district: District, wanted: dict[str, list[str]]) -> Saved:
    return save_recipients(district=district, data_type=STUDENT, wanted=wanted, by="a@x.org")


def told(district: District) -> dict[str, list[str]]:
    return dict(Recipient.objects.filter(district=district).values_list("email", "events"))


def test_A58_a_list_is_saved_and_saved_again(district: District) -> None:
    assert save(district, {"a@x.org": ["failed"], "B@y.org": ["held"]}) == Saved(added=2)
    assert save(district, {"b@y.org": ["held"], "c@z.org": ["failed"]}) == Saved(1, 1)
    assert save(district, {"b@y.org": ["failed"], "c@z.org": ["failed"]}) == Saved(changed=1)
    assert not save(district, {"b@y.org": ["failed"], "c@z.org": ["failed"]}).anything
    assert told(district) == {"b@y.org": ["failed"], "c@z.org": ["failed"]}
    assert AuditEvent.objects.filter(verb="recipients.save").count() == 3


def test_F76_one_bad_address_stores_nothing(district: District) -> None:
    save(district, {"a@x.org": ["failed"]})
    for wanted in (
        {"b@y.org": ["failed"], "c@z.org\nBcc: d@z.org": ["failed"]},
        {"b@y.org": ["failed"], "c@z.org": []},
        {"b@y.org": ["failed"], "c@z.org": ["everything"]},
        {f"a{n}@x.org": ["failed"] for n in range(101)},
    ):
        with pytest.raises(ConsoleError):
            save(district, wanted)
    assert told(district) == {"a@x.org": ["failed"]}


def test_A54_whoever_saves_setup_is_the_first_recipient(district: District) -> None:
    assert first_recipient(district=district, email="a@x.org", by="a@x.org")
    rows = Recipient.objects.filter(district=district)
    assert {row.data_type for row in rows} == set(DataType)
    assert all(row.events == told_by_default() for row in rows)
    assert {"failed", "held", "needs_decision", "alerts"} <= set(told_by_default())
    assert EventKind.FINISHED not in told_by_default()
    assert not first_recipient(district=district, email="b@x.org", by="b@x.org")
    assert set(told(district)) == {"a@x.org"}
