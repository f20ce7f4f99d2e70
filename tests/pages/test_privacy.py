"""Data and privacy: what is kept, ordering its end, calling that off, certificates (C34)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from clever_sync.models import KeptOut
from core.vocabulary import MemberRole, Policy
from imports.models import Destruction, Run
from imports.states import ACTIVE
from mappings.models import FieldRule
from schools.models import Person
from tests.notifications.office import Office, open_office, text_of
from tests.notifications.setting import ring
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, BOB, OLIVE, PASSWORD, SAM, Scene
from tests.pages.scenes_privacy import BROKEN, night, order

pytestmark = pytest.mark.django_db
PAGE, DESTROY = "/d/maple/setup/privacy/", "/d/maple/setup/privacy/destroy/"
TYPED = {"reason": "contract", "name": "Maple Ridge Unified", "password": PASSWORD}
GOLDEN = 12


@pytest.fixture
def office(settings: object) -> Iterator[Office]:
    with open_office(settings) as desk:
        yield desk


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_C34_the_page_says_what_is_kept_and_only_of_mapped_fields(
    maple: Scene, alice: Client, settings: object
) -> None:
    page = text(alice, PAGE)
    assert "400 days; those of tests 30 days." in page
    assert "Birth date" in page and "Nothing was destroyed yet" in page
    FieldRule.objects.filter(field="birth_date").update(policy=Policy.DO_NOT_IMPORT)
    settings.CHANGES_KEPT_DAYS = 90  # type: ignore[attr-defined]
    page = text(alice, PAGE)
    assert "90 days; those of tests 30 days." in page
    assert "Birth date" not in page


def test_C34_an_owner_orders_it_with_the_name_and_the_password(maple: Scene, alice: Client) -> None:
    shown = text(alice, DESTROY)
    assert "What would go" in shown and "The audit of who did what" in shown
    wrong = ({"name": "Birch"}, {"name": ""}, {"password": "guess"}, {"reason": "fun"})
    for part in wrong:
        answer = alice.post(DESTROY, {**TYPED, **part})
        assert answer.status_code == 200
        assert "Nothing was ordered." in answer.content.decode() or part == {"reason": "fun"}
        assert not Destruction.objects.exists(), part
    typed = {**TYPED, "name": " maple  ridge unified "}
    assert alice.post(DESTROY, typed).status_code == 303
    row = Destruction.objects.get()
    assert row.due_at is not None
    assert timedelta(days=6, hours=23) < row.due_at - timezone.now() < timedelta(days=7, hours=1)
    assert (row.asked_by, row.records, row.reason) == (ALICE, False, "contract")
    assert "Call it off" in text(alice, PAGE)
    assert "already" in alice.post(DESTROY, TYPED).content.decode()
    assert Destruction.objects.count() == 1


@pytest.mark.parametrize("who", [BOB, OLIVE, SAM])
def test_C34_nobody_else_orders_or_calls_off_not_even_support(maple: Scene, who: str) -> None:
    row = order(maple.district)
    client = signed_in(who)
    assert client.post(DESTROY, TYPED).status_code == 403
    assert client.post(f"{PAGE}{row.pk}/cancel/").status_code == 403
    assert "Call it off" not in text(client, PAGE)
    row.refresh_from_db()
    assert row.state == "waiting"


def test_C34_any_owner_calls_it_off_until_it_has_begun(maple: Scene) -> None:
    Membership.objects.filter(user__email=OLIVE).update(role=MemberRole.OWNER)
    olive, row = signed_in(OLIVE), order(maple.district)
    assert olive.post(f"{PAGE}{row.pk}/cancel/").status_code == 303
    row.refresh_from_db()
    assert (row.state, row.cancelled_by) == ("cancelled", OLIVE)
    begun = order(maple.district)
    Destruction.objects.filter(pk=begun.pk).update(state="running", counts={"changes": 12})
    page = olive.post(f"{PAGE}{begun.pk}/cancel/", follow=True).content.decode()
    assert "It cannot be called off any more." in page
    assert f"0 of {len(begun.left)} kinds of data are gone" in page
    assert "Called off by" in page


def test_C34_a_certificate_is_shown_proved_and_taken_along(maple: Scene, alice: Client) -> None:
    row = night(maple.district, {"changes": 4_812})
    page = text(alice, f"{PAGE}{row.pk}/")
    assert "4,812" in page and "This is what was certified." in page
    file = alice.get(f"{PAGE}{row.pk}/file/")
    assert file["Content-Type"].startswith("text/plain")
    assert file.content.decode().startswith(row.text) and row.digest in file.content.decode()
    assert AuditEvent.objects.filter(verb="certificate.downloaded", actor=ALICE).count() == 1
    assert signed_in(BOB).get(f"{PAGE}{row.pk}/file/").status_code == 403
    Destruction.objects.filter(pk=row.pk).update(digest=BROKEN)
    assert "This certificate does not fit." in text(alice, f"{PAGE}{row.pk}/")
    waiting = order(maple.district)
    assert "There is no certificate" in text(alice, f"{PAGE}{waiting.pk}/")
    assert alice.get(f"{PAGE}{waiting.pk}/file/").status_code == 404
    scenes.empty("birch", "Birch Point Schools")
    assert alice.get(f"/d/birch/setup/privacy/{row.pk}/").status_code == 404


def test_C34_activity_leads_to_the_certificate(maple: Scene, alice: Client) -> None:
    row = night(maple.district, {"changes": 4_812})
    page = text(alice, "/d/maple/activity/")
    assert "Destroyed values that were too old: 4,812 rows." in page
    assert "The nightly purge" in page and f"{PAGE}{row.pk}/" in page


def test_C34_the_owners_and_nobody_else_get_a_mail(
    maple: Scene, alice: Client, office: Office
) -> None:
    alice.post(DESTROY, TYPED)
    ring()
    (letter,) = office.letters
    assert letter["To"] == ALICE
    body = text_of(letter)
    assert "is to be destroyed" in letter["Subject"] and "any owner can call it off" in body
    assert "/d/maple/setup/privacy/" in body


def test_C34_the_page_takes_as_many_queries_however_much_was_destroyed(
    maple: Scene, alice: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            alice.get(PAGE)
        return len(captured)

    order(maple.district)
    before = queries()
    for _ in range(20):
        night(maple.district, {"changes": 7})
    assert queries() == before == GOLDEN


def test_C34_an_owner_erases_a_person_with_the_last_name_and_the_password(
    maple: Scene, alice: Client
) -> None:
    who = maple.person
    path = f"/d/maple/people/{who.pk}/erase/"
    assert path in text(alice, f"/d/maple/people/{who.pk}/")
    page = text(alice, path)
    assert "What goes" in page and "Never let this person of Clever in again" in page
    typed = {"name": who.last_name.upper(), "password": PASSWORD, "keep_out": "on"}
    for part in ({"name": "Nobody"}, {"password": "guess"}):
        assert "Nothing was erased." in alice.post(path, {**typed, **part}).content.decode()
    assert signed_in(OLIVE).post(path, typed).status_code == 403
    assert path not in text(signed_in(OLIVE), f"/d/maple/people/{who.pk}/")
    assert Person.objects.filter(pk=who.pk).exists()
    Run.objects.filter(district=maple.district, state__in=ACTIVE).update(state="failed")
    answer = alice.post(path, typed)
    row = Destruction.objects.get(kind="person")
    assert answer["Location"] == f"{PAGE}{row.pk}/"
    assert not Person.objects.filter(pk=who.pk).exists()
    assert who.last_name not in row.text and KeptOut.objects.count() == 1
    assert alice.get(path).status_code == 404
