"""Two owners at the same moment."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts import members
from accounts.models import Membership
from core.problems import ConsoleError
from tests.pages import scenes
from tests.pages.scenes import ALICE, BOB


@pytest.mark.django_db(transaction=True)
def test_H20_two_owners_who_remove_each_other_leave_one() -> None:
    scene = scenes.empty("maple")
    Membership.objects.filter(user__email=BOB).update(role="owner")
    numbers = dict(Membership.objects.values_list("user__email", "pk"))
    start = Barrier(2)

    def remove(by: str, whom: str) -> None:
        start.wait()
        try:
            members.remove_member(district=scene.district, number=numbers[whom], by=by)
        except ConsoleError:
            pass
        finally:
            connection.close()

    threads = [Thread(target=remove, args=pair) for pair in ((ALICE, BOB), (BOB, ALICE))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Membership.objects.filter(district=scene.district, role="owner").count() == 1
