"""Held changes, looked at: the list, one hold, its rows, who may see and decide what (C09)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.vocabulary import HoldState
from imports.models import Hold, PlannedChange
from schools.models import Person
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.holds_setting import LIST, look, nothing_is_done, page
from tests.pages.scenes import PASSWORD, Scene
from tests.pages.scenes_holds import decided, held


def test_C09_list_says_what_is_held_where_how_much_and_until_when(
    maple: Scene, alice: Client
) -> None:
    Hold.objects.all().delete()
    first, second = maple.schools[:2]
    hold = held(
        maple, 5, cause="school_to_zero", population=5, expires_at=timezone.now() + timedelta(7),
        schools=[{"school": s.pk, "count": 2, "of": 2} for s in (first, second)],
    )  # fmt: skip
    shown = look(alice, LIST)
    for words in (
        "A school would be empty",
        "5 of 5 students",
        "Nobody would be left at a school",
        f"{first.name} (S01) and {second.name} (S02)",
        f'href="{page(hold)}"',
    ):
        assert words in shown
    assert hold.expires_at.isoformat() in shown
    assert hold.opened_at.isoformat() in shown
    assert "Nothing was decided yet" in shown
    many = held(maple, 60)
    assert "12 schools" in look(alice, LIST)
    assert f'href="{page(many)}"' in look(alice, LIST)


def test_C09_list_says_who_decided_what_and_when(maple: Scene, alice: Client) -> None:
    approved, discarded = decided(maple, "approved"), decided(maple, "discarded", decided_by="Zoe")
    held(maple, 3, state="expired")
    decided(maple, "replaced")
    shown = look(alice, LIST)
    ended = [one.hold.state for one in alice.get(LIST).context["ended"]]
    assert ended == ["expired", "discarded", "approved"], "a replaced one stands as its newer one"
    assert approved.decided_at and approved.decided_at.isoformat() in shown
    assert discarded.decided_by in shown


def test_C09_decided_ones_are_paged_without_gap_or_double(maple: Scene, alice: Client) -> None:
    all_of_them = [held(maple, 1, rows=False, state="discarded").pk for _ in range(57)]
    seen: list[int] = []
    before = ""
    while True:
        context = alice.get(LIST, {"before": before}).context
        seen += [one.hold.pk for one in context["ended"]]
        before = context["next"]
        if not before:
            break
    assert seen == sorted(all_of_them, reverse=True)


def test_C09_navigation_leads_to_held_changes_while_there_are_any(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    shown = look(alice, reverse("overview", args=["maple"]))
    entry, _, after = shown.partition("Held changes<span")
    assert entry.rstrip().rpartition("<a ")[2].startswith(f'href="{LIST}"')
    assert after.startswith(' class="count wait">64<span class="visually-hidden"> changes held')
    assert shown.count("> changes held</span>") == 1, "Operations has no badge of its own any more"
    assert f'<a href="{LIST}">Look at what is held, and why</a>' in shown
    assert ">View Log</a>" in shown
    Hold.objects.update(state=HoldState.DISCARDED)
    assert LIST not in look(alice, reverse("overview", args=["maple"]))
    empty = look(alice, reverse("holds", args=["juniper"]))
    assert "Nothing is held" in empty and "Nothing was decided yet" in empty


def test_C09_run_page_leads_to_each_of_its_holds(maple: Scene, alice: Client) -> None:
    shown = look(alice, reverse("run", args=["maple", maple.runs["done"].pk]))
    hold = Hold.objects.get()
    assert f'<a href="{page(hold)}">Hold #{hold.pk}, Students</a>' in shown


def test_C09_page_says_reason_likely_cause_and_what_approving_writes(
    maple: Scene, alice: Client
) -> None:
    Person.objects.filter(district=maple.district, kind="student").update(grade="12")
    hold = held(maple, 21)
    create = PlannedChange.objects.filter(hold=hold).order_by("pk").first()
    assert create
    PlannedChange.objects.filter(pk=create.pk).update(action="create", before={})
    shown = look(alice, page(hold))
    for words in ("Many more people than usual would be marked as leavers.",
                  "<strong>All 21 are in grade 12: looks like graduation.</strong>",
                  "21 of 26 students", "<li>1 new record is created</li>",
                  "<li>20 people are marked as leavers; their records stay</li>",
                  "valid once", "Approve all 21", "you are not asked about the same again",
                  f'href="{reverse("run", args=["maple", hold.run_id])}#plan"'):  # fmt: skip
        assert words in shown


def test_C09_emptied_field_is_named_as_the_district_calls_it(maple: Scene, alice: Client) -> None:
    maple.district.terminology = {"email": "School mail"}
    maple.district.save()
    hold = held(maple, 3, cause="many_blanked", action="blank", slice="blank/student/email")
    assert "The field School mail would be emptied" in look(alice, page(hold))
    assert "The field School mail would be emptied" in look(alice, LIST)
    run = reverse("run", args=["maple", hold.run_id])
    assert "The field School mail would be emptied" in look(alice, run)


def test_C08_pages_say_the_limit_that_the_district_had_when_it_was_held(
    maple: Scene, alice: Client
) -> None:
    run = maple.runs["done"]
    hold = held(maple, 21, cause="school_transfers")
    places = (LIST, page(hold), reverse("run", args=["maple", run.pk]))
    for address in places:
        assert "more than 20 % of a school of at least 20 people" in look(alice, address)
    run.own_brakes = {"student": {"school_transfers": {"percent": "12.50", "number": None}}}
    run.save()
    for address in places:
        shown = look(alice, address)
        assert "more than 12.5 % of a school of at least 20 people" in shown
        assert "20 %" not in shown and "a fifth" not in shown
    run.raised_brakes = {"student": {"school_transfers": 15}}
    run.save()
    assert "at least 20 people, and more than the 15 that the run lets pass" in look(alice, LIST)
    run.own_brakes = None
    run.save()
    assert "Held when there are" not in look(alice, page(hold)), "an old run did not note it"


def test_C08_kinds_of_people_with_limits_of_their_own_are_told_apart(
    maple: Scene, alice: Client
) -> None:
    run = maple.runs["done"]
    run.own_brakes = {"teacher": {"many_updates": {"percent": "30.00", "number": None}}}
    run.save()
    for data_type in ("student", "teacher"):
        held(maple, 5, rows=False, cause="many_updates", action="update", data_type=data_type,
             slice=f"update/{data_type}", schools=[])  # fmt: skip
    shown = look(alice, reverse("run", args=["maple", run.pk]))
    assert "Held when there are Students: more than 75 %; Teachers: more than 30 %." in shown


def test_C09_page_has_the_schools_with_counts_and_boxes(maple: Scene, alice: Client) -> None:
    hold = held(maple, 60)
    hold.schools.append({"school": None, "count": 2, "of": 0})
    hold.save()
    shown = look(alice, page(hold))
    school = maple.schools[3]
    assert f'name="schools" value="{school.pk}" aria-label="Tick {school.name} (S04)"' in shown
    assert '<td class="number">5</td> <td class="number">10</td>' in shown
    assert "Without a school" in shown
    assert shown.count('name="schools"') == 12
    alone = look(alice, page(Hold.objects.exclude(pk=hold.pk).get()))
    assert 'name="schools"' not in alone, "one school is all of it"


def test_C09_rows_are_exactly_those_of_the_hold_paged_and_by_school(
    maple: Scene, alice: Client
) -> None:
    hold = held(maple, 60)
    decided(maple, "replaced")

    def walk(**asked: Any) -> list[int]:
        seen: list[int] = []
        after = ""
        while True:
            context = alice.get(page(hold), {**asked, "after": after}).context
            seen += [shown.row.pk for shown in context["rows"]]
            after = context["next"]
            if not after:
                return seen

    rows = PlannedChange.objects.filter(hold=hold).order_by("pk")
    assert walk() == list(rows.values_list("pk", flat=True))
    school = maple.schools[0]
    here = rows.filter(old_school=school.pk)
    assert 0 < here.count() < 60
    assert walk(school=school.pk) == list(here.values_list("pk", flat=True))
    assert walk(school="x") == walk(), "what is not valid asks for all"


def test_C09_rows_show_names_and_values_to_who_may_see_them(
    maple: Scene, alice: Client, bob: Client
) -> None:
    hold = held(maple, 1)
    person = Person.objects.get(changes__hold=hold)
    name = f"{person.first_name} {person.last_name}"
    shown = look(alice, page(hold))
    assert f'{reverse("person", args=["maple", person.pk])}">{name}</a>' in shown
    assert "<del>Active</del>" in shown and "<ins>Transferred</ins>" in shown
    assert name not in look(bob, page(hold))
    assert "Owners and import admins of the district decide" in look(bob, page(hold))
    support = look(signed_in(scenes.SAM), page(hold))
    assert "Person by person" not in support and "Support while a grant lasts" in support


def test_C09_only_owners_and_import_admins_decide(
    maple: Scene, bob: Client, charlie: Client
) -> None:
    hold = held(maple, 3)
    for email, status in ((scenes.OLIVE, 403), (scenes.BOB, 403), (scenes.SAM, 403),
                          (scenes.LEE, 404), (scenes.CHARLIE, 404)):  # fmt: skip
        client = signed_in(email)
        for name in ("hold_approve", "hold_check", "hold_discard"):
            answer = client.post(page(hold, name), {"which": "all", "password": PASSWORD})
            assert answer.status_code == status, (email, name)
        seen = {client.get(LIST).status_code, client.get(page(hold)).status_code}
        assert seen == ({404} if status == 404 else {200})
        if status == 403:
            assert '<form method="post" action="/d/maple/holds' not in look(client, page(hold))
    assert nothing_is_done(hold)
    assert bob.get(page(hold, "hold_csv")).status_code == 403
    assert charlie.get(page(hold, "hold_csv")).status_code == 404


def test_C09_hold_of_another_district_is_not_there(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    hold = held(maple, 3)
    for number in (hold.pk, 10**30):
        for name in ("hold", "hold_csv"):
            assert alice.get(reverse(name, args=["juniper", number])).status_code == 404
        for name in ("hold_approve", "hold_check", "hold_discard"):
            address = reverse(name, args=["juniper", number])
            sent = {"which": "all", "password": PASSWORD}
            assert alice.post(address, sent).status_code == 404
    assert nothing_is_done(hold)


@pytest.mark.parametrize(
    "asked",
    [{"school": "1" * 300}, {"after": "1" * 300}, {"after": "-1"}, {"school": "\0"}, {"x": "y"}],
)
def test_C09_hostile_address_shows_the_first_page(
    maple: Scene, alice: Client, asked: dict[str, str]
) -> None:
    assert len(alice.get(page(held(maple, 12)), asked).context["rows"]) == 12
    assert alice.get(LIST, {"before": "1" * 300}).status_code == 200


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_holds_schools_or_rows(maple: Scene, alice: Client) -> None:
    Hold.objects.all().delete()
    few = held(maple, 2)
    decided(maple, "approved")
    small = queries(alice, LIST), queries(alice, page(few))
    Hold.objects.filter(pk=few.pk).update(state=HoldState.DISCARDED)
    for n in range(12):
        decided(maple, "discarded")
        held(maple, 3, slice=f"transfer/student/{n}")
    many = held(maple, 60)
    assert (queries(alice, LIST), queries(alice, page(many))) == small == (7, 15)
