"""What a page must not give away: to strangers, to other roles, to the next user of a computer."""

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from schools.models import Person
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def maple() -> Scene:
    return scenes.full(students=24, teachers=4)


def names_on(client: Client, address: str) -> list[str]:
    return [row.name for row in client.get(address).context["rows"]]


def test_a_strangers_place_in_the_alphabet_stays_unknown(maple: Scene) -> None:
    other = scenes.district("elsewhere", "Elsewhere")
    Membership.objects.filter(district=other).delete()
    child = Person.objects.create(
        district=other, kind="student", roles=["student"], first_name="Mo", last_name="Mmm"
    )
    alice, page = signed_in(scenes.ALICE), reverse("people", args=["maple"])
    assert names_on(alice, f"{page}?after={child.pk}") == names_on(alice, page)
    assert names_on(alice, f"{page}?after={maple.person.pk}") != names_on(alice, page)


def test_a_librarian_cannot_look_behind_somebody_elsewhere(maple: Scene) -> None:
    own, elsewhere = maple.schools[0], maple.schools[5]
    lee, page = signed_in(scenes.LEE), reverse("people", args=["maple"])
    middle = Person.objects.filter(school=elsewhere).first()
    assert middle is not None
    Person.objects.filter(pk=middle.pk).update(last_name="Mmm")
    Person.objects.filter(school=own).first()
    assert names_on(lee, f"{page}?after={middle.pk}") == names_on(lee, page)


def test_no_page_with_people_is_kept_by_a_browser_or_a_proxy(maple: Scene) -> None:
    alice, run = signed_in(scenes.ALICE), maple.runs["done"].pk
    for address in (
        reverse("home"),
        reverse("overview", args=["maple"]),
        reverse("people", args=["maple"]),
        reverse("person", args=["maple", maple.person.pk]),
        reverse("run", args=["maple", run]),
        reverse("operations", args=["maple"]),
        reverse("mfa_index"),
    ):
        assert "no-store" in alice.get(address).get("Cache-Control", ""), address


def test_every_page_forbids_frames_scripts_of_others_and_sniffing(maple: Scene) -> None:
    alice = signed_in(scenes.ALICE)
    for address in (
        reverse("overview", args=["maple"]),
        "/accounts/login/",
        "/nowhere/",
        "/support/",
    ):
        answer = alice.get(address, follow=True)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, address
        assert "unsafe" not in policy and "*" not in policy, address
        assert answer["X-Frame-Options"] == "DENY", address
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert answer["Referrer-Policy"] == "same-origin", address


@pytest.mark.parametrize(
    "next_page",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)",
     "https:evil.example", "\thttps://evil.example", "///evil.example", "/%09/evil.example"],
)  # fmt: skip
def test_signing_in_never_leads_elsewhere(next_page: str) -> None:
    scenes.district("maple", "Maple")
    client = Client()
    answer = client.post(
        f"{reverse('account_login')}?next={next_page}",
        {"login": scenes.ALICE, "password": scenes.PASSWORD, "next": next_page},
    )
    assert answer.status_code == 302
    assert answer["Location"].startswith("/") and "evil" not in answer["Location"].split("%")[0]


def test_H19_every_post_wants_a_csrf_token(maple: Scene) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = signed_in(scenes.ALICE).cookies
    run = maple.runs["done"].pk
    for name in ("test_import", "start_import", "sync_now"):
        assert careful.post(reverse(name, args=["maple"])).status_code == 403, name
    for name in ("run_cancel", "run_confirm", "run_discard"):
        assert careful.post(reverse(name, args=["maple", run])).status_code == 403, name
    assert careful.post(reverse("account_logout")).status_code == 403


def test_C23_nobody_takes_another_address_and_so_another_name_in_the_audit(maple: Scene) -> None:
    alice = signed_in(scenes.ALICE)
    for action in ("action_add", "action_primary"):
        answer = alice.post("/accounts/email/", {action: "", "email": "chief@else.example"})
        assert answer.status_code == 404
    assert not User.objects.filter(email="chief@else.example").exists()


def test_support_signs_in_by_the_same_door_as_everybody() -> None:
    """Django's own form for Support would know neither the second factor nor the rate limits."""
    answer = Client().get("/support/login/?next=/support/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_the_librarian_finds_only_the_own_schools_in_every_list(maple: Scene) -> None:
    own, lee = maple.schools[0], signed_in(scenes.LEE)
    everybody = Person.objects.filter(district=maple.district)
    mine = set(everybody.filter(Q(school=own) | Q(sites__school=own)).values_list("pk", flat=True))
    page = reverse("people", args=["maple"])
    for more in ("", f"&school={maple.schools[3].pk}", "&q=Ada", "&sort=newest"):
        for data_type in ("student", "teacher"):
            shown = lee.get(f"{page}?type={data_type}{more}").context["rows"]
            assert {row.person.pk for row in shown} <= mine
    others = everybody.exclude(pk__in=mine).values_list("pk", flat=True)[:5]
    for pk in others:
        assert lee.get(reverse("person", args=["maple", pk])).status_code == 404
