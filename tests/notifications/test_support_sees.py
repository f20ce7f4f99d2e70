"""Owners hear by mail that Support sees people of their district: who, why, until when (C33)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, SupportGrant, User
from core.problems import ConsoleError
from core.vocabulary import LetterState, MemberRole
from imports.models import RunEvent
from integration_console.support.granting import let_in
from notifications.gather import gather
from notifications.models import Letter
from schools.models import District
from tests.notifications.office import Office, text_of
from tests.notifications.setting import Setting, ring
from tests.pages.conftest import signed_in

OWNER, SECOND = "olga@maple.example", "omar@maple.example"
REASON = "Asked to look at the twins of run 12"


def belongs(district: District, email: str, role: MemberRole, *, is_active: bool = True) -> User:
    user = User.objects.create_user(email, is_active=is_active)
    Membership.objects.create(district=district, user=user, role=role)
    return user


@pytest.fixture
def owned(here: Setting) -> Setting:
    """Two owners, of whom the second is in the lists; others, here and elsewhere."""
    elsewhere = District.objects.create(slug="elm", name="Elm Park", time_zone="UTC")
    belongs(here.district, OWNER, MemberRole.OWNER)
    belongs(here.district, SECOND, MemberRole.OWNER)
    belongs(here.district, "closed@maple.example", MemberRole.OWNER, is_active=False)
    belongs(here.district, "ivy@maple.example", MemberRole.IMPORT_ADMIN)
    belongs(elsewhere, "else@elm.example", MemberRole.OWNER)
    here.tell(SECOND)
    return here


@pytest.fixture
def sam(db: None) -> User:
    return User.objects.create_user("sam@support.example", is_staff=True)


def lets_in(here: Setting, sam: User, reason: str = REASON) -> SupportGrant:
    now = timezone.now()
    return let_in(
        district=here.district, user=sam, reason=reason, until=now + timedelta(hours=4), now=now,
        by=sam.email,
    )  # fmt: skip


def test_C33_every_owner_and_nobody_else_gets_one_letter(
    owned: Setting, office: Office, sam: User
) -> None:
    lets_in(owned, sam)
    assert ring() == 2
    assert sorted(letter["To"] for letter in office.letters) == [OWNER, SECOND]
    assert ring() == 0 and len(office.letters) == 2
    for kind in ("plain", "html"):
        text = " ".join(text_of(office.to(OWNER)[0], kind).split())
        for words in (
            "sam@support.example of Support sees people of your district, until ",
            REASON,
            "http://localhost:8000/d/maple/activity/",
            "http://localhost:8000/d/maple/setup/support/",
            "You get this because you are an owner of Maple Ridge Unified",
        ):
            assert words in text, (kind, words)
    subject = "Maple Ridge Unified: Support can see people of your district"
    assert office.letters[0]["Subject"] == subject


def test_C33_the_page_on_which_support_takes_leave_tells_the_owners(
    owned: Setting, office: Office, sam: User
) -> None:
    page = reverse("support_take", args=["maple"])
    assert signed_in(sam.email).post(page, {"reason": REASON, "hours": "1"}).status_code == 303
    assert ring() == 2


def test_C33_the_back_office_tells_the_owners_too(
    owned: Setting, office: Office, sam: User
) -> None:
    User.objects.filter(pk=sam.pk).update(is_superuser=True)
    until = (timezone.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    given = {"district": owned.district.pk, "user": sam.pk, "reason": REASON, "until": until}
    signed_in(sam.email).post(reverse("admin:accounts_supportgrant_add"), given)
    assert SupportGrant.objects.exists()
    assert ring() == 2


def test_C33_without_a_reason_there_is_neither_leave_nor_letter(
    owned: Setting, office: Office, sam: User
) -> None:
    with pytest.raises(ConsoleError):
        lets_in(owned, sam, " ")
    assert not RunEvent.objects.exists()
    assert ring() == 0


def test_C33_who_is_no_owner_any_more_gets_no_letter_that_waited(
    owned: Setting, office: Office, sam: User
) -> None:
    lets_in(owned, sam)
    gather()
    Membership.objects.filter(user__email=OWNER).update(role=MemberRole.VIEWER)
    assert ring() == 1
    assert Letter.objects.get(email=OWNER).state == LetterState.WITHDRAWN
    assert [letter["To"] for letter in office.letters] == [SECOND]
