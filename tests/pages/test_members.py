"""Users and roles: owners invite, change and remove; one owner stays; strangers' ids do nothing."""

from collections.abc import Mapping

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import members
from accounts.access import Ability, find
from accounts.models import AuditEvent, CleverLink, Membership, User
from core.problems import ConsoleError
from core.vocabulary import MemberRole
from schools.models import District
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, BOB, CHARLIE, LEE, Scene

EVE = "eve@maple.example"


def page(name: str, *more: int) -> str:
    return reverse(name, args=["maple", *more])


def of(email: str) -> Membership:
    return Membership.objects.get(district__slug="maple", user__email=email)


def said(client: Client, address: str, data: Mapping[str, object]) -> str:
    return client.post(address, data, follow=True).content.decode().replace("<wbr>", "")


def audited(verb: str) -> AuditEvent:
    return AuditEvent.objects.filter(verb=verb).order_by("-pk")[0]


def test_A18_owner_invites_an_import_admin_who_may_import(maple: Scene, alice: Client) -> None:
    text = said(
        alice, page("user_invite"), {"email": " Eve@Maple.example ", "role": "import_admin"}
    )
    assert f"{EVE} is invited" in text
    eve = User.objects.get(email=EVE)
    access = find(eve, "maple")
    assert access and access.may(Ability.IMPORT) and not access.may(Ability.MANAGE)
    event = audited("member.invite")
    assert (event.actor, event.subject, event.district) == (ALICE, str(eve.pk), maple.district)
    assert event.details == {"role": "import_admin"}
    assert (of(EVE).invited_by, [m.to for m in mail.outbox]) == (ALICE, [[EVE]])


def test_A02_a_librarian_is_invited_for_chosen_schools(maple: Scene, alice: Client) -> None:
    schools = [school.pk for school in maple.schools[2:4]]
    said(alice, page("user_invite"), {"email": EVE, "role": "librarian", "schools": schools})
    access = find(User.objects.get(email=EVE), "maple")
    assert access and access.schools == frozenset(schools)
    assert not access.may(Ability.SEE_INTEGRATION)


def test_H20_the_last_owner_is_neither_removed_nor_demoted(maple: Scene, alice: Client) -> None:
    own = of(ALICE)
    changes: list[dict[str, object]] = [
        {"role": "viewer"},
        {"role": "librarian", "schools": [maple.schools[0].pk]},
    ]
    for data in changes:
        assert "This is your own role" in said(alice, page("user_edit", own.pk), data)
    assert "This is your own role" in said(alice, page("user_remove", own.pk), {})
    district = maple.district
    for act in (
        lambda: members.remove_member(district=district, number=own.pk, by="support"),
        lambda: members.change_member(
            district=district, number=own.pk, role=MemberRole.VIEWER, by="support"
        ),
    ):
        with pytest.raises(ConsoleError, match="is the last owner of Maple Ridge Unified"):
            act()
    assert of(ALICE).role == "owner"
    # An owner who cannot sign in keeps no district open.
    Membership.objects.filter(pk=of(BOB).pk).update(role="owner")
    User.objects.filter(email=BOB).update(is_active=False)
    with pytest.raises(ConsoleError, match="last owner"):
        members.remove_member(district=district, number=own.pk, by="support")


def test_H20_another_owner_can_be_demoted_and_then_removed(maple: Scene, alice: Client) -> None:
    bob = of(BOB)
    said(alice, page("user_edit", bob.pk), {"role": "owner"})
    assert "bob@maple.example is Viewer here" in said(
        alice, page("user_edit", bob.pk), {"role": "viewer"}
    )
    assert audited("member.change").details == {
        "role": "viewer", "role_before": "owner", "schools": [],
    }  # fmt: skip
    assert "is not a member of Maple Ridge Unified any more" in said(
        alice, page("user_remove", bob.pk), {}
    )
    assert audited("member.remove").subject == str(bob.user_id)
    assert signed_in(BOB).get(reverse("overview", args=["maple"])).status_code == 404


def test_A18_roles_take_effect_at_the_next_click(maple: Scene, alice: Client) -> None:
    bob, address = signed_in(BOB), reverse("people_csv", args=["maple"])
    assert bob.get(address).status_code == 403
    said(alice, page("user_edit", of(BOB).pk), {"role": "operator"})
    assert bob.get(address).status_code == 200


def test_H20_only_owners_manage_users(maple: Scene, alice: Client, bob: Client) -> None:
    lee, olive = signed_in(LEE), signed_in(scenes.OLIVE)
    for name in ("users", "user_invite"):
        assert alice.get(page(name)).status_code == 200
        for client in (bob, olive, lee):
            assert client.get(page(name)).status_code == 403
    refused = olive.post(page("user_invite"), {"email": EVE, "role": "owner"})
    assert refused.status_code == 403
    assert not User.objects.filter(email=EVE).exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Write the e-mail address of whom you invite."),
        ({"email": "eve", "role": "viewer"}, "This is not an e-mail address."),
        ({"email": "a@x.example, b@x.example", "role": "viewer"}, "This is not an e-mail address."),
        ({"email": "a\x00b@x.example", "role": "viewer"}, "Null characters are not allowed."),
        ({"email": f"{'a' * 300}@x.example", "role": "viewer"}, "254 characters at most"),
        ({"email": EVE}, "Choose a role."),
        ({"email": EVE, "role": "emperor"}, "Role: choose one of the list."),
        ({"email": EVE, "role": "<b>"}, "Role: choose one of the list."),
        ({"email": EVE, "role": "librarian"}, "choose one school at least"),
        ({"email": EVE, "role": "librarian", "schools": ["x", "9" * 40]}, "Schools: choose among"),
        ({"email": BOB, "role": "viewer"}, "is a member of Maple Ridge Unified already"),
    ],
)
def test_bad_invitations_are_refused_in_one_sentence(
    maple: Scene, alice: Client, data: dict[str, object], sentence: str
) -> None:
    before = User.objects.count(), Membership.objects.count()
    assert sentence in said(alice, page("user_invite"), data)
    assert (User.objects.count(), Membership.objects.count()) == before
    assert mail.outbox == []


def test_another_districts_schools_and_members_are_not_found(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    theirs = Membership.objects.get(district=juniper.district, user__email=BOB)
    office = juniper.district.schools.get()
    data: dict[str, object] = {"email": EVE, "role": "librarian", "schools": [office.pk]}
    assert "Schools: choose among" in said(alice, page("user_invite"), data)
    for name in ("user_edit", "user_remove", "user_invite_again"):
        assert alice.post(page(name, theirs.pk), {"role": "owner"}).status_code == 404
    with pytest.raises(ConsoleError, match="does not belong to Maple"):
        members.invite_member(
            district=maple.district, email=EVE, role=MemberRole.LIBRARIAN, schools=[office.pk],
            by=ALICE,
        )  # fmt: skip
    theirs.refresh_from_db()
    assert theirs.role == "viewer"
    assert not User.objects.filter(email=EVE).exists()


def test_a_closed_account_is_not_invited(maple: Scene, alice: Client) -> None:
    User.objects.filter(email=CHARLIE).update(is_active=False)
    data: dict[str, object] = {"email": CHARLIE, "role": "viewer"}
    assert "is closed. Ask Support" in said(alice, page("user_invite"), data)


def test_list_says_who_has_come_and_whose_link_is_too_old(maple: Scene, alice: Client) -> None:
    alice.post(page("user_invite"), {"email": EVE, "role": "viewer"})
    rows = {row.email: row for row in alice.get(page("users")).context["rows"]}
    assert rows[EVE].state.label == "Invited"
    assert rows[ALICE].state.label == "Active"
    assert (rows[LEE].role, rows[LEE].school) == ("Librarian", maple.schools[0].name)
    Membership.objects.filter(pk=of(EVE).pk).update(invited_at="2026-01-01T00:00Z")
    text = alice.get(page("users")).content.decode()
    assert "Invitation too old" in text
    said(alice, page("user_invite_again", of(EVE).pk), {})
    assert "Invitation too old" not in alice.get(page("users")).content.decode()
    assert len(mail.outbox) == 2
    assert audited("member.invite_again").actor == ALICE


def test_C29_an_owner_sees_by_what_a_member_signs_in(maple: Scene, alice: Client) -> None:
    lee = of(LEE)
    assert "Signs in by password." in alice.get(page("user_edit", lee.pk)).content.decode()
    CleverLink.objects.create(
        membership=lee, clever_district_id=f"{1:024x}", clever_user_id=f"{2:024x}"
    )
    TOTP.activate(lee.user, "A" * 32)
    both = "Signs in by password or Clever, with a second factor."
    assert both in alice.get(page("user_edit", lee.pk)).content.decode()
    User.objects.filter(pk=lee.user_id).update(password="!")
    only = "Signs in by Clever, with a second factor."
    assert only in alice.get(page("user_edit", lee.pk)).content.decode()


def test_list_is_searched_and_paged_without_more_queries(maple: Scene, alice: Client) -> None:
    def emails(**query: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            context = alice.get(page("users"), query).context
        assert len(queries) == 6
        return [row.email for row in context["rows"]]

    assert emails(q="BOB") == [BOB]
    assert emails(role="librarian") == [LEE]
    assert emails(q="nobody at all") == []
    for n in range(60):
        user = User.objects.create(email=f"z{n:02}@maple.example", password="!")
        Membership.objects.create(district=maple.district, user=user, role="viewer")
    first = emails()
    assert len(first) == 50
    assert emails(after=first[-1])[-1] == "z59@maple.example"
    assert alice.get(page("users"), {"q": "x\x00", "role": "?", "after": "\x00"}).status_code == 200


def test_pages_of_one_member_take_the_same_queries_for_any_number_of_schools(
    maple: Scene, alice: Client
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(page("user_edit", of(LEE).pk)).status_code == 200
        return len(queries)

    before = count()
    for n in range(40):
        of(LEE).schools.add(
            District.objects.get(slug="maple").schools.create(site_code=f"X{n}", name=f"X {n}")
        )
    assert count() == before
