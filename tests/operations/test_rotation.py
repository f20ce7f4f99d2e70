"""The signing key is changed while people are at work: nobody notices (F78)."""

from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core import signing
from django.test import Client

from accounts.models import User
from core.vocabulary import RunState
from imports.models import Run
from tests.attack.conftest import At
from tests.pages import scenes
from tests.world import world

OLD, NEW = "the old key " * 5, "the new key " * 5


def rotated(settings: Any, *old: str) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, list(old)


@pytest.fixture
def before(db: None, settings: Any) -> tuple[Client, User]:
    """Somebody has signed in under the old key."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    user = scenes.user(scenes.ALICE)
    client = Client()
    assert client.login(username=scenes.ALICE, password=scenes.PASSWORD)
    return client, user


def test_F78_old_and_new_key_side_by_side_keep_what_was_signed(
    before: tuple[Client, User], settings: Any
) -> None:
    client, user = before
    link, signed = default_token_generator.make_token(user), signing.dumps({"a": 1})
    rotated(settings, OLD)
    assert client.get("/").status_code == 200, "still signed in"
    assert default_token_generator.check_token(user, link)
    assert signing.loads(signed) == {"a": 1}
    rotated(settings)
    assert client.get("/").status_code == 200, "the session was signed anew on the way"
    assert not default_token_generator.check_token(user, link)


def test_F78_a_new_key_without_the_old_one_asks_everybody_to_sign_in_again(
    before: tuple[Client, User], settings: Any
) -> None:
    client, _ = before
    rotated(settings)
    assert client.get("/").status_code == 302


def test_F78_a_second_factor_outlives_the_key(before: tuple[Client, User], settings: Any) -> None:
    """It is kept as it is: what is encrypted with the key would be lost with it."""
    _, user = before
    TOTP.activate(user, "A" * 32)
    rotated(settings)
    kept = Authenticator.objects.get(user=user)
    assert get_adapter().decrypt(kept.data["secret"]) == "A" * 32


@pytest.mark.django_db(transaction=True)
def test_F78_a_run_goes_on_under_another_key(settings: Any, at: At) -> None:
    with world(students=10) as here:
        here.connect()
        at("plan.begins", lambda: rotated(settings))
        run = here.sync()
        assert run.state == RunState.COMPLETED
        assert Run.objects.get(pk=run.pk).fence == 1, "without another try"
