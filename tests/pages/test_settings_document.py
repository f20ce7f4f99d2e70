"""The settings as a document: download, upload, copy; first looked at, then in effect (C26)."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership
from core.vocabulary import MemberRole
from mappings.models import Ruleset
from notifications.models import Recipient, told_by_default
from schools.models import District
from tests.pages import scenes
from tests.pages.scenes import ALICE, BOB, Scene

GOLDEN = 5


def place(scene: Scene, name: str = "settings_document") -> str:
    return reverse(name, args=[scene.slug])


def downloaded(scene: Scene, client: Client) -> dict[str, Any]:
    answer = client.get(place(scene, "settings_download"))
    assert answer["Content-Disposition"] == f'attachment; filename="{scene.slug}-settings.json"'
    found: dict[str, Any] = json.loads(answer.content)
    return found


def uploaded(scene: Scene, client: Client, content: object) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    file = SimpleUploadedFile("mine.json", text)
    answer = client.post(place(scene, "settings_upload"), {"document": file})
    assert answer.status_code == 200
    return answer.content.decode()


def apply(scene: Scene, client: Client, content: object, page: str) -> str:
    seen = page.split('name="seen" value="')[1].split('"')[0]
    given = {"name": "mine.json", "text": json.dumps(content), "seen": seen}
    return client.post(place(scene, "settings_apply"), given, follow=True).content.decode()


def tell(scene: Scene, email: str, events: list[str] | None = None) -> None:
    Recipient.objects.create(
        district=scene.district,
        data_type="student",
        email=email,
        events=events or told_by_default(),
    )


def state(scene: Scene) -> tuple[int, int, object]:
    """What a document could have changed."""
    return (
        Ruleset.objects.filter(district=scene.district).count(),
        Recipient.objects.filter(district=scene.district).count(),
        District.objects.get(pk=scene.district.pk).terminology,
    )


def test_C26_a_document_is_looked_at_before_it_is_in_effect(maple: Scene, alice: Client) -> None:
    tell(maple, "office@maple.example", ["failed"])
    document = downloaded(maple, alice)
    assert document["recipients"]["student"] == [
        {"email": "office@maple.example", "events": ["failed"]}
    ]
    before = state(maple)
    assert "Nothing differs" in uploaded(maple, alice, document)
    document["rules"]["student"]["import_rule"] = "update_only"
    document["terminology"] = {"community_id": "Library card"}
    document["recipients"]["student"] = ["office@maple.example", "b@maple.example"]
    page = uploaded(maple, alice, document)
    assert "<del>Add and update</del>" in page and "<ins>Update only</ins>" in page
    assert "Library card" in page and "b@<wbr>maple.example" in page
    assert "4 differences" in page and state(maple) == before
    done = apply(maple, alice, document, page)
    assert "Changed: terminology, rules, email recipients." in done
    assert state(maple) == (before[0] + 1, 2, {"community_id": "Library card"})
    assert downloaded(maple, alice)["recipients"] == document["recipients"] | {
        "student": ["b@maple.example", "office@maple.example"]
    }


def broken(document: dict[str, Any]) -> list[tuple[object, str]]:
    """Documents that cannot be, with what is said of each."""

    def with_rules(**changes: object) -> dict[str, Any]:
        rules = {**document["rules"]["student"], **changes}
        return {**document, "rules": {"student": rules}}

    return [
        (b"not json", "is not a settings document"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"", "This file is empty"),
        (b"[" * 100_000, "is not a settings document"),
        ({**document, "format": "other/9"}, "this console reads"),
        ({**document, "extra": 1}, "unknown field `extra`"),
        ({**document, "schedules": {"student": {"at": "25:00"}}}, "schedules: student: at"),
        ({**document, "brakes": {"student": {"wings": {}}}}, "brakes: student"),
        ({**document, "brakes": {"student": {"transfers": {"number": 10**15}}}}, "brakes"),
        ({**document, "recipients": {"student": ["a@x.org\nBcc: b@x.org"]}}, "recipients: “a@x"),
        ({**document, "recipients": {"student": [{"email": "a@x.org", "events": []}]}}, "nothing"),
        ({**document, "schools": {"c" * 400: None}}, "schools: a value is too long"),
        ({**document, "schools": {"c" * 24: "S99"}}, "schools: There is no school"),
        (with_rules(schools=["S99"]), "rules: There is no school with the site code"),
        (with_rules(codes={"grade": {"x" * 500: "1"}}), "rules: a value is too long"),
        (with_rules(codes={"grade": {"nul\x00": "1"}}), "a character that cannot be kept"),
        (with_rules(fields=[]), "rules: "),
    ]


def test_C26_a_mistake_is_named_with_its_place_and_changes_nothing(
    maple: Scene, alice: Client
) -> None:
    document = downloaded(maple, alice)
    before = state(maple)
    good = uploaded(maple, alice, {**document, "terminology": {"community_id": "Card"}})
    for content, said in broken(document):
        page = uploaded(maple, alice, content)
        assert said in page, (said, content if not isinstance(content, bytes) else content[:20])
        assert "Put into effect" not in page
        if not isinstance(content, bytes):
            assert "Changed:" not in apply(maple, alice, content, good)
    assert state(maple) == before


def test_C26_what_was_not_looked_at_is_not_put_into_effect(maple: Scene, alice: Client) -> None:
    document = downloaded(maple, alice)
    document["terminology"] = {"community_id": "Card"}
    page = uploaded(maple, alice, document)
    tell(maple, "new@maple.example")
    done = apply(maple, alice, {**document, "recipients": None}, page)
    assert "were changed meanwhile" in done and "Put into effect" in done
    assert state(maple)[2] == {}
    assert "Choose a document again" in (
        alice.post(place(maple, "settings_apply"), {"text": "\x00"}).content.decode()
    )


def test_C26_settings_are_copied_from_another_district(maple: Scene, alice: Client) -> None:
    other = scenes.full("other", students=4, teachers=1)
    changed = downloaded(other, alice)
    changed["rules"]["student"] |= {"import_rule": "add_only", "schools": ["S02"]}
    apply(other, alice, changed, uploaded(other, alice, changed))
    tell(other, "office@other.example")
    tell(maple, "office@maple.example")

    def copied(**given: str) -> str:
        answer = alice.post(place(maple, "settings_copy"), {"district": "other", **given})
        return answer.content.decode()

    page = copied()
    assert "<ins>Add only</ins>" in page and "office@<wbr>other" not in page
    assert "S02" not in page and page.count("<ins>") == 1
    assert "office@<wbr>other.example" in copied(recipients="on")
    text = page.split('name="text" value="')[1].split('"')[0].replace("&quot;", '"')
    apply(maple, alice, json.loads(text), page)
    assert downloaded(maple, alice)["rules"]["student"]["import_rule"] == "add_only"
    assert Recipient.objects.get(district=maple.district).email == "office@maple.example"


def test_C26_only_with_the_right_in_both_districts(
    maple: Scene, alice: Client, bob: Client, charlie: Client
) -> None:
    other = scenes.empty("other")
    Membership.objects.filter(district=other.district, user__email=ALICE).update(
        role=MemberRole.OPERATOR
    )
    answer = alice.post(place(maple, "settings_copy"), {"district": "other"}).content.decode()
    assert "There is no other district" in answer and "Put into effect" not in answer
    for name in ("settings_document", "settings_download"):
        assert charlie.get(place(maple, name)).status_code == 404
        assert bob.get(place(maple, name)).status_code == 403
    for name in ("settings_upload", "settings_copy", "settings_apply"):
        assert charlie.post(place(maple, name)).status_code == 404
        assert bob.post(place(maple, name)).status_code == 403
        assert alice.get(place(maple, name)).status_code == 405
    assert not Ruleset.objects.filter(created_by=BOB).exists()


def test_a_file_is_asked_for_and_may_not_be_endless(maple: Scene, alice: Client) -> None:
    missing = alice.post(place(maple, "settings_upload")).content.decode()
    assert "Choose a file first" in missing
    assert "larger than 1 MB" in uploaded(maple, alice, b" " * 1_000_001)


@pytest.mark.parametrize("recipients", [0, 30])
def test_queries_do_not_grow(maple: Scene, alice: Client, recipients: int) -> None:
    for number in range(recipients):
        tell(maple, f"a{number}@maple.example")
    with CaptureQueriesContext(connection) as queries:
        assert alice.get(place(maple)).status_code == 200
    assert len(queries) == GOLDEN
