"""Every form of every page, found by walking the addresses, filled in by somebody hostile."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from clever_sync import asking
from core.vocabulary import SourceState, Status
from schools.models import Person, RosterSource, SourceExport
from schools.source_export import take_export
from tests.pages import scenes_operations
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, Scene
from tests.pages.test_every_address import filled, rows_of, walk

pytestmark = pytest.mark.django_db

Values = dict[str, list[str]]
HOSTILE = (
    "", "\x00", "x" * 30_000, "9" * 400, "-1", "0", "1e309", "NaN", "2**63", "9223372036854775808",
    "2147483648", "99999999999999999999", "0000-00-00", "0001-01-01", "9999-12-31", "24:60",
    "\u202e\u0000\ufffe\U0010ffff", "İ" * 200, "<script>alert(1)</script>", "{{7*7}}{% now 'Y' %}",
    "../../etc/passwd", "a@b.example\r\nBcc: c@d.example", "=cmd|' /C calc'!A0", "[]", "{}", "on",
    "٣", "1_000", " 1 ", "+1", "0x1", "true", "%s%s%n", "\ud7ff", "a,b;c\td\ne",
)  # fmt: skip
# Fields that stand outside of their form, or on a page that is not among those looked at.
UNSEEN: Values = {
    name: ["1"] for name in ("pick", "seen", "over", "person", "version", "expected", "do", "local")
}
ACTS = ("status", "site", "delete")


class Forms(HTMLParser):
    """The forms of a page: where they are sent, and what a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, Values]] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((has.get("method", "get").lower(), has.get("action", ""), {}))
        if not self.found:
            return
        values, name = self.found[-1][2], has.get("name", "")
        if tag == "select":
            self.select = name
            values.setdefault(name, [])
        elif tag == "option" and self.select:
            if "selected" in has or not values[self.select]:
                values[self.select] = [has.get("value", "")]
        elif tag in ("input", "button", "textarea") and name and name != "csrfmiddlewaretoken":
            box = has.get("type") in ("checkbox", "radio")
            ours = values.setdefault(name, [])
            if not box or "checked" in has or not ours:
                ours.append(has.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


def forms_of(client: Client, paths: list[str]) -> Mapping[str, Values]:
    """{address: values} of every form that is posted anywhere."""
    found: dict[str, Values] = {}
    for path in paths:
        answer = client.get(path)
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        parser = Forms()
        parser.feed(answer.content.decode())
        for method, action, values in parser.found:
            where = path if action in ("", ".") else action
            if method == "post" and where.startswith("/d/"):
                found.setdefault(where, {}).update(values)
    return found


@pytest.fixture
def dressed(maple: Scene) -> Scene:
    return dress(maple)


def dress(scene: Scene) -> Scene:
    """Alerts, people who left, somebody deleted, a source that is on, and a kept export."""
    scenes_operations.alerts(scene, 2)
    source = RosterSource.objects.create(
        district=scene.district, system="powerschool", state=SourceState.ON,
        student_id_field="sis_id",
    )  # fmt: skip
    take_export(source=source, by=ALICE)
    people = Person.objects.filter(district=scene.district, kind="student").order_by("-pk")
    numbers = list(people.values_list("pk", flat=True)[:4])
    people.filter(pk__in=numbers[:3]).update(status=Status.TRANSFERRED)
    people.filter(pk=numbers[3]).update(archived_at=timezone.now())
    return scene


def paths_of(scene: Scene) -> list[str]:
    """Every address, and some that show forms for chosen people only."""
    rows = rows_of(scene)
    export = SourceExport.objects.get(district=scene.district)
    paths = [filled(route, name, rows).path for route, name in walk(get_resolver())]
    paths = [re.sub(r"exports/1\b", f"exports/{export.pk}", path) for path in paths]
    left = Person.objects.filter(district=scene.district, status=Status.TRANSFERRED)[0]
    base = f"/d/{scene.slug}"
    acts = [f"{base}/people/transferred/{act}/?pick={left.pk}" for act in ACTS]
    return [*paths, *acts, f"{base}/people/new/?type=teacher", f"{base}/clever/setup/?edit"]


def attacks(values: Values) -> Iterator[Mapping[str, object]]:
    """Every field hostile, each in another way; then one field of a form that is right else."""
    names = list(values)
    for first in range(0, len(HOSTILE), 6):
        yield {name: HOSTILE[(first + n) % len(HOSTILE)] for n, name in enumerate(names)}
    for n in range(min(len(names), 3)):
        name = names[n * 7 % len(names)]
        yield {**values, name: [HOSTILE[n * 6 + 1], *HOSTILE[:5]]}
        yield {key: value for key, value in values.items() if key != name}


def test_no_form_fails_whatever_is_sent(dressed: Scene, settings: Any, monkeypatch: Any) -> None:
    settings.CLEVER_API_URL = settings.CLEVER_AUTH_URL = "http://127.0.0.1:9"
    monkeypatch.setattr(asking, "SHORT_PAUSES", (0.0, 0.0))
    alice = signed_in(ALICE)
    paths = paths_of(dressed)
    forms = forms_of(alice, paths)
    plain = {where.split("?")[0] for where in forms}
    forms = {**dict.fromkeys(set(paths) - plain, UNSEEN), **forms}
    assert len(plain) > 30
    failed = []
    for where, values in forms.items():
        for sent in attacks({**UNSEEN, **values}):
            with transaction.atomic():
                try:
                    status = alice.post(where, sent).status_code
                except Exception as problem:  # noqa: BLE001 - told below with all others
                    failed.append((where, repr(problem)[:200]))
                else:
                    failed += [(where, str(status))] if status >= 500 or status == 302 else []
                transaction.set_rollback(True)
    assert not failed


DOCUMENTS = (
    b"[" * 900_000,
    b'{"a":' * 100_000,
    b'{"format":"clever-integration-settings/1","recipients":{"student":' + b"[" * 100_000,
    b'{"format":"clever-integration-settings/1","rollover":"\\ud800"}',
    b'{"format":"clever-integration-settings/1","rollover":"\xff"}',
    b'{"format":"clever-integration-settings/1","rollover":"02-30"}',
    b'{"format":"clever-integration-settings/1","schools":{"' + b"x" * 500 + b'":"S01"}}',
    b'{"format":"clever-integration-settings/1","schools":{"a":"S01","b":"S01"}}',
    b'{"format":"clever-integration-settings/1","left_out":["S01","S12","S12","DO"]}',
    b'{"format":"clever-integration-settings/1","brakes":{"student":{"many_transfers":'
    b'{"percent":1e-300,"number":' + b"9" * 400 + b"}}}}",
    b'{"format":"clever-integration-settings/1","brakes":{"student":{"many_transfers":'
    b'{"percent":0.001,"number":2147483648}}}}',
    b'{"format":"clever-integration-settings/1","schedules":{"student":{"at":"\xd9\xa0\xd9\xa5'
    b':00","weekday":' + b"9" * 30 + b"}}}",
    b'{"format":"clever-integration-settings/1","terminology":{"sis_id":"' + b"n" * 9000 + b'"}}',
    b'{"format":"clever-integration-settings/1","rules":{"student":{"fields":[{"field":"grade",'
    b'"source":"' + b"s" * 900 + b'"}],"codes":{"grade":{"' + b"c" * 900 + b'":"9"}}}}}',
    b'{"format":"clever-integration-settings/1","rules":{"student":{"fields":[],'
    b'"codes":{"grade":{"a":"9","A":"10"," a":"11"}},"defaults":{"x":"y"}}}}',
    b"\x1f\x8b\x08\x00" + b"\x00" * 2000,
    b"\x89PNG\r\n\x1a\n",
    b"",
    b"null",
    b"1e400",
)  # fmt: skip


def test_no_settings_document_makes_its_pages_fail(maple: Scene) -> None:
    alice, base = signed_in(ALICE), f"/d/{maple.slug}/clever/settings/document"
    for content in DOCUMENTS:
        with transaction.atomic():
            file = SimpleUploadedFile("x.json", content, "image/png")
            shown = alice.post(f"{base}/upload/", {"document": file})
            assert shown.status_code == 200, content[:60]
            seen = shown.context["found"].seen if "found" in shown.context else "x"
            sent = {"name": "x", "text": content.decode(errors="replace"), "seen": seen}
            assert alice.post(f"{base}/apply/", sent).status_code in (200, 303), content[:60]
            transaction.set_rollback(True)
