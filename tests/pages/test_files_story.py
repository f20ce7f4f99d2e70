"""A file from upload to import, as somebody walks its pages (C27)."""

import pytest
from django.test import Client

from core.vocabulary import RunMode, RunState, Trigger
from imports.driver import drive
from imports.models import PeopleFile, Run
from schools.models import Person
from tests.pages import scenes
from tests.pages.scenes import Scene
from tests.pages.scenes_files import people
from tests.pages.test_files import at, send, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maple(transactional_db: None) -> Scene:
    """A small district, committed, so that its runs can be worked on."""
    return scenes.full(students=20, teachers=2)


def test_C27_from_upload_to_import_page_by_page(maple: Scene, alice: Client) -> None:
    some = people(maple, 3)
    lines = "".join(f"{person.sis_id},Somali\r\n" for person in some)
    answer = send(alice, f"SIS ID,Home language\r\n{lines}nobody,Somali\r\n".encode())
    file = PeopleFile.objects.get(name="roster.csv")
    assert answer["Location"] == at("file", file.pk)
    page = alice.get(answer["Location"])
    form = page.context["form"]
    assert (form["key_column"].value(), form["key"].value()) == ("0", "sis_id"), "guessed"
    assert form["column-1"].value() == "home_language"
    assert "Somali" in text_of(page)
    sent = {"type": "student", "key_column": "0", "key": "sis_id", "column-1": "home_language"}
    answer = alice.post(at("file", file.pk), {**sent, "blank": "keep"})
    test = Run.objects.get(trigger=Trigger.FILE)
    assert answer["Location"] == at("run", test.pk)
    assert drive(test.pk).state == RunState.TESTED
    page = alice.get(at("run", test.pk))
    said = text_of(page)
    assert "Test of a file" in said
    assert "An import would change 3 people. 1 line was left out." in said
    assert "Import these 3 changes" in said
    assert "People are found by SIS ID (SIS ID). Home language → Home language." in said
    assert "roster.csv, line 2" in said
    assert "SIS ID nobody" in said
    assert not Person.objects.filter(home_language="Somali").exists()
    answer = alice.post(at("file_import", test.pk))
    run = Run.objects.get(trigger=Trigger.FILE, mode=RunMode.LIVE)
    assert answer["Location"] == at("run", run.pk)
    assert drive(run.pk).state == RunState.COMPLETED_WITH_ERRORS
    assert Person.objects.filter(home_language="Somali").count() == 3
    again = alice.post(at("file_import", test.pk), follow=True)
    assert "This was started already" in text_of(again)
    assert Run.objects.filter(trigger=Trigger.FILE, mode=RunMode.LIVE).count() == 1
    said = text_of(alice.get(at("run", run.pk)))
    assert "From a file, and not from Clever." in said
    assert "Import from a file" in said
    assert "roster.csv, line 2 by alice@maple.example" in text_of(
        alice.get(at("person", some[0].pk))
    )
    assert "roster.csv, line 2" in text_of(alice.get(at("updates_log")))
    csv = b"".join(alice.get(at("changes_csv", run.pk))).decode()
    assert "roster.csv, line 2" in csv
