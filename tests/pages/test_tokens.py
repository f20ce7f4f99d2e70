"""API tokens as owners make, see and revoke them (C28)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ApiToken, AuditEvent, Membership
from core.vocabulary import MemberRole
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, PASSWORD, SAM, Scene
from tests.pages.scenes_tokens import token

pytestmark = pytest.mark.django_db
LIST, NEW = "/d/maple/setup/tokens/", "/d/maple/setup/tokens/new/"
FILLED = {"name": "Library catalogue", "scope": "read", "days": "365", "password": PASSWORD}


def test_C28_a_token_is_shown_once_and_works_at_once(maple: Scene, alice: Client) -> None:
    page = alice.post(NEW, FILLED)
    (secret,) = set(re.findall(r"cic_[0-9a-f]{8}_[0-9a-f]{64}", page.content.decode()))
    assert page.headers["Cache-Control"] == "private, no-store"
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/status", headers=headers).status_code == 200
    shown = alice.get(LIST).content.decode()
    made = ApiToken.objects.get()
    assert made.prefix in shown and "Library catalogue" in shown
    assert secret.removeprefix(f"{made.prefix}_") not in shown
    assert (made.expires_at - timezone.now()).days == 364


def test_C28_the_page_sent_again_makes_no_second_token(maple: Scene, alice: Client) -> None:
    alice.post(NEW, FILLED)
    again = alice.post(NEW, FILLED).content.decode()
    assert "There is a token named Library catalogue already" in again
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "not mine"}, "That is not your password. No token was made."),
        ({"password": ""}, "No token was made."),
        ({"name": " \u200b"}, "Name the program"),
        ({"name": "x" * 61}, "60 characters at most"),
        ({"scope": "manage"}, "Choose whether the program only reads"),
        ({"days": "731"}, "choose one of the list"),
        ({"days": "-1"}, "choose one of the list"),
    ],
)
def test_C28_a_form_that_is_wrong_makes_nothing(
    maple: Scene, alice: Client, changed: dict[str, str], said: str
) -> None:
    page = alice.post(NEW, {**FILLED, **changed}).content.decode()
    assert said in page
    assert not ApiToken.objects.exists()
    assert PASSWORD not in page


@pytest.mark.parametrize("role", [r for r in MemberRole if r is not MemberRole.OWNER])
def test_C28_nobody_but_owners_sees_or_makes_tokens(maple: Scene, role: MemberRole) -> None:
    user = scenes.user("cleo@maple.example")
    Membership.objects.create(district=maple.district, user=user, role=role)
    one, cleo = token(maple.district, "Bus", 1, 30), signed_in(user.email)
    for address in (LIST, NEW):
        assert cleo.get(address).status_code == 403
    assert cleo.post(NEW, FILLED).status_code == 403
    assert cleo.post(f"{LIST}{one.pk}/revoke/").status_code == 403
    assert ApiToken.objects.filter(ended_at=None).count() == 1


def test_C28_support_makes_no_tokens_also_while_it_may_see_people(maple: Scene) -> None:
    scenes.user(SAM, is_staff=True)
    sam = signed_in(SAM)
    sam.post("/d/maple/setup/support/take/", {"reason": "Helps", "hours": "1"})
    assert sam.get(LIST).status_code == 403
    assert sam.post(NEW, FILLED).status_code == 403
    assert not ApiToken.objects.exists()


def test_C28_a_revoked_token_is_told_and_cannot_be_revoked_again(
    maple: Scene, alice: Client
) -> None:
    one = token(maple.district, "Bus", 1, 30)
    told = alice.post(f"{LIST}{one.pk}/revoke/", follow=True).content.decode()
    assert f"Revoked: Bus ({one.prefix}) gets in no more." in told
    assert f"by {ALICE.partition('@')[0]}" in told
    again = alice.post(f"{LIST}{one.pk}/revoke/", follow=True).content.decode()
    assert "This token does not work any more already." in again
    assert AuditEvent.objects.filter(verb="token.revoke").count() == 1
    activity = alice.get("/d/maple/activity/").content.decode()
    assert f"Revoked the API token {one.prefix}." in activity


def test_C28_the_list_says_which_token_ends_soon_and_which_was_used(
    maple: Scene, alice: Client
) -> None:
    token(maple.district, "Soon", 1, 5)
    token(maple.district, "Over", 2, -1, last_used=timezone.now() - timedelta(days=1))
    page = alice.get(LIST).content.decode()
    for said in ("Ends soon", "Expired", "Never"):
        assert said in page


def test_C28_the_list_takes_as_many_queries_for_thirty_tokens_as_for_one(
    maple: Scene, alice: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(LIST).status_code == 200
        return len(captured)

    token(maple.district, "One", 0, 30)
    before = queries()
    for number in range(1, 30):
        token(maple.district, f"Program {number}", number, 30)
    assert queries() == before == 6


def test_C28_the_door_to_tokens_stands_in_the_setup_of_owners_only(maple: Scene) -> None:
    assert LIST in signed_in(ALICE).get("/d/maple/setup/").content.decode()
    assert LIST not in signed_in(scenes.OLIVE).get("/d/maple/setup/").content.decode()


def test_C28_the_page_of_the_api_is_everybodys_and_knows_nobody(client: Client) -> None:
    scenes.user(ALICE)
    strangers, alices = client.get("/api/"), signed_in(ALICE).get("/api/")
    assert strangers.status_code == 200
    assert strangers.content == alices.content
    assert ALICE not in alices.content.decode()
