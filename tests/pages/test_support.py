"""Support's back office: requests waiting, the switch with audit and mail, grants, accounts."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, SupportGrant, User
from accounts.support import end_grant, grant_support
from core.problems import ConsoleError
from core.vocabulary import DataType, RunMode
from imports.actions import start_run
from schools.models import District
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, BOB, SAM, Scene

LIST = "/support/schools/district/"


@pytest.fixture
def sam(juniper: Scene) -> Client:
    return signed_in(SAM)


@pytest.fixture
def asked(juniper: Scene) -> District:
    """Juniper Valley has asked for the integration."""
    District.objects.filter(pk=juniper.district.pk).update(
        clever_requested_at=timezone.now(), clever_requested_by=ALICE
    )
    return District.objects.get(pk=juniper.district.pk)


def press(sam: Client, district: District) -> str:
    """The button beside a waiting request."""
    data = {"action": "enable_clever", "index": 0, "_selected_action": district.pk}
    return sam.post(LIST, data, follow=True).content.decode()


def audited(verb: str) -> AuditEvent:
    return AuditEvent.objects.get(verb=verb)


def test_B01_support_sees_who_waits_and_enables_with_one_button(
    sam: Client, asked: District
) -> None:
    scenes.district("quiet", "Quiet Valley")
    answer = sam.get(LIST)
    assert list(answer.context["waiting"]) == [asked]
    assert answer.context["cl"].result_list[0] == asked
    text = press(sam, asked)
    assert f"Juniper Valley School District: enabled. {ALICE} was told by mail." in text
    assert "No district waits for us" in text
    asked.refresh_from_db()
    assert asked.clever_enabled
    event = audited("district.enable")
    assert (event.actor, event.district) == (SAM, asked)
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (
        [ALICE], "Clever is enabled for Juniper Valley School District",
    )  # fmt: skip
    assert "/d/juniper/" in str(letter.body)
    press(sam, asked)
    assert len(mail.outbox) == 1
    assert AuditEvent.objects.filter(verb="district.enable").count() == 1


def test_A18_support_disables_and_nothing_is_imported(sam: Client, maple: Scene) -> None:
    address = f"{LIST}{maple.district.pk}/change/"
    assert "Grant access for a time" in sam.get(address).content.decode()
    sam.post(address, {})
    maple.district.refresh_from_db()
    assert not maple.district.clever_enabled
    assert audited("district.disable").actor == SAM
    with pytest.raises(ConsoleError, match="not enabled"):
        start_run(
            district=maple.district, mode=RunMode.LIVE, data_types=[DataType.STUDENT],
            requested_by=ALICE,
        )  # fmt: skip
    assert mail.outbox == []


def test_disabling_forgets_the_request_so_that_it_can_be_made_again(
    sam: Client, asked: District
) -> None:
    address = f"{LIST}{asked.pk}/change/"
    sam.post(address, {"clever_enabled": "on"})
    sam.post(address, {})
    asked.refresh_from_db()
    assert (asked.clever_enabled, asked.clever_requested_at) == (False, None)


def test_districts_are_searched_and_filtered(sam: Client, asked: District) -> None:
    enabled = scenes.district("oak", "Oak Hill", clever_enabled=True)
    for query, found in (
        ({"q": "juniper"}, [asked]), ({"clever": "waiting"}, [asked]),
        ({"clever": "enabled"}, [enabled]), ({"clever": "not"}, []),
    ):  # fmt: skip
        shown = sam.get(LIST, query).context["cl"].result_list
        # Other districts of this module may be there, too.
        assert {*shown} & {asked, enabled} == {*found}
    hostile = {"q": "\x00'<b>" * 99, "clever": "x", "p": "99999999999999999999"}
    assert sam.get(LIST, hostile, follow=True).status_code == 200


def test_B05_back_office_has_nobodys_record_and_no_secret(sam: Client) -> None:
    shown = {model._meta.label for model in admin.site._registry}
    assert shown == {
        "schools.District", "schools.School", "accounts.User", "accounts.Membership",
        "accounts.SupportGrant",
    }  # fmt: skip
    user = User.objects.get(email=ALICE)
    page = sam.get(f"/support/accounts/user/{user.pk}/change/").content.decode()
    assert user.password not in page
    assert sam.get("/support/mfa/authenticator/").status_code == 404


def test_support_cannot_guess_the_hash_of_a_password(sam: Client) -> None:
    user = User.objects.get(email=ALICE)
    for lookup in ("password__startswith", "password", "password__gt"):
        answer = sam.get("/support/accounts/user/", {lookup: user.password[:20]})
        assert answer.status_code == 400, lookup
    of_member = {"user__password__startswith": user.password[:20]}
    assert sam.get("/support/accounts/membership/", of_member).status_code == 400


def test_back_office_is_for_support_only(sam: Client, juniper: Scene, alice: Client) -> None:
    pages = (
        "/support/", LIST, "/support/schools/school/", "/support/accounts/user/",
        "/support/accounts/membership/", "/support/accounts/supportgrant/",
        "/support/accounts/supportgrant/add/",
    )  # fmt: skip
    for address in pages:
        assert sam.get(address).status_code == 200, address
        assert alice.get(address).status_code in (302, 403), address
        assert Client().get(address).status_code == 302, address


def test_members_schools_and_grants_are_not_changed_or_deleted(sam: Client, maple: Scene) -> None:
    office = maple.schools[0]
    for model, number in (("schools/school", office.pk), ("schools/district", maple.district.pk)):
        assert sam.post(f"/support/{model}/{number}/delete/", {"post": "yes"}).status_code == 403
    assert (
        sam.post(f"/support/schools/school/{office.pk}/change/", {"name": "x"}).status_code == 403
    )
    assert sam.get("/support/accounts/membership/add/").status_code == 403


def grant(sam: Client, district: District, reason: str, hours: float) -> str:
    until = timezone.now() + timedelta(hours=hours)
    data = {
        "district": district.pk, "user": User.objects.get(email=SAM).pk, "reason": reason,
        "until": f"{until:%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    return sam.post("/support/accounts/supportgrant/add/", data, follow=True).content.decode()


def test_C33_grant_has_a_reason_and_an_end_and_is_recorded(sam: Client, maple: Scene) -> None:
    person = reverse("person", args=["maple", maple.person.pk])
    assert sam.get(person).status_code == 404
    for reason, hours, sentence in (
        (" ", 1, "This field is required"), ("Why", -1, "lies in the future"),
        ("Why", 200, "3 days at most"),
    ):  # fmt: skip
        assert sentence in grant(sam, maple.district, reason, hours)
    assert not SupportGrant.objects.exists()
    grant(sam, maple.district, "A question about twins", 1)
    made = SupportGrant.objects.get()
    assert (made.granted_by, made.reason) == (SAM, "A question about twins")
    assert audited("support.grant").district == maple.district
    seen = sam.get(person)
    assert seen.status_code == 200
    assert (
        "You look at Maple Ridge Unified as Support and see its people until"
        in seen.content.decode()
    )
    users = signed_in(ALICE).get(reverse("users", args=["maple"])).content.decode()
    assert "Support may see people now" in users and "A question about twins" in users
    sam.post("/support/accounts/supportgrant/", {"action": "end_now", "_selected_action": made.pk})
    assert audited("support.grant_end").subject == str(made.pk)
    assert sam.get(person).status_code == 404
    users = signed_in(ALICE).get(reverse("users", args=["maple"])).content.decode()
    assert "Support may see people now" not in users
    assert not end_grant(grant=made, now=timezone.now(), by=SAM)


def test_C33_only_support_is_granted_access_by_the_form(sam: Client, maple: Scene) -> None:
    bob = User.objects.get(email=BOB)
    data = {
        "district": maple.district.pk,
        "user": bob.pk,
        "reason": "x",
        "until": "2999-01-01T00:00",
    }
    page = sam.post("/support/accounts/supportgrant/add/", data).content.decode()
    assert "Select a valid choice" in page
    with pytest.raises(ConsoleError, match="Write why"):
        grant_support(
            district=maple.district, user=bob, reason=" ", until=timezone.now(),
            now=timezone.now(), by=SAM,
        )  # fmt: skip


def test_support_closes_an_account_and_forgets_a_lost_second_factor(
    sam: Client, juniper: Scene
) -> None:
    bob, own = User.objects.get(email=BOB), User.objects.get(email=SAM)
    Authenticator.objects.create(user=bob, type="totp", data={"secret": "x"})
    users = "/support/accounts/user/"
    data = {"action": "forget_second_factor", "_selected_action": [bob.pk, own.pk]}
    page = sam.post(users, data, follow=True).content.decode()
    assert "the second factor is forgotten" in page and "Your own second factor" in page
    assert not Authenticator.objects.exists()
    sam.post(f"{users}{bob.pk}/change/", {})
    assert audited("account.close").subject == str(bob.pk)
    assert (
        "your own account" in sam.post(f"{users}{own.pk}/change/", {}, follow=True).content.decode()
    )
    assert User.objects.get(pk=own.pk).is_active and not User.objects.get(pk=bob.pk).is_active
