"""The overview: what is going on, what is missing, and the three buttons."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from clever_sync.models import Connection
from core.vocabulary import DataType, RunMode, RunState
from imports.actions import why_not_start
from imports.models import Hold, Run, Schedule
from imports.words import Word
from integration_console.chart import ceiling, stacked
from integration_console.districts import of
from mappings.models import Ruleset
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene

OVERVIEW = reverse("overview", args=["maple"])


def text(client: Client, address: str = OVERVIEW) -> str:
    return client.get(address).content.decode()


def not_imported_yet(scene: Scene) -> None:
    Schedule.objects.filter(district=scene.district).update(first_import_at=None)


def test_A19_overview_shows_the_state_of_clever_and_the_last_import(
    maple: Scene, alice: Client
) -> None:
    page = text(alice)
    for words in ("Connected", "11 of 12", "Completed with errors", "1,253 changes were written"):
        assert words in page
    assert f"/d/maple/operations/{maple.runs['done'].pk}/" in page


def test_first_day_says_what_is_missing(juniper: Scene, alice: Client) -> None:
    answer = alice.get(reverse("overview", args=["juniper"]))
    assert [todo.done for todo in answer.context["o"].todos] == [False] * 5
    page = answer.content.decode()
    assert "What to do next" in page
    for button in ("test-import", "start-import", "sync-now"):
        assert button not in page


def test_A50_start_import_is_there_after_a_test_of_the_same_settings(
    maple: Scene, alice: Client
) -> None:
    not_imported_yet(maple)
    assert "start-import" in text(alice)
    stale = timezone.now() - timedelta(hours=25)
    test = maple.runs["test"]
    Run.objects.filter(pk=test.pk).update(finished_at=stale)
    page = text(alice)
    assert "start-import" not in page
    assert "That test is more than 24 hours old. Test again" in page
    Run.objects.filter(pk=test.pk).update(finished_at=test.finished_at)
    assert "start-import" in text(alice)
    changed = Ruleset.objects.get(district=maple.district, data_type="student", state="active")
    Ruleset.objects.filter(pk=changed.pk).update(state="retired")
    Ruleset.objects.create(district=maple.district, data_type="student", version=99, state="active")
    assert "start-import" not in text(alice)


def test_A51_A52_running_import_shows_progress_and_survives_leaving(
    maple: Scene, alice: Client
) -> None:
    running = scenes.running_now(maple.district)
    page = text(alice)
    for words in ("Validation in Progress", "7,900 of 12,450", 'value="7900" max="12450"', "left"):
        assert words in page
    assert f"/d/maple/operations/{running.pk}/live/" in page


def test_C20_pause_of_clever_is_told_with_its_end(maple: Scene, alice: Client) -> None:
    ends = timezone.now().replace(month=12, day=27, hour=20)
    Connection.objects.update(clever_state="paused", pause_end=ends)
    page = text(alice)
    assert "Paused at Clever" in page
    assert "Dec 27" in page
    assert "nobody is marked as a leaver" in page


def test_C22_chart_has_a_title_a_description_and_a_table(maple: Scene, alice: Client) -> None:
    answer = alice.get(OVERVIEW)
    page = answer.content.decode()
    assert '<title id="chart-title">' in page
    assert '<desc id="chart-desc">' in page
    assert "Show as table" in page
    days = answer.context["o"].days
    assert len(days) == 14
    assert days[-1].day > days[0].day
    live = Run.objects.filter(mode=RunMode.LIVE, state__in=["completed", "completed_with_errors"])
    created = sum(
        counts.get("create", 0) + counts.get("restore", 0)
        for run in live.filter(finished_at__gt=timezone.now() - timedelta(days=12))
        for counts in run.counts.values()
    )
    assert sum(day.created for day in days) >= created > 0


def test_A48_test_import_starts_one_run_and_a_double_click_shows_it(
    maple: Scene, alice: Client
) -> None:
    address, data = reverse("test_import", args=["maple"]), {"data_types": ["student", "teacher"]}
    answer = alice.post(address, data)
    run = Run.objects.get(state=RunState.QUEUED)
    assert (run.mode, run.data_types, run.requested_by) == (
        "test",
        ["student", "teacher"],
        scenes.ALICE,
    )
    assert (answer.status_code, answer["Location"]) == (303, reverse("run", args=["maple", run.pk]))
    again = alice.post(address, data, follow=True)
    assert again.redirect_chain == [(reverse("run", args=["maple", run.pk]), 303)]
    assert "A run is already running" in again.content.decode()
    assert Run.objects.filter(state=RunState.QUEUED).count() == 1


def test_A48_test_import_of_nothing_names_the_field_and_the_remedy(
    maple: Scene, alice: Client
) -> None:
    for wrong in ({}, {"data_types": "\x00"}, {"data_types": ["student", "parents"]}):
        answer = alice.post(reverse("test_import", args=["maple"]), wrong, follow=True)
        assert "What to import: " in answer.content.decode()
    assert not Run.objects.filter(state=RunState.QUEUED).exists()


def test_A50_start_import_names_the_test_it_follows(maple: Scene, alice: Client) -> None:
    not_imported_yet(maple)
    answer = alice.post(reverse("start_import", args=["maple"]))
    run = Run.objects.get(state=RunState.QUEUED)
    assert answer["Location"] == reverse("run", args=["maple", run.pk])
    assert (run.mode, run.tested_run) == (RunMode.LIVE, maple.runs["test"])


def test_A50_start_import_without_a_test_is_refused_with_the_way_on(
    juniper: Scene, alice: Client
) -> None:
    answer = alice.post(reverse("start_import", args=["juniper"]), follow=True)
    assert "Press Test Import first" in answer.content.decode()
    assert not Run.objects.filter(district=juniper.district).exists()


def test_B11_B53_sync_now_is_queued_with_a_link_to_operations(maple: Scene, alice: Client) -> None:
    answer = alice.post(reverse("sync_now", args=["maple"]), follow=True)
    page = answer.content.decode()
    assert "The Clever Sync Utility has been queued." in page
    assert '<a href="/d/maple/operations/">Operations Management</a> for details.' in page
    run = Run.objects.get(state=RunState.QUEUED)
    assert (run.mode, run.full, run.data_types) == (RunMode.LIVE, True, ["student", "teacher"])


def test_B11_sync_now_before_the_first_import_is_refused(maple: Scene, alice: Client) -> None:
    not_imported_yet(maple)
    assert "sync-now" not in text(alice)
    answer = alice.post(reverse("sync_now", args=["maple"]), follow=True)
    assert "Sync Now comes after the first import" in answer.content.decode()
    assert not Run.objects.filter(state=RunState.QUEUED).exists()


def test_refusal_of_the_engine_is_shown_as_its_sentence(maple: Scene, alice: Client) -> None:
    Connection.objects.update(enabled=False)
    answer = alice.post(reverse("sync_now", args=["maple"]), follow=True)
    assert "Clever is switched off for this district" in answer.content.decode()


def test_home_leads_to_the_only_district_or_lists_them(maple: Scene, alice: Client) -> None:
    assert alice.get("/")["Location"] == OVERVIEW
    scenes.empty()
    page = text(alice, "/")
    assert "Juniper Valley" in page
    assert "Maple Ridge" in page
    assert "Maple Ridge" not in text(alice, "/?q=juniper")
    assert alice.get("/", {"q": "\x00"}).status_code == 200


def test_librarians_home_is_people(maple: Scene) -> None:
    assert scenes.user(scenes.LEE)
    assert signed_in(scenes.LEE).get("/")["Location"] == reverse("people", args=["maple"])


def test_demonstration_says_so_on_every_page(maple: Scene, alice: Client, settings: object) -> None:
    assert "Demonstration:" not in text(alice)
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]
    for address in (OVERVIEW, "/d/nowhere/", reverse("people", args=["maple"])):
        assert "Demonstration: every person and district here is made up." in text(alice, address)


def test_C09_overview_counts_the_changes_that_are_held_not_the_holds(
    maple: Scene, alice: Client
) -> None:
    scenes.hold(maple.runs["done"], "teacher", 6, maple.schools[0])
    assert "70 changes are held." in text(alice)
    Hold.objects.exclude(data_type="teacher").delete()
    Hold.objects.update(count=1)
    assert "1 change is held." in text(alice)


def test_C09_run_with_open_holds_is_not_plainly_completed(maple: Scene, alice: Client) -> None:
    run = maple.runs["done"]
    Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED)
    held = Hold.objects.filter(run=run, state="open")
    said = f"Completed, {sum(hold.count for hold in held)} changes held"
    for address in (OVERVIEW, "/d/maple/operations/", f"/d/maple/operations/{run.pk}/"):
        assert said in text(alice, address), address
    (district,) = of(User.objects.get(email=scenes.ALICE), "")
    assert district.last_state == Word(said, "wait", "hand")
    held.exclude(pk=held[0].pk).delete()
    held.update(count=1)
    assert "Completed, 1 change held" in text(alice)
    held.update(state="discarded")
    assert "held" not in text(alice).split('id="last"')[1].split("</header>")[0]


def test_only_one_button_of_the_overview_is_the_primary_one(maple: Scene, alice: Client) -> None:
    assert text(alice).count('button primary"') == 1
    Connection.objects.update(state="needs_attention")
    assert text(alice).count('button primary"') == 1
    assert "Sync Now" in text(alice)


def test_headline_stands_above_everything_from_the_first_import_on(
    maple: Scene, alice: Client
) -> None:
    page = " ".join(text(alice).split())
    found = alice.get(OVERVIEW).context["o"].headline
    assert (found.days, found.people_lost) == (14, 0)
    assert f"<dt>changes written</dt><dd>{found.changes_written:,}</dd>" in page
    assert "<dt>people lost</dt><dd>0</dd>" in page
    assert "undone" not in page.partition("people lost")[2].partition("</dl>")[0]
    latest = Run.objects.filter(mode="live", state="completed").latest("pk")
    Run.objects.create(
        district=maple.district, mode="live", trigger="undo", state="completed", undoes=latest,
        data_types=["student"], counts={"student": {"update": 1}}, finished_at=timezone.now(),
    )  # fmt: skip
    shown = " ".join(text(alice).split())
    assert f"<dt>changes written</dt><dd>{found.changes_written - 1:,}</dd>" in shown
    assert "days; 1 more undone</dd>" in shown
    not_imported_yet(maple)
    assert "people lost" not in text(alice)


def test_A18_district_that_is_not_enabled_is_told_whom_to_ask(
    juniper: Scene, alice: Client, settings: Any
) -> None:
    address = reverse("overview", args=["juniper"])
    assert "Ask those who run this console for your district" in text(alice, address)
    settings.SUPPORT_EMAIL, settings.SUPPORT_PHONE = "help@console.example", "555-0100"
    settings.SALES_CONTACT = "sales@console.example"
    page = text(alice, address)
    assert "is not enabled for Juniper Valley School District" in page
    for words in ('href="mailto:help@console.example"', "555-0100", "mailto:sales@console.example"):
        assert words in page
    juniper.district.clever_enabled = True
    juniper.district.save()
    page = text(alice, address)
    assert "is not enabled" not in page
    assert "Support helps with each step" in page
    assert "Clever is not connected yet" in page


def test_A50_reason_why_start_import_waits_is_the_engines_own(maple: Scene, alice: Client) -> None:
    not_imported_yet(maple)
    Connection.objects.update(enabled=False)
    refused = alice.post(reverse("start_import", args=["maple"]))
    assert refused.status_code == 409
    said = refused.context["refusal"].sentence
    assert said in text(alice)
    types = [DataType.STUDENT]
    assert why_not_start(maple.district, types, maple.runs["test"]) == said
    Connection.objects.update(enabled=True)
    both = [DataType.STUDENT, DataType.TEACHER]
    assert why_not_start(maple.district, both, maple.runs["test"]) == ""
    assert "no first import of student, teacher yet" in why_not_start(maple.district, both, None)
    assert not Run.objects.filter(state=RunState.QUEUED).exists()


def test_next_sync_says_plainly_that_nothing_is_scheduled(maple: Scene, alice: Client) -> None:
    Schedule.objects.update(next_due=None)
    page = text(alice)
    assert "When you start it" in page
    assert "no time is set; Sync Now starts one" in page


def test_C22_matched_people_are_told_apart_from_updates(maple: Scene, alice: Client) -> None:
    first = Run.objects.filter(mode=RunMode.LIVE).order_by("-pk")[1]
    Run.objects.filter(pk=first.pk).update(counts={"student": {"link": 4650, "create": 150}})
    page = text(alice)
    assert "4,650 people matched to records on" in page
    assert '<th scope="col" class="number">Matched</th>' in page
    assert max(day.updated for day in alice.get(OVERVIEW).context["o"].days) < 1300


def test_C22_bar_that_would_dwarf_the_others_is_cut_and_says_its_number() -> None:
    drawn = stacked(["a", "b", "c"], [(30, 10), (20, 0), (4000, 650)])
    assert [top.label for top in drawn.tops] == ["4,650"]
    assert len(drawn.cuts) == 1
    assert all(float(bar.y) >= 0 and float(bar.height) > 1 for bar in drawn.bars)
    assert float(drawn.bars[0].height) > 50
    assert stacked(["a", "b"], [(30,), (100,)]).tops == []
    assert stacked(["a", "b"], [(0,), (4650,)]).tops == []
    assert stacked([], []).bars == []
    assert [ceiling(n) for n in (0, 5, 41, 61, 101, 2089, 4650)] == [4, 8, 60, 80, 120, 2400, 6000]
