"""API tokens: who makes them, what they may do, and when they die (C28)."""

from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.utils import timezone

from accounts import bearer, tokens
from accounts.access import Ability
from accounts.bearer import Refused, access_by, counted
from accounts.members import change_member, remove_member
from accounts.models import ApiToken, AuditEvent, Membership, User
from accounts.support import set_account_open
from accounts.tokens import Made, make_token, revoke_token
from core.problems import ConsoleError
from core.vocabulary import MemberRole, TokenScope
from schools.models import District

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 6, tzinfo=timezone.get_default_timezone())
ADA, BO = "ada@maple.example", "bo@maple.example"


@pytest.fixture
def maple() -> District:
    return District.objects.create(slug="maple", name="Maple Ridge", time_zone="America/Denver")


@pytest.fixture
def ada(maple: District) -> User:
    return belongs(maple, ADA, MemberRole.OWNER)


@pytest.fixture
def bo(maple: District) -> User:
    return belongs(maple, BO, MemberRole.OWNER)


def belongs(district: District, email: str, role: MemberRole) -> User:
    user = User.objects.create_user(email)
    Membership.objects.create(district=district, user=user, role=role)
    return user


def made(district: District, by: User, name: str = "Library", **more: object) -> Made:
    wanted: dict[str, object] = {
        "scope": TokenScope.READ, "until": NOW + timedelta(days=365), "now": NOW, **more,
    }  # fmt: skip
    return make_token(district=district, name=name, by=by, **wanted)  # type: ignore[arg-type]


def why_not(secret: str, now: datetime = NOW) -> str:
    """What a token is refused for; "" where it is not."""
    try:
        access_by(secret, now)
    except Refused as refused:
        return refused.sentence
    return ""


def test_C28_a_token_is_kept_as_a_hash_and_is_known_again_by_its_beginning(
    maple: District, ada: User
) -> None:
    one = made(maple, ada)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM accounts_apitoken t")
        (row,) = cursor.fetchone()
    hidden = one.secret.removeprefix(f"{one.token.prefix}_")
    assert len(hidden) == 64 and hidden not in row
    assert one.token.digest == sha256(one.secret.encode()).hexdigest()
    assert hidden not in str(list(AuditEvent.objects.values()))
    assert one.secret.startswith(one.token.prefix)


def test_C28_a_token_acts_for_its_district_within_its_scope(maple: District, ada: User) -> None:
    token, access = access_by(made(maple, ada).secret, NOW)
    assert (access.district, bearer.name_of(token)) == (maple, f"API token {token.prefix}")
    assert access.may(Ability.SEE_PEOPLE) and access.may(Ability.SEE_GPA)
    never = {Ability.MANAGE, Ability.EDIT_PEOPLE, Ability.LOCK, Ability.RESOLVE_ALERTS}
    assert not access.abilities & (never | {Ability.IMPORT, Ability.SYNC})
    _, acting = access_by(made(maple, ada, "Runner", scope=TokenScope.ACT).secret, NOW)
    assert acting.abilities - access.abilities == {Ability.IMPORT, Ability.SYNC}


@pytest.mark.parametrize("role", [r for r in MemberRole if r is not MemberRole.OWNER])
def test_C28_only_owners_make_tokens(maple: District, role: MemberRole) -> None:
    user = belongs(maple, "cleo@maple.example", role)
    with pytest.raises(ConsoleError, match="Only owners"):
        made(maple, user)
    assert not ApiToken.objects.exists()


def test_C28_support_and_strangers_make_no_tokens(maple: District, ada: User) -> None:
    for user in (User.objects.create_superuser("sam@support.example"), belongs_elsewhere()):
        with pytest.raises(ConsoleError, match="Only owners"):
            made(maple, user)


def belongs_elsewhere() -> User:
    birch = District.objects.create(slug="birch", name="Birch", time_zone="UTC")
    return belongs(birch, "owner@birch.example", MemberRole.OWNER)


@pytest.mark.parametrize("days", [-1, 0, 731])
def test_C28_a_token_ends_within_two_years(maple: District, ada: User, days: int) -> None:
    with pytest.raises(ConsoleError, match="two years from now"):
        made(maple, ada, until=NOW + timedelta(days=days))


def test_C28_a_name_is_used_once_until_its_token_is_revoked(maple: District, ada: User) -> None:
    one = made(maple, ada)
    with pytest.raises(ConsoleError, match="already"):
        made(maple, ada, " LIBRARY ")
    with pytest.raises(ConsoleError, match="Name the program"):
        made(maple, ada, "\u200b ")
    revoke_token(district=maple, number=one.token.pk, by=ADA)
    assert made(maple, ada, "library").token.name == "library"


def test_C28_a_district_has_no_more_tokens_than_people_can_overlook(
    maple: District, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    made(maple, ada, "one")
    made(maple, ada, "two")
    with pytest.raises(ConsoleError, match="at most"):
        made(maple, ada, "three")


def test_C28_a_revoked_token_is_refused_from_then_on(maple: District, ada: User) -> None:
    one = made(maple, ada)
    assert why_not(one.secret) == ""
    revoke_token(district=maple, number=one.token.pk, by=BO)
    assert why_not(one.secret).startswith("This token was revoked")
    with pytest.raises(ConsoleError):
        revoke_token(district=maple, number=one.token.pk, by=BO)
    told = AuditEvent.objects.filter(district=maple).values_list("actor", "verb", "subject")
    assert list(told.order_by("pk")) == [
        (ADA, "token.make", one.token.prefix), (BO, "token.revoke", one.token.prefix),
    ]  # fmt: skip


def test_C28_an_expired_token_is_refused_with_its_day(maple: District, ada: User) -> None:
    one = made(maple, ada, until=NOW + timedelta(days=30))
    assert why_not(one.secret, NOW + timedelta(days=29)) == ""
    assert "expired on 2026-12-22" in why_not(one.secret, NOW + timedelta(days=30))


def test_C28_guesses_and_crippled_tokens_are_unknown(maple: District, ada: User) -> None:
    one = made(maple, ada)
    for wrong in (
        *("", "x", one.token.prefix, one.secret[:-1], one.secret + "0", one.secret.upper()),
        *(f"{one.token.prefix}_{'0' * 64}", one.token.digest, f"{one.secret}\x00"),
    ):
        with pytest.raises(Refused) as refused:
            access_by(wrong, NOW)
        assert not refused.value.known


def test_C28_a_token_dies_with_the_role_of_its_maker_and_stays_dead(
    maple: District, ada: User, bo: User
) -> None:
    one, other = made(maple, ada), made(maple, bo, "Buses")
    member = Membership.objects.get(district=maple, user=ada)
    for role in (MemberRole.IMPORT_ADMIN, MemberRole.OWNER):
        change_member(district=maple, number=member.pk, role=role, by=BO)
        assert why_not(one.secret).startswith("This token was revoked")
    assert why_not(other.secret) == ""
    row = AuditEvent.objects.get(verb="token.end")
    assert (row.actor, row.subject, row.district) == (BO, one.token.prefix, maple)
    assert ApiToken.objects.get(pk=one.token.pk).ended_why == tokens.LOST_ROLE


def test_C28_a_token_dies_when_its_maker_leaves_and_does_not_come_back(
    maple: District, ada: User, bo: User
) -> None:
    one = made(maple, ada)
    member = Membership.objects.get(district=maple, user=ada)
    remove_member(district=maple, number=member.pk, by=BO)
    Membership.objects.create(district=maple, user=ada, role=MemberRole.OWNER)
    assert why_not(one.secret).startswith("This token was revoked")


def test_C28_a_token_dies_when_its_makers_account_is_closed(maple: District, ada: User) -> None:
    one = made(maple, ada, until=NOW + timedelta(days=30))
    set_account_open(user=ada, is_open=False, by="sam@support.example")
    set_account_open(user=ada, is_open=True, by="sam@support.example")
    assert why_not(one.secret).startswith("This token was revoked")


@pytest.mark.parametrize("how", ["closed", "removed", "demoted"])
def test_C28_whoever_loses_the_right_past_our_doors_has_no_token_either(
    maple: District, ada: User, how: str
) -> None:
    one = made(maple, ada)
    membership = Membership.objects.filter(user=ada)
    if how == "closed":
        User.objects.filter(pk=ada.pk).update(is_active=False)
    elif how == "removed":
        membership.delete()
    else:
        membership.update(role=MemberRole.IMPORT_ADMIN)
    assert "not an owner of the district any more" in why_not(one.secret)


def test_C28_calls_are_counted_by_the_minute_and_one_too_many_writes_nothing(
    maple: District, ada: User
) -> None:
    token = made(maple, ada).token
    assert [counted(token, 3) for _ in range(5)] == [True, True, True, False, False]
    token.refresh_from_db()
    assert token.calls == 3
    assert token.last_used is not None and token.last_used.second == 0
    before = token.last_used - timedelta(minutes=1)
    ApiToken.objects.filter(pk=token.pk).update(last_used=before)
    assert counted(token, 3)
    token.refresh_from_db()
    assert token.calls == 1
    assert ApiToken.objects.count() == 1
