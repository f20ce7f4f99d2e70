"""Sign in and out, by django-allauth, in our own look; nobody makes an account by themselves."""

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.pages import scenes


@pytest.fixture
def alice_user(db: None) -> User:
    return scenes.user(scenes.ALICE)


def sign_in(client: Client, email: str, password: str, **more: str) -> str:
    answer = client.post(
        "/accounts/login/", {"login": email, "password": password, **more}, follow=True
    )
    return answer.content.decode()


def test_member_signs_in_and_out(alice_user: User, client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert "console.css" in page
    assert "sign up" not in page.lower()
    sign_in(client, "Alice@Maple.example", scenes.PASSWORD)
    assert client.get("/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 200  # asks; only POST signs out
    assert client.get("/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_sign_in_leads_back_to_the_page_and_never_elsewhere(
    alice_user: User, client: Client
) -> None:
    data = {"login": scenes.ALICE, "password": scenes.PASSWORD}
    back = client.post("/accounts/login/?next=/accounts/2fa/", data)
    assert back["Location"] == "/accounts/2fa/"
    client.logout()
    away = client.post("/accounts/login/?next=https://evil.example/", data)
    assert away["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        (scenes.ALICE, "wrong", "not correct"),
        ("nobody@maple.example", scenes.PASSWORD, "not correct"),
        ("no address", "x", "valid email address"),
        ("", "", "required"),
        ("a\x00b@maple.example", "x", "Null characters"),
    ],
)
def test_bad_sign_in_is_refused_in_words(
    alice_user: User, client: Client, email: str, password: str, said: str
) -> None:
    assert said in sign_in(client, email, password)
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(db: None, client: Client) -> None:
    new = {"email": "new@else.example", "password1": scenes.PASSWORD, "password2": scenes.PASSWORD}
    page = client.post("/accounts/signup/", new, follow=True).content.decode()
    assert not User.objects.filter(email="new@else.example").exists()
    assert "Accounts are made by invitation" in page


def test_password_is_reset_by_mail(alice_user: User, client: Client) -> None:
    client.post("/accounts/password/reset/", {"email": scenes.ALICE})
    assert mail.outbox[0].to == [scenes.ALICE]
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True)
    new = "quite another password"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    sign_in(client, scenes.ALICE, new)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/accounts/2fa/", "/accounts/password/change/", "/accounts/2fa/totp/activate/"]
)
def test_pages_of_the_account_wear_our_look(alice_user: User, client: Client, path: str) -> None:
    sign_in(client, scenes.ALICE, scenes.PASSWORD)
    answer = client.get(path, follow=True)
    assert answer.status_code == 200
    assert "console.css" in answer.content.decode()
    assert "style=" not in answer.content.decode()
