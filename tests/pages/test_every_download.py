"""No cell of any file that a page gives is run by a spreadsheet, whatever anybody wrote into it."""

import csv
import io

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from clever_sync.models import MirrorObject
from imports.models import Alert, PlannedChange, Run, RunProblem, StandingProblem
from schools.models import District, ExternalIdentity, FieldLock, LocalEdit, Person, School
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, Scene
from tests.pages.test_every_effect import EFFECTS, quick

__all__ = ["quick"]
pytestmark = pytest.mark.django_db
EVIL = "=cmd|'/C calc'!A0"
BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")


@pytest.fixture
def evil(maple: Scene) -> Scene:
    """Wherever somebody, or Clever, can write a text, there is a formula."""
    here = {"district": maple.district}
    person = maple.person
    District.objects.filter(pk=maple.district.pk).update(terminology={"sis_id": EVIL})
    Person.objects.filter(**here).update(
        first_name=EVIL, last_name=EVIL, middle_name=EVIL, email=EVIL, username=EVIL, city=EVIL,
        home_language=EVIL, status=4,
    )  # fmt: skip
    for school in School.objects.filter(**here):
        School.objects.filter(pk=school.pk).update(name=EVIL, site_code=f"=S{school.pk}")
    Run.objects.filter(**here).update(requested_by=EVIL, message=EVIL)
    RunProblem.objects.filter(run__district=maple.district, field="").update(value=EVIL)
    FieldLock.objects.filter(**here).update(reason=EVIL, locked_by=EVIL)
    PlannedChange.objects.filter(run__district=maple.district).update(
        before={"email": EVIL, "last_name": EVIL}, after={"email": EVIL + "1", "last_name": EVIL}
    )
    LocalEdit.objects.create(
        **here, person=person, cause="hand", edited_by=EVIL, before={"email": EVIL},
        after={"email": EVIL + "2"},
    )  # fmt: skip
    ExternalIdentity.objects.create(**here, person=person, system="files", external_id=EVIL)
    StandingProblem.objects.create(
        **here, data_type="student", code="code_unknown", field="grade", value=EVIL, people=3,
        first_seen=timezone.now(), last_seen=timezone.now(), first_run=maple.runs["done"],
        last_run=maple.runs["done"],
    )  # fmt: skip
    MirrorObject.objects.filter(connection__district=maple.district).update(
        payload={"name.first": EVIL, "name.last": EVIL, "name": EVIL}
    )
    Alert.objects.filter(**here).update(reason="likely_duplicate")
    audit.record(maple.district, EVIL, "brake.off", EVIL, reason=EVIL)
    return maple


def test_no_file_of_any_page_holds_a_formula(evil: Scene, quick: None) -> None:
    alice, wrong, with_evil = signed_in(ALICE), [], set()
    for effect in EFFECTS:
        if not effect.get:
            continue
        with transaction.atomic():
            asked = effect.ask(evil)
            path = reverse(effect.name, args=["maple", *asked.args])
            answer = alice.get(f"{path}?{asked.query}")
            kind, content = answer["Content-Type"], answer.getvalue()
            transaction.set_rollback(True)
        if kind.startswith("text/csv"):
            text = bytes(content).decode("utf-8-sig")
            wrong += [f"{effect.name}: {cell}" for cell in formulas(text)]
            with_evil |= {effect.name} if EVIL in text else set()
    assert not wrong, "\n".join(wrong)
    # Figures alone stand in the charts.
    assert with_evil == {
        "activity_csv", "alerts_csv", "changes_csv", "hold_csv", "locks_csv", "operations_csv",
        "people_csv", "problems_csv", "source_export_csv", "transferred_csv", "updates_csv",
    }  # fmt: skip


def formulas(text: str) -> list[str]:
    """The cells that a spreadsheet would run. Negative numbers are numbers."""
    cells = [cell for line in csv.reader(io.StringIO(text, newline="")) for cell in line]
    return [c for c in cells if c.startswith(BEGINS) and not c[1:].replace(".", "").isdigit()]
