"""Calls by which values are destroyed, or a proof of it is taken along (C34)."""

from imports.models import Run
from imports.states import ACTIVE
from tests.pages.effects import Asked, Effect, file, sends
from tests.pages.scenes import PASSWORD, Scene
from tests.pages.scenes_privacy import night, order

TYPED = {"reason": "contract", "name": "Maple Ridge Unified", "password": PASSWORD}


def certified(scene: Scene) -> Asked:
    """A certificate of a night."""
    return Asked((night(scene.district, {"changes": 3}).pk,))


def waiting(scene: Scene) -> Asked:
    """An order that can be called off."""
    return Asked((order(scene.district).pk,))


def person(scene: Scene) -> Asked:
    return Asked((scene.person.pk,))


def erases(scene: Scene) -> Asked:
    Run.objects.filter(district=scene.district, state__in=ACTIVE).update(state="failed")
    sent = {"name": scene.person.last_name, "password": PASSWORD, "keep_out": "on"}
    return Asked((scene.person.pk,), sent)


EFFECTS = (
    file("person_erase", "person.seen", person),
    Effect("person_erase", "values.destroyed.person", erases),
    Effect("destroy", "destruction.ordered", sends(**TYPED)),
    Effect("destroy_cancel", "destruction.cancelled", waiting),
    file("certificate_file", "certificate.downloaded", certified),
)
