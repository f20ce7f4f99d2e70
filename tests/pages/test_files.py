"""Import from a file on its pages: upload, choose, test, and import just that (C27)."""

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.vocabulary import RunMode, RunState, Trigger
from imports import file_sheet
from imports.models import FileLine, PeopleFile, Run
from integration_console import upload_limit
from tests.pages.scenes import Scene, run_row
from tests.pages.scenes_files import HEADINGS, a_file, run_of

pytestmark = pytest.mark.django_db
CHOSEN = {
    "type": "student", "key_column": "0", "key": "sis_id", "column-1": "home_language",
    "column-2": "barcode", "blank": "keep",
}  # fmt: skip


def at(name: str, *args: object) -> str:
    return reverse(name, args=["maple", *args])


def send(client: Client, content: bytes, name: str = "roster.csv") -> Any:
    return client.post(at("files"), {"file": SimpleUploadedFile(name, content)})


def text_of(answer: Any) -> str:
    """What a page says, without its tags."""
    text = answer.content.decode().replace("<wbr>", "")
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_C27_what_clever_delivers_is_not_offered_and_said(maple: Scene, alice: Client) -> None:
    page = alice.get(at("file", a_file(maple).pk))
    offered = {key for key, _ in page.context["form"].fields["column-1"].choices}
    assert {"home_language", "barcode", "state_id"} <= offered
    assert not offered & {"email", "first_name", "grade", "sis_id", "clever_id", "site", "status"}
    assert "Email" in page.context["delivered"]
    assert page.context["delivered"].endswith(
        "are not offered: by your published rules Clever delivers them."
    )
    sent = {**CHOSEN, "column-1": "email"}
    answer = alice.post(at("file", a_file(maple).pk), sent)
    assert "What Clever delivers, and what records are linked by, is not written" in text_of(answer)
    assert not Run.objects.filter(trigger=Trigger.FILE).exists()


def test_C27_mistakes_in_the_choice_stand_at_their_place(maple: Scene, alice: Client) -> None:
    page = at("file", a_file(maple).pk)
    for more, said in (
        ({"key_column": ""}, "Choose the column that says who each line is about."),
        ({"key": "username"}, "Choose the identifier that this column holds."),
        ({"column-0": "barcode", "column-2": ""}, "This column says who it is, so it is not wri"),
        ({"column-1": "", "column-2": ""}, "Choose a field for at least one column."),
        ({"column-1": "barcode"}, "Two columns go to Barcode; choose one of them."),
        ({"blank": "perhaps"}, "Choose what an empty cell does."),
        ({"key": "barcode"}, "Barcode says who each line is about, so it is not written."),
    ):
        answer = alice.post(page, {**CHOSEN, **more})
        assert answer.status_code == 200
        assert said in text_of(answer)
        assert "Nothing was started." in text_of(answer)
    assert not Run.objects.filter(trigger=Trigger.FILE).exists()


def test_C27_the_next_file_with_the_same_headings_begins_as_the_last_one(
    maple: Scene, alice: Client
) -> None:
    run_of(a_file(maple), RunMode.TEST, RunState.TESTED)
    form = alice.get(at("file", a_file(maple, name="next.csv").pk)).context["form"]
    values = {name: form[name].value() for name in ("key", "key_column", "column-2", "column-4")}
    assert values == {"key": "sis_id", "key_column": "0", "column-2": "barcode", "column-4": None}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"ID,Name\n1\n", "roster.csv line 2: 1 cell, but the first line names 2 columns"),
        (b"", "This file is empty; its first line must name the columns."),
        (b"ID,Name\n", "roster.csv has headings and nothing below them."),
    ],
)
def test_C27_a_file_that_cannot_be_read_is_refused_with_its_line(
    maple: Scene, alice: Client, content: bytes, said: str
) -> None:
    answer = send(alice, content)
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert not PeopleFile.objects.exists()


def test_C27_no_file_and_a_file_that_is_too_large_are_told(
    maple: Scene, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Choose a file first." in text_of(alice.post(at("files")))
    monkeypatch.setattr(upload_limit, "LARGEST", 1000)
    answer = send(alice, b"ID,Name\n" + b"1,a\n" * 300_000)
    assert "This file is larger than 20 MB; leave columns out" in text_of(answer)
    assert not PeopleFile.objects.exists()
    assert file_sheet.LARGEST == 20 * 1024 * 1024


def test_C27_windows_1252_and_what_is_not_read_are_told(maple: Scene, alice: Client) -> None:
    said = text_of(alice.get(at("file", a_file(maple, codec="cp1252").pk)))
    assert "This file is no UTF-8, so it is read as Windows-1252." in said
    assert "Windows-1252, with semicolons between the cells." in said
    assert "Español" in said
    assert "Not read: IEP." in said


def test_C27_a_file_is_removed_and_says_so(maple: Scene, alice: Client) -> None:
    file = a_file(maple)
    answer = alice.post(at("file_remove", file.pk), follow=True)
    assert "The lines of languages.csv were removed." in text_of(answer)
    assert not FileLine.objects.exists()
    page = alice.get(at("file", file.pk))
    assert "The lines of this file are not kept any more." in text_of(page)
    assert "Test: show" not in text_of(page)
    assert "were removed before" in text_of(alice.post(at("file_remove", file.pk), follow=True))


def test_C27_while_another_run_is_on_nothing_is_started(maple: Scene, alice: Client) -> None:
    on = run_row(maple.district, RunMode.LIVE, RunState.QUEUED, hours=0.1, finished_at=None)
    answer = alice.post(at("file", a_file(maple).pk), CHOSEN)
    assert f"Run #{on.pk} is going on. Try again when it has finished" in text_of(answer)
    test = run_of(a_file(maple), RunMode.TEST, RunState.TESTED)
    answer = alice.post(at("file_import", test.pk), follow=True)
    assert f"Run #{on.pk} is going on. Try again when it has finished" in text_of(answer)


def test_C27_viewers_and_operators_import_no_files(maple: Scene, bob: Client) -> None:
    file = a_file(maple)
    test = run_of(file, RunMode.TEST, RunState.TESTED)
    assert bob.get(at("files")).status_code == 403
    assert bob.post(at("file", file.pk), CHOSEN).status_code == 403
    assert bob.post(at("file_import", test.pk)).status_code == 403
    page = bob.get(at("run", test.pk))
    said = text_of(page)
    assert "Import these" not in said
    assert "nobody-1" not in said, "identifiers are masked"
    assert "•••" in said


def test_C27_queries_of_the_pages_do_not_grow(
    maple: Scene, alice: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        run_of(a_file(maple, name=f"{number}.csv"), RunMode.TEST, RunState.TESTED)
    with django_assert_max_num_queries(9):
        alice.get(at("files"))
    with django_assert_max_num_queries(16):
        alice.get(at("file", PeopleFile.objects.latest("pk").pk))
    assert len(HEADINGS) == 5
