"""The log-ins of the demonstration work as they are printed."""

import pytest
from django.contrib.auth import authenticate

from accounts.access import Ability, find
from accounts.models import CleverLink, User
from clever_sync.models import Connection
from integration_console.demonstration import logins
from schools.actions import create_district
from schools.models import District, School

pytestmark = pytest.mark.django_db


def make() -> None:
    district = create_district(slug="maple-ridge", name="Maple", time_zone="America/New_York")
    School.objects.create(district=district, site_code="101", name="One")
    logins.ensure([district], School.objects.filter(site_code="101"))


def test_everybody_can_log_in_and_may_do_what_the_role_says() -> None:
    make()
    for login in logins.LOGINS:
        assert authenticate(username=login.email, password=login.password)
    admin, librarian, support, owner = (User.objects.get(email=who.email) for who in logins.LOGINS)
    accesses = [find(user, "maple-ridge") for user in (admin, librarian, support)]
    owning = find(owner, "maple-ridge")
    assert owning is not None
    assert owning.may(Ability.MANAGE)
    may_import = [access is not None and access.may(Ability.IMPORT) for access in accesses]
    assert may_import == [True, False, False]
    assert accesses[1] is not None
    assert accesses[1].schools == frozenset({School.objects.get(site_code="101").pk})
    assert support.is_staff


def test_a_second_start_keeps_them_and_makes_them_work_again() -> None:
    make()
    login = logins.IMPORT_ADMIN
    user = User.objects.get(email=login.email)
    user.set_password("something else entirely")
    user.save()
    district = user.memberships.get().district
    logins.ensure([district], [])
    assert authenticate(username=login.email, password=login.password)
    assert User.objects.count() == 4


def test_C29_one_log_in_is_connected_with_clever_and_what_somebody_changed_stays() -> None:
    make()
    district = District.objects.get()
    Connection.objects.create(district=district, clever_district_id="5" * 24)
    assert logins.connect_with_clever(district, "6" * 24)
    assert logins.connect_with_clever(district, "6" * 24)
    link = CleverLink.objects.get()
    assert link.membership.user.email == logins.IMPORT_ADMIN.email
    CleverLink.objects.update(clever_user_id="7" * 24)
    assert not logins.connect_with_clever(district, "6" * 24)
    assert CleverLink.objects.get().clever_user_id == "7" * 24


def test_every_installation_has_passwords_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.SECRET_KEY", "one")
    one = [login.password for login in logins.LOGINS]
    monkeypatch.setattr("django.conf.settings.SECRET_KEY", "two")
    two = [login.password for login in logins.LOGINS]
    assert len({*one, *two}) == 2 * len(logins.LOGINS)
