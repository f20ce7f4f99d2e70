"""Two people press the same button at the same moment, or one presses it twice."""

import json
import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.invitation import invite
from accounts.models import Membership, User
from clever_sync.models import MirrorObject
from core.vocabulary import MemberRole
from imports.models import Brake
from schools.models import School
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, OLIVE, Scene

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
LONG_ENOUGH = 2.0


def at_once(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """What both gave; the second begins while the first is not committed yet, and waits for it."""
    gave: list[Any] = []

    def other() -> None:
        try:
            gave.append(second())
        except DatabaseError as problem:
            gave.append(problem)
        finally:
            connection.close()

    thread = Thread(target=other)
    with transaction.atomic():
        gave.append(first())
        thread.start()
        until = time.monotonic() + LONG_ENOUGH
        while thread.is_alive() and time.monotonic() < until and not somebody_waits():
            time.sleep(0.01)
    thread.join(30)
    return gave


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def both(scene: Scene, name: str, sent: dict[str, str]) -> list[int]:
    """The statuses for two owners who send the same to a page."""
    Membership.objects.filter(user__email=OLIVE).update(role=MemberRole.OWNER)
    alice, olive = signed_in(ALICE), signed_in(OLIVE)
    where = reverse(name, args=[scene.slug])
    gave = at_once(lambda: alice.post(where, sent), lambda: olive.post(where, sent))
    return [getattr(answer, "status_code", answer) for answer in gave]


def test_schools_that_two_make_at_once_are_made_once() -> None:
    scene = scenes.full(students=2, teachers=1)
    new = MirrorObject.objects.filter(type="school").order_by("-clever_id")[0].clever_id
    sent = {f"code-{new}": "NEW", f"make-{new}": "on"}
    assert both(scene, "create_schools", sent) == [303, 200]
    assert School.objects.filter(district=scene.district, site_code="NEW").count() == 1


def test_a_document_that_two_apply_at_once_is_in_effect_once() -> None:
    scene = scenes.full(students=2, teachers=1)
    document = {
        "format": "clever-integration-settings/1",
        "brakes": {"student": {"many_transfers": {"percent": 7, "number": 70}}},
    }
    page = signed_in(ALICE).get(reverse("settings_document", args=[scene.slug]))
    assert page.status_code == 200
    looked = signed_in(ALICE).post(
        reverse("settings_upload", args=[scene.slug]), {"document": file_of(document)}
    )
    seen = looked.context["found"].seen
    sent = {"name": "mine.json", "text": json.dumps(document), "seen": seen}
    assert both(scene, "settings_apply", sent) == [303, 303]
    assert Brake.objects.get(district=scene.district).number == 70


def file_of(document: object) -> Any:
    from django.core.files.base import ContentFile

    return ContentFile(json.dumps(document).encode(), name="mine.json")


def test_two_districts_invite_somebody_at_once() -> None:
    maple, juniper = scenes.empty("maple"), scenes.empty("juniper")

    def ask(scene: Scene) -> User:
        given = {"email": "new@maple.example", "role": MemberRole.VIEWER, "by": ALICE}
        return invite(district=scene.district, **given)[0]  # type: ignore[arg-type]

    first, second = at_once(lambda: ask(maple), lambda: ask(juniper))
    assert first == second
    assert not first.has_usable_password()
    assert Membership.objects.filter(user=first).count() == 2
