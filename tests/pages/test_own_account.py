"""What somebody does to their own account is told in the audit, and done at one place (C23)."""

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from tests.notifications.office import by_smtp
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, PASSWORD, SAM, Scene
from tests.pages.test_second_factor import password_in, set_up

CHANGE, OFF = "/accounts/password/change/", "/accounts/2fa/totp/deactivate/"
ANOTHER = "quite another password 7"


def test_C23_another_password_and_the_second_factor_are_told(
    maple: Scene, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    password_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(client)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/recovery-codes/generate/")
    client.post(OFF)
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER})
    alice = User.objects.get(email=ALICE)
    assert alice.check_password(ANOTHER)
    told = AuditEvent.objects.filter(verb__startswith="account.").order_by("pk")
    assert list(told.values_list("verb", flat=True)) == [
        "account.totp_activated",
        "account.recovery_codes_generated",
        "account.totp_deactivated",
        "account.password_changed",
    ]
    who = set(told.filter(district=None).values_list("actor", "subject"))
    assert who == {(ALICE, str(alice.pk))} and not told.exclude(district=None).exists()


def test_C29_whoever_owns_an_account_hears_when_it_is_entered_otherwise(
    maple: Scene, client: Client, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    """A thief would first change the way in; the letter says what to do."""
    settings.SUPPORT_EMAIL = "support@console.example"
    password_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(client)
    Authenticator.objects.update(created_at=timezone.now() - timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/recovery-codes/generate/")
    client.post(OFF)
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER})
    assert [(letter.subject, letter.to) for letter in mail.outbox] == [
        (f"{what}: {ALICE}", [ALICE])
        for what in (
            "The second factor was switched on",
            "New recovery codes were made",
            "The second factor was switched off",
            "The password was changed",
        )
    ]
    letter = mail.outbox[-1]
    assert isinstance(letter, mail.EmailMultiAlternatives)
    for body in (str(letter.alternatives[0][0]), str(letter.body)):
        assert "If it was not" in body and "support@console.example" in body
        assert "/accounts/password/reset/" in body and ANOTHER not in body


def test_C29_a_letter_that_cannot_leave_stops_no_change(
    maple: Scene, client: Client, settings: Any
) -> None:
    by_smtp(settings, 1)
    password_in(client)
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER})
    assert User.objects.get(email=ALICE).check_password(ANOTHER)


def test_C23_support_changes_a_password_where_everybody_does(maple: Scene) -> None:
    """Django's own form for it told nobody, and knew no rate limit."""
    sam = scenes.user(SAM)
    given = {"old_password": PASSWORD, "new_password1": ANOTHER, "new_password2": ANOTHER}
    answer = signed_in(SAM).post("/support/password_change/", given)
    assert (answer.status_code, answer["Location"]) == (302, CHANGE)
    sam.refresh_from_db()
    assert sam.check_password(PASSWORD)
