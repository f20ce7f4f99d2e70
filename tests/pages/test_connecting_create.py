"""Local schools made from Clever's list: looked at first, then made and matched."""

import pytest
from django.test import Client
from django.urls import reverse

from mappings.models import SchoolMatch
from schools.models import District, School
from tests.pages.scenes_connecting import clever_id, connected, ours, share

ALDER, BIRCH, CEDAR, DOGWOOD = (clever_id(number) for number in range(1, 5))


@pytest.fixture
def elm(alice: Client) -> District:
    """Three local schools, four of Clever: two of them may be the same."""
    made, connection = connected("elm", "Elm Park Schools")
    share(connection, ["Alder High", "Birch Middle School", "Cedar Academy", "Dogwood"])
    ours(made, ["Alder High", "Birrch Middle School", "Rowan Elementary"])
    return made


@pytest.fixture
def three(elm: District) -> list[School]:
    return list(School.objects.filter(district=elm, is_district_office=False).order_by("pk"))


def saved() -> dict[str, int | None]:
    return dict(SchoolMatch.objects.values_list("clever_school_id", "school_id"))


def create(client: Client, **sent: str) -> str:
    address = reverse("create_schools", args=["elm"])
    answer = client.post(address, {k.replace("_", "-"): v for k, v in sent.items()}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_local_schools_are_made_from_clevers_list_after_a_look(
    elm: District, three: list[School], alice: Client
) -> None:
    School.objects.filter(district=elm, is_district_office=True).update(site_code="1002")
    lines = alice.get(reverse("create_schools", args=["elm"])).context["lines"]
    proposals = {row.school.name: (row.line.code, row.line.make, row.alike) for row in lines}
    assert proposals == {
        "Alder High": ("1000", False, "Alder High"),
        "Birch Middle School": ("1001", False, "Birrch Middle School"),
        "Cedar Academy": ("1002-2", True, ""),
        "Dogwood": ("1003", True, ""),
    }
    html = create(
        alice,
        **{f"make_{CEDAR}": "on", f"code_{CEDAR}": "CEDAR", f"code_{DOGWOOD}": "1003"},
    )
    assert "1 local school is made and matched." in html
    made = School.objects.get(site_code="CEDAR")
    assert made.name == "Cedar Academy"
    assert saved() == {CEDAR: made.pk}
    assert not School.objects.filter(site_code="1003").exists()


def test_wrong_site_codes_are_told_line_by_line_and_nothing_typed_is_lost(
    elm: District, three: list[School], alice: Client
) -> None:
    codes = {ALDER: "", BIRCH: "SAME", CEDAR: "same", DOGWOOD: three[0].site_code}
    sent = {f"code_{c}": code for c, code in codes.items()} | {f"make_{c}": "on" for c in codes}
    html = create(alice, **sent)
    assert "A school needs a site code." in html
    assert html.count("stands here twice") == 2
    assert f"the site code {three[0].site_code} already" in html
    assert "4 lines need another site code." in html
    for code in ("SAME", "same", three[0].site_code):
        assert f'value="{code}"' in html
    assert "at most 50 characters" in create(
        alice, **{f"make_{CEDAR}": "1", f"code_{CEDAR}": "x" * 99}
    )
    assert "Tick at least one" in create(alice, **{f"code_{CEDAR}": "1"})
    assert "Tick at least one" in create(
        alice, **{f"make_{'e' * 24}": "1", f"code_{'e' * 24}": "1"}
    )
    assert saved() == {}
    assert School.objects.filter(district=elm).count() == 4
