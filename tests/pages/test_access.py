"""The gate: strangers, members, readers, librarians and Support, on every page and every button."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import ABILITIES, SUPPORT, Ability
from accounts.models import AuditEvent, SupportGrant, User
from core.vocabulary import MemberRole
from imports.models import Run
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene

PAGES = ("overview", "operations", "operations_csv", "people", "people_csv")
BUTTONS = ("test_import", "start_import", "sync_now")


def addresses(scene: Scene) -> dict[str, str]:
    """Every address of a district."""
    run = scene.runs["done"].pk
    return {
        **{name: reverse(name, args=[scene.slug]) for name in (*PAGES, *BUTTONS)},
        **{
            name: reverse(name, args=[scene.slug, run])
            for name in (
                *("run", "run_live", "run_cancel", "run_confirm", "run_discard", "changes_csv"),
            )
        },
        "person": reverse("person", args=[scene.slug, scene.person.pk]),
    }


POSTS = {*BUTTONS, "run_cancel", "run_confirm", "run_discard"}


def ask(client: Client, name: str, address: str) -> int:
    return (client.post if name in POSTS else client.get)(address).status_code


def test_C33_stranger_finds_nothing(maple: Scene, charlie: Client, alice: Client) -> None:
    for name, address in addresses(maple).items():
        assert ask(charlie, name, address) == 404, name
        if name not in POSTS and not name.endswith("csv"):
            assert ask(alice, name, address) == 200, name


def test_A18_nobody_signed_in_is_asked_to(maple: Scene, client: Client) -> None:
    for name, address in addresses(maple).items():
        answer = (client.post if name in POSTS else client.get)(address)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/accounts/login/?next=/d/maple/"), name


def test_another_districts_rows_are_not_found(maple: Scene, juniper: Scene, alice: Client) -> None:
    run, person = maple.runs["done"].pk, maple.person.pk
    for name, number in (("run", run), ("run_live", run), ("changes_csv", run), ("person", person)):
        assert alice.get(reverse(name, args=["juniper", number])).status_code == 404
        csv = name == "changes_csv"
        assert csv or alice.get(reverse(name, args=["maple", number])).status_code == 200


def test_A18_viewer_reads_and_does_nothing(maple: Scene, bob: Client) -> None:
    for name, address in addresses(maple).items():
        refused = name in POSTS or name.endswith("csv")
        assert ask(bob, name, address) == (403 if refused else 200), name
    assert b"Your role here is Viewer" in bob.post(reverse("sync_now", args=["maple"])).content
    assert not Run.objects.filter(requested_by=scenes.BOB).exists()


def test_B05_viewer_sees_personal_data_masked(maple: Scene, bob: Client, alice: Client) -> None:
    person = maple.person
    pages = [
        reverse("people", args=["maple"]),
        reverse("person", args=["maple", person.pk]),
        reverse("run", args=["maple", maple.runs["done"].pk]),
    ]
    secrets = [str(person.last_name), str(person.sis_id), str(person.email), str(person.clever_id)]
    # Without the places where an address may break, or an address could not be found in it.
    seen, masked = (
        "".join(client.get(page).content.decode() for page in pages).replace("<wbr>", "")
        for client in (alice, bob)
    )
    for secret in secrets:
        assert secret in seen
        assert secret not in masked


def test_B05_viewer_cannot_find_out_by_searching(maple: Scene, bob: Client) -> None:
    everybody = bob.get(reverse("people", args=["maple"])).context["rows"]
    searched = bob.get(reverse("people", args=["maple"]), {"q": str(maple.person.sis_id)})
    assert searched.context["rows"] == everybody


def test_A02_librarian_sees_people_of_own_schools_only(maple: Scene, db: None) -> None:
    lee = signed_in(scenes.LEE)
    hidden = {*PAGES, *POSTS, "run", "run_live", "changes_csv"} - {"people", "people_csv"}
    for name, address in addresses(maple).items():
        assert name not in hidden or ask(lee, name, address) == 404, name
    rows = lee.get(reverse("people", args=["maple"])).context["rows"]
    assert rows
    assert {row.person.school_id for row in rows} == {maple.schools[0].pk}
    elsewhere = maple.district.people.filter(school=maple.schools[5]).first()
    here = maple.district.people.filter(school=maple.schools[0]).first()
    assert elsewhere
    assert here
    assert lee.get(reverse("person", args=["maple", elsewhere.pk])).status_code == 404
    assert lee.get(reverse("person", args=["maple", here.pk])).status_code == 200
    other_school = {"school": maple.schools[5].pk}
    refused = lee.get(reverse("people", args=["maple"]), other_school)
    assert refused.context["form"].errors["school"]


def test_C33_support_sees_people_only_while_a_grant_lasts(maple: Scene) -> None:
    sam, now = signed_in(scenes.SAM), timezone.now()
    person = reverse("person", args=["maple", maple.person.pk])
    run = reverse("run", args=["maple", maple.runs["done"].pk])
    assert sam.get(reverse("overview", args=["maple"])).status_code == 200
    assert sam.get(person).status_code == 404
    assert str(maple.person.last_name) not in sam.get(run).content.decode()
    grant = SupportGrant.objects.create(
        district=maple.district, user=User.objects.get(email=scenes.SAM), reason="A question",
        granted_by=scenes.ALICE, until=now + timedelta(hours=1),
    )  # fmt: skip
    assert sam.get(person).status_code == 200
    assert sam.post(reverse("sync_now", args=["maple"])).status_code == 403
    SupportGrant.objects.filter(pk=grant.pk).update(until=now - timedelta(seconds=1))
    assert sam.get(person).status_code == 404


def test_B05_looking_at_a_person_is_recorded(maple: Scene, alice: Client) -> None:
    alice.get(reverse("person", args=["maple", maple.person.pk]))
    event = AuditEvent.objects.get(verb="person.seen")
    assert (event.actor, event.subject) == (scenes.ALICE, f"person:{maple.person.pk}")
    assert event.district == maple.district


def test_every_role_has_its_abilities() -> None:
    assert set(ABILITIES) == {*MemberRole, SUPPORT}
    assert ABILITIES[MemberRole.OWNER] == frozenset(Ability)
    assert Ability.SEE_PEOPLE not in ABILITIES[SUPPORT]
    assert Ability.SEE_INTEGRATION not in ABILITIES[MemberRole.LIBRARIAN]


@pytest.mark.parametrize("name", sorted(POSTS))
def test_effects_happen_by_post_only(maple: Scene, alice: Client, name: str) -> None:
    before = list(Run.objects.values_list("pk", "state"))
    assert alice.get(addresses(maple)[name]).status_code == 405
    assert list(Run.objects.values_list("pk", "state")) == before


def test_effects_need_the_forms_token(maple: Scene, db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        User.objects.get(email=scenes.ALICE), backend="django.contrib.auth.backends.ModelBackend"
    )
    answer = client.post(reverse("sync_now", args=["maple"]))
    assert answer.status_code == 403
    assert b"Please send it again" in answer.content
