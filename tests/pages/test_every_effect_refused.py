"""Every effect, tried by who may not have it, and with the numbers of another district (C33)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.models import AuditEvent, SupportGrant
from clever_sync.models import MirrorObject
from imports.models import AlertCandidate, PlannedChange
from schools.models import Person, PersonSite, School
from tests.pages import (
    effects_of_privacy,
    effects_of_runs,
    effects_of_settings,
    rules,
    scenes,
)
from tests.pages.conftest import signed_in
from tests.pages.effects import Effect
from tests.pages.scenes import ALICE, BOB, CHARLIE, LEE, OLIVE, SAM, Scene
from tests.pages.test_every_address import filled, rows_of, walk, written
from tests.pages.test_every_effect import EFFECTS, quick

__all__ = ["quick"]
pytestmark = pytest.mark.django_db
# A name that nobody has but the people and schools of the other district.
THEIRS = "Quetzal"
DECISIONS = [
    "test_import", "start_import", "run_confirm", "run_discard", "run_undo", "raise_brakes",
    "hold_approve", "hold_check", "hold_discard", "holds_together", "activity_csv",
]  # fmt: skip


@dataclass(frozen=True)
class Tries:
    """Somebody tries these effects, of which they may have those of `may`."""

    who: str
    effects: Sequence[Effect] = EFFECTS
    may: Collection[str] = ()


TRIES = (
    Tries(CHARLIE),
    Tries(BOB, may=["person", "alert"]),
    # The person of the scene is of another school than theirs.
    Tries(LEE, may=["people_csv", "transferred_csv", "person_new"]),
    Tries(
        OLIVE,
        effects=[
            *effects_of_settings.EFFECTS,
            *effects_of_privacy.EFFECTS,
            *(one for one in effects_of_runs.EFFECTS if one.name in DECISIONS),
        ],
        may=["source_picture"],
    ),
    # Their leave is over.
    Tries(SAM, may=["support_take", "support_end"]),
)


@pytest.fixture
def over(maple: Scene) -> SupportGrant:
    """Support's leave, which ended a minute ago."""
    return SupportGrant.objects.create(
        district=maple.district, user=scenes.user(SAM), reason="Helped", granted_by=SAM,
        until=timezone.now() - timedelta(minutes=1),
    )  # fmt: skip


def test_C33_nobody_has_an_effect_that_is_not_theirs(
    maple: Scene, quick: None, over: SupportGrant
) -> None:
    clients = {tries.who: signed_in(tries.who) for tries in TRIES}
    had, tried = [], 0
    for effect in EFFECTS:
        with transaction.atomic():
            for tries in TRIES:
                if effect in tries.effects and effect.name not in tries.may:
                    had += has(maple, effect, tries.who, clients[tries.who])
                    tried += 1
            transaction.set_rollback(True)
    assert not had, "\n".join(had)
    assert tried > 400


def has(scene: Scene, effect: Effect, who: str, client: Client) -> list[str]:
    """Nothing, if somebody was refused and nothing was written; else what happened."""
    with transaction.atomic():
        asked = effect.ask(scene)
        path = reverse(effect.name, args=[scene.slug, *asked.args])
        before, where = written(), f"{path}?{asked.query}"
        answer = client.get(where) if effect.get else client.post(where, asked.sent)
        changed = {table for table, rows in written().items() if before.get(table) != rows}
        transaction.set_rollback(True)
    refused = answer.status_code in (303, 403, 404) and changed <= {"django_session"}
    return [] if refused else [f"{who} {effect.name}: {answer.status_code} {changed}"]


@pytest.fixture
def birch(maple: Scene) -> Scene:
    """Another district of the same owner; its people and schools are known by their name."""
    made = scenes.full("birch", students=12, teachers=3)
    Person.objects.filter(district=made.district).update(last_name=THEIRS, first_name=THEIRS)
    School.objects.filter(district=made.district).update(name=THEIRS)
    return made


def test_C33_numbers_of_another_district_in_a_form_do_nothing_there(
    maple: Scene, birch: Scene, quick: None
) -> None:
    alice, wrong = signed_in(ALICE), []
    for effect in EFFECTS:
        if effect.name == "settings_copy":
            continue  # Whoever may import in both may copy from one to the other.
        with transaction.atomic():
            asked = effect.ask(birch)
            path = reverse(effect.name, args=["maple", *asked.args])
            before, where = state(birch), f"{path}?{asked.query}"
            sent = {**rules.filled(alice, path), **asked.sent} if effect.form else asked.sent
            answer = alice.get(where) if effect.get else alice.post(where, sent, follow=True)
            if THEIRS in text_of(answer):
                wrong.append(f"{effect.name} shows somebody of the other district")
            if state(birch) != before:
                wrong.append(f"{effect.name} writes to the other district")
            transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


def test_C33_numbers_of_another_district_in_a_query_show_nobody(
    maple: Scene, birch: Scene, quick: None
) -> None:
    alice, rows, shown = signed_in(ALICE), rows_of(maple), []
    for route, name in walk(get_resolver()):
        address = filled(route, name, rows)
        for query in queries(birch):
            with transaction.atomic():
                answer = alice.get(address.path, query)
                if THEIRS in text_of(answer):
                    shown.append(f"{address.path} {list(query)}")
                transaction.set_rollback(True)
    assert not shown, "\n".join(shown)


def queries(scene: Scene) -> list[dict[str, str | int]]:
    """Whatever a page may be asked for, by numbers and words of this district."""
    one, run, school = scene.person, scene.runs["done"].pk, scene.schools[0].pk
    places = ("after", "before", "row", "edit", "run", "old", "new", "test")
    return [
        {"person": one.pk, "pick": one.pk, "subject": f"person:{one.pk}", "q": str(one.sis_id)},
        {"clever_id": str(one.clever_id), "q": str(one.email), "school": school, "local": school},
        {**dict.fromkeys(places, run), "school": school},
    ]


def state(scene: Scene) -> Mapping[str, object]:
    """Everything that belongs to a district, as it is stored."""
    ways: dict[type[Model], str] = {
        model: "district"
        for model in apps.get_models()
        if any(field.name == "district" for field in model._meta.get_fields())
    }
    ways |= {
        PlannedChange: "run__district", PersonSite: "person__district",
        AlertCandidate: "alert__district", MirrorObject: "connection__district",
    }  # fmt: skip
    del ways[AuditEvent]
    return {
        model.__name__: list(
            model._default_manager.filter(**{way: scene.district}).order_by("pk").values_list()
        )
        for model, way in ways.items()
    }


def text_of(answer: Any) -> str:
    return bytes(answer.getvalue()).decode(errors="replace")
