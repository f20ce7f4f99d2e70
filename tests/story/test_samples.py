"""Values of a field that is not stored are asked of Clever when somebody chooses it."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from clever_sync.models import MirrorObject
from core.vocabulary import MemberRole
from tests.pages import scenes
from tests.pages.people_setting import member_of
from tests.world import World, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
GPA = "student.weighted_gpa"


@pytest.fixture
def maple() -> Iterator[World]:
    cache.clear()
    with world(students=12, teachers=1, schools=1, corners=False) as ready:
        ready.connect()
        ready.sync()
        ready.clever.control.special_fields(True)
        yield ready


def gpa(maple: World) -> str:
    """What Clever says of the first student."""
    person = maple.clever.control.person(maple.students()[0])
    return str(person["roles"]["student"]["weighted_gpa"])


def sample(client: Client, source: str = GPA) -> str:
    """What stands beside the field once the page, and what it asks for by itself, are there."""
    there, chosen = ["maple", "student"], {"weighted_gpa-source": source}
    shown = client.get(reverse("field_sample", args=there), {"field": "weighted_gpa", **chosen})
    ask = f"{reverse('field_sample_ask', args=there)}?field=weighted_gpa"
    if f'hx-post="{ask}"' in shown.content.decode():
        shown = client.post(ask, chosen)
    assert shown.status_code == 200
    return shown.content.decode()


def stored() -> list[str]:
    payloads = MirrorObject.objects.filter(type="user").values_list("payload", flat=True)
    return [payload[GPA] for payload in payloads if GPA in payload]


def test_C05_C34_values_that_are_not_stored_are_asked_of_clever_and_not_kept(maple: World) -> None:
    owner = member_of(maple.district)
    assert gpa(maple) in sample(owner)
    assert stored() == []


def test_C34_readers_ask_nothing_of_clever(maple: World) -> None:
    before = len(maple.clever.control.requests())
    reader = member_of(maple.district, scenes.BOB, MemberRole.VIEWER)
    assert "None yet: it is read once it is mapped and published" in sample(reader)
    ask = f"{reverse('field_sample_ask', args=['maple', 'student'])}?field=weighted_gpa"
    assert reader.post(ask, {"weighted_gpa-source": GPA}).status_code == 403
    assert len(maple.clever.control.requests()) == before


def test_C34_when_clever_does_not_answer_the_page_says_so(maple: World) -> None:
    maple.clever.control.add_faults([{"path": "/users", "do": "status", "status": 503, "times": 9}])
    assert "did not answer properly" in sample(member_of(maple.district))


def test_F83_C34_clever_is_asked_for_samples_thirty_times_a_minute_at_most(maple: World) -> None:
    owner = member_of(maple.district)
    for _ in range(30):
        assert gpa(maple) in sample(owner)
    assert "Wait a minute" in sample(owner)
