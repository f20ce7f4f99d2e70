"""Whatever stands in an address or a body: no page fails."""

from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = ("%00", "9" * 25, "%ED%A0%80", "x" * 5000, "0001-01-01", "9999-12-31", quote("ﬃ" * 190))
PARAMETERS = {
    "people": ("q", "school", "status", "after"),
    "operations": ("since", "until", "before"),
    "run": ("after_action=create&after", "school"),
    "person": ("after",),
    "home": ("q",),
}


def lists(scene: Scene) -> dict[str, str]:
    run, slug = scene.runs["done"].pk, scene.slug
    return {
        "home": reverse("home"),
        "people": reverse("people", args=[slug]),
        "operations": reverse("operations", args=[slug]),
        "run": reverse("run", args=[slug, run]),
        "person": reverse("person", args=[slug, scene.person.pk]),
    }


def test_no_parameter_makes_a_page_fail() -> None:
    scene = scenes.full(students=4, teachers=1)
    alice = signed_in(scenes.ALICE)
    for name, address in lists(scene).items():
        for parameter in PARAMETERS[name]:
            for value in HOSTILE:
                answer = alice.get(f"{address}?{parameter}={value}")
                assert answer.status_code in (200, 302), (name, parameter, value[:20])
        many = "&".join(f"after[]={n}&after=x&school={n}" for n in range(2000))
        assert alice.get(f"{address}?{many}").status_code == 400, name


def test_no_parameter_makes_a_download_fail() -> None:
    scene = scenes.full(students=4, teachers=1)
    alice, run = signed_in(scenes.ALICE), scene.runs["done"].pk
    for address in (
        reverse("people_csv", args=["maple"]),
        reverse("operations_csv", args=["maple"]),
        reverse("changes_csv", args=["maple", run]),
    ):
        for parameter in ("q", "school", "until"):
            for value in ("%00", "9" * 25, "9999-12-31"):
                answer = alice.get(f"{address}?{parameter}={value}")
                assert answer.status_code == 200
                assert b"".join(answer).count(b"\n") > 0, (parameter, value)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"data_types": ["student"]}'),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\x00"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"data_types=student"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"data_types=%00&x=%ED%A0%80"),
        ("application/x-www-form-urlencoded", b"data_types=student&" * 1200),
        ("text/plain", b"\x00" * 100),
        ("", b""),
    ],
)
def test_no_body_makes_a_button_fail(content_type: str, body: bytes) -> None:
    scenes.district("maple", "Maple")
    client = signed_in(scenes.ALICE)
    for name in ("test_import", "start_import", "sync_now"):
        answer = client.generic("POST", reverse(name, args=["maple"]), body, content_type)
        assert answer.status_code in (303, 400), (name, content_type)


def test_no_header_makes_a_page_fail() -> None:
    scenes.full(students=2, teachers=1)
    client = signed_in(scenes.ALICE)
    for headers in (
        {"HX-Request": "true", "HX-Current-URL": "http://["},
        {"HX-Request": "true", "HX-Trigger": "\xff", "HX-Target": "%00"},
        {"HX-Request": "true", "HX-Current-URL": "x", "HX-Current-URL-URI-AutoEncoded": "true"},
        {"Accept-Language": "\x00" * 10, "Accept": "*" * 5000},
        {"Cookie": "sessionid=%00; csrftoken=" + "x" * 500},
        {"If-Modified-Since": "Sat, 00 Nov 0000", "If-None-Match": '"'},
    ):
        answer = client.get(reverse("overview", args=["maple"]), headers=headers)
        assert answer.status_code in (200, 302), headers


@pytest.mark.parametrize("number", ["0", "9" * 25, "00001", "1" * 400])
def test_no_number_in_a_path_makes_a_page_fail(number: str) -> None:
    scenes.district("maple", "Maple")
    client = signed_in(scenes.ALICE)
    for path in (
        *(f"operations/{number}/", f"operations/{number}/live/", f"people/{number}/"),
        *(f"operations/{number}/changes.csv", f"operations/{number}x/", f"people/-{number}/"),
    ):
        assert client.get(f"/d/maple/{path}").status_code == 404, path
    for path in ("cancel", "import", "discard"):
        assert client.post(f"/d/maple/operations/{number}/{path}/").status_code == 404, path
    assert Client().get("/d/%00/").status_code == 404
