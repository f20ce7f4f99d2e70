"""Calls that change somebody's record, and looks at somebody (C23)."""

from collections.abc import Callable

from imports import identity
from schools import writer
from schools.models import FieldLock, Person
from tests.pages.effects import Asked, Effect, file
from tests.pages.scenes import ALICE, Scene
from tests.pages.scenes_joining import double


def person(scene: Scene) -> Asked:
    return Asked((scene.person.pk,))


def this(*more: object, **sent: object) -> Callable[[Scene], Asked]:
    """The person of the scene."""
    return lambda scene: Asked((scene.person.pk, *more), sent)


def edits(scene: Scene) -> Asked:
    one = scene.person
    shown = {
        "first_name": one.first_name, "last_name": one.last_name, "status": one.status,
        "site": one.school_id,
    }  # fmt: skip
    initial = {f"initial-{name}": value for name, value in shown.items()}
    return Asked((one.pk,), {**shown, **initial, "first_name": "Zoe", "revision": one.revision})


def novak(scene: Scene) -> Asked:
    return Asked(sent={"last_name": "Novak", "status": "1", "site": scene.schools[0].pk})


def picks(act: str, **sent: object) -> Callable[[Scene], Asked]:
    """Somebody of the Transferred list."""

    def ask(scene: Scene) -> Asked:
        one = scene.person
        Person.objects.filter(pk=one.pk).update(status=4)
        return Asked((act,), {"expected": 1, **sent}, f"pick={one.pk}")

    return ask


def moves(scene: Scene) -> Asked:
    return picks("site", site=scene.schools[1].pk)(scene)


def everybody(act: str, **sent: object) -> Callable[[Scene], Asked]:
    """Somebody of the list of people."""
    return lambda scene: Asked(
        (act,), {"expected": 1, "reason": "Agreed", **sent}, f"pick={scene.person.pk}"
    )


def locks(act: str, **sent: object) -> Callable[[Scene], Asked]:
    """The lock that the scene has."""

    def ask(scene: Scene) -> Asked:
        lock = FieldLock.objects.get(district=scene.district)
        return Asked((act,), {"expected": 1, **sent}, f"pick={lock.pk}")

    return ask


def restores(scene: Scene) -> Asked:
    one = scene.person
    writer.archive_people(district=scene.district, person_ids=[one.pk], by=ALICE)
    return Asked(sent={"pick": one.pk})


def protected(scene: Scene) -> Person:
    one = scene.person
    Person.objects.filter(pk=one.pk).update(protected=True)
    return one


def unlinks(scene: Scene) -> Asked:
    return Asked((scene.person.pk,), {"revision": scene.person.revision})


def merges(scene: Scene) -> Asked:
    one, two = double(scene)
    mine = {"keep": one.pk, "mine": one.revision, "theirs": two.revision}
    return Asked((one.pk, two.pk), mine)


def takes_back(scene: Scene) -> Asked:
    one = scene.person
    identity.unlink(district=scene.district, person_id=one.pk, revision=one.revision, by=ALICE)
    return Asked((one.pk, one.identity_changes.get().pk))


EFFECTS = (
    file("person", "person.seen", person),
    file("person_edit", "person.seen", person),
    file("person_lock", "person.seen", person),
    file("person_unlock", "person.seen", this("email")),
    file("person_protect", "person.seen", person),
    file("person_unlink", "person.seen", person),
    file("person_merge_find", "person.seen", person),
    file("person_merge", "person.seen", lambda s: Asked(merges(s).args)),
    file("person_take_back", "person.seen", takes_back),
    file("explain", "person.explained", lambda s: Asked(query=f"person={s.person.pk}")),
    Effect("explain_ask", "clever.asked", lambda s: Asked(sent={"clever_id": s.person.clever_id})),
    file("people_csv", "people.exported"),
    file("transferred_csv", "people.exported"),
    file("locks_csv", "locks.exported"),
    Effect("person_new", "person.created", novak),
    Effect("person_edit", "person.edited", edits),
    Effect("transferred_act", "people.status", picks("status", status="1")),
    Effect("transferred_act", "people.site", moves),
    Effect("transferred_act", "people.deleted", picks("delete", number="1")),
    Effect("restore_people", "people.restored", restores),
    Effect("people_act", "fields.locked", everybody("lock", field="grade")),
    Effect("people_act", "people.protected", everybody("protect")),
    Effect("locks_act", "fields.unlocked", locks("unlock")),
    Effect("locks_act", "fields.lock_extended", locks("extend")),
    Effect("unprotect", "people.unprotected", lambda s: Asked(sent={"pick": protected(s).pk})),
    Effect("person_lock", "fields.locked", this(lock=["grade"], reason="Skips")),
    Effect("person_unlock", "fields.unlocked", this("email", reason="")),
    Effect("person_protect", "people.protected", this(reason="Private")),
    Effect("person_unprotect", "people.unprotected", lambda s: Asked((protected(s).pk,))),
    Effect("person_unlink", "person.unlinked", unlinks),
    Effect("person_merge", "people.merged", merges),
    Effect("person_take_back", "unlink taken back", takes_back),
)
