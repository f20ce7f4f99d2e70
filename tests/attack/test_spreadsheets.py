"""No cell of any download is run by a spreadsheet, whatever Clever or a person wrote into it."""

import csv
import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Membership
from core.vocabulary import MemberRole
from schools.models import School
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.world import World

FORMULAS = (
    *('=HYPERLINK("http://evil.example","x")', "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"),
    *("＝1", "＋1", "－1", "＠1", " =1", "\u200b=1", "=cmd|'/C calc'!A0"),
)
BEGINS = "=+-@\t\r\n＝＋－＠"


def dangerous(text: str) -> list[str]:
    """The cells that a spreadsheet would run. Negative numbers are numbers."""
    cells = [cell for line in csv.reader(io.StringIO(text, newline="")) for cell in line]
    assert len(cells) > 20
    return [c for c in cells if c and c[0] in BEGINS and not c[1:].replace(".", "").isdigit()]


@pytest.fixture
def evil(small: World) -> World:
    """Everybody has formulas for names, numbers and addresses."""
    for school in School.objects.filter(district=small.district):
        School.objects.filter(pk=school.pk).update(
            site_code=f"=S{school.pk}", name=f"@{school.name}"
        )
    for student, formula in zip(small.students() * 2, FORMULAS, strict=False):
        small.clever.control.edit(student, {
            "name.first": formula, "name.last": formula, "name.middle": formula,
            "roles.student.sis_id": f"{formula}{student[-4:]}", "email": f"{formula}@x.example",
            "roles.student.location.address": formula, "roles.student.location.city": formula,
        })  # fmt: skip
    small.test()
    small.sync()
    return small


def test_no_download_of_a_page_holds_a_formula(evil: World) -> None:
    Membership.objects.create(
        district=evil.district, user=scenes.user("=ann@maple.example"), role=MemberRole.OWNER
    )
    client = signed_in("=ann@maple.example")
    for run in evil.district.runs.all():
        run.requested_by = "=ann@maple.example"
        run.save(update_fields=["requested_by"])
        text = b"".join(client.get(reverse("changes_csv", args=["maple", run.pk]))).decode()
        assert not dangerous(text)
    for name in ("people_csv", "operations_csv"):
        assert not dangerous(b"".join(client.get(reverse(name, args=["maple"]))).decode())


def test_no_export_of_a_command_holds_a_formula(evil: World) -> None:
    run = evil.district.runs.latest("pk")
    for command in (
        ["export_changes", str(run.pk), "--format", "csv"],
        ["export_records", "maple", "--type", "student", "--format", "csv"],
    ):
        out = io.StringIO()
        call_command(*command, stdout=out)
        assert not dangerous(out.getvalue()), command
