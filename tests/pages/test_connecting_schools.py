"""Match schools: drop-downs, two lists, choices that are kept and saved, schools from Clever."""

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership
from clever_sync.models import Connection, MirrorObject, Pull
from core.vocabulary import MemberRole, RunMode, RunState
from imports.models import Run
from mappings.actions import match_school
from mappings.draft import NOT_SYNCED
from mappings.models import SchoolLeftOut, SchoolMatch, SchoolMatchDraft
from schools.models import District, School
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.rules import said
from tests.pages.scenes_connecting import clever_id, connected, grand, ours, share

ALDER, BIRCH, CEDAR, DOGWOOD = (clever_id(number) for number in range(1, 5))
IDA = "ida@maple.example"
GOLDEN = 12
MATCH = reverse("match_schools", args=["elm"])


@pytest.fixture
def elm(alice: Client) -> District:
    """Three local schools, four of Clever: one is certain, one is alike, one is nobody's."""
    made, connection = connected("elm", "Elm Park Schools")
    share(connection, ["Alder High", "Birch Middle School", "Cedar Academy", "Dogwood"], [5, 3])
    ours(made, ["Alder High", "Birrch Middle School", "Rowan Elementary"])
    return made


@pytest.fixture
def three(elm: District) -> list[School]:
    return list(School.objects.filter(district=elm, is_district_office=False).order_by("pk"))


@pytest.fixture
def ida(elm: District) -> Client:
    """An import admin beside Alice."""
    user = scenes.user(IDA)
    Membership.objects.create(district=elm, user=user, role=MemberRole.IMPORT_ADMIN)
    return signed_in(IDA)


def look(client: Client, **asked: str) -> Any:
    answer = client.get(reverse("match_schools", args=["elm"]), asked)
    assert answer.status_code == 200
    return answer


def send(client: Client, do: str, **sent: object) -> str:
    """Presses a button of the page; `seen` is what the page said at that moment."""
    sent.setdefault("seen", look(client).context["m"].chosen.key)
    fields = {name.replace("_", "-"): value for name, value in sent.items()}
    answer = client.post(reverse("choose_schools", args=["elm"]), {**fields, "do": do}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def saved() -> dict[str, int | None]:
    return dict(SchoolMatch.objects.values_list("clever_school_id", "school_id"))


def choose(school: School, answer: str, was: str = "") -> dict[str, object]:
    return {f"school_{school.pk}": answer, f"was_{school.pk}": was}


def test_A28_each_local_school_has_its_own_drop_down(
    elm: District, three: list[School], alice: Client
) -> None:
    html = look(alice).content.decode()
    for school in three:
        assert f'name="school-{school.pk}"' in html
        assert f"Matching Clever School for {school.name}" in html
    assert html.count(f'<option value="{DOGWOOD}">') == 3
    assert html.count(f'<option value="{NOT_SYNCED}">') == 3
    office = School.objects.get(district=elm, is_district_office=True)
    assert f"school-{office.pk}" not in html
    assert "0 of 3" in html
    assert "Not complete" in html


def test_A29_B44_choices_take_effect_on_save_only_and_survive(
    elm: District, three: list[School], alice: Client
) -> None:
    html = send(alice, "keep", **choose(three[0], ALDER))
    assert saved() == {}
    assert "1 choice is not saved yet" in html
    # Signed out and in again, on another machine: it is offered again, and still not in force.
    again = signed_in(scenes.ALICE)
    assert "1 choice is not saved yet" in look(again).content.decode()
    assert look(again).context["rows"][0].value == ALDER

    html = send(again, "save", **choose(three[2], NOT_SYNCED))
    assert "2 answers are saved." in html
    assert saved() == {ALDER: three[0].pk}
    assert SchoolLeftOut.objects.get().school == three[2]
    assert not SchoolMatchDraft.objects.exists()
    rows = look(signed_in(scenes.ALICE)).context["rows"]
    assert [row.value for row in rows] == [ALDER, "", NOT_SYNCED]


def test_B44_closing_without_save_loses_it(
    elm: District, three: list[School], alice: Client
) -> None:
    send(alice, "save", **choose(three[0], ALDER))
    send(alice, "keep", **choose(three[0], DOGWOOD, was=ALDER))
    assert saved() == {ALDER: three[0].pk}
    html = send(alice, "discard")
    assert "The choices are discarded" in html
    assert look(alice).context["rows"][0].value == ALDER


def test_A28_suggestions_are_shown_with_reasons_and_never_stored_in_silence(
    elm: District, three: list[School], alice: Client
) -> None:
    rows = look(alice).context["rows"]
    hints = [(row.hint.name, row.hint.why, row.hint.certain) for row in rows[:2]]
    assert hints == [
        ("Alder High", "same name", True),
        ("Birch Middle School", "similar name", False),
    ]
    assert rows[2].hint is None
    assert '<option value="" selected>Suggestion: Alder High</option>' in rows[0].options
    as_it_stands = {k: v for s in three for k, v in choose(s, "").items()}
    assert "Nothing had changed" in send(alice, "save", **as_it_stands)
    assert saved() == {}

    html = send(alice, "accept")
    assert "1 certain suggestion is chosen" in html
    assert saved() == {}
    send(alice, f"pick:{three[1].pk}:{BIRCH}")
    send(alice, "save")
    assert saved() == {ALDER: three[0].pk, BIRCH: three[1].pk}


def test_B43_the_red_x_clears_a_match(elm: District, three: list[School], alice: Client) -> None:
    send(alice, "save", **choose(three[0], ALDER))
    assert f"Clear the match of {three[0].name}" in look(alice).content.decode()
    send(alice, f"clear:{three[0].pk}", **{f"was_{three[0].pk}": ALDER})
    assert saved() == {ALDER: three[0].pk}
    assert look(alice).context["rows"][0].before == "Alder High"
    send(alice, "save")
    assert saved() == {}


def test_B41_two_selections_and_match_make_a_pair(
    elm: District, three: list[School], alice: Client
) -> None:
    html = look(alice, view="lists").content.decode()
    assert 'name="local"' in html
    assert 'name="clever"' in html
    assert "Select a local school on the left first" in send(alice, "match", clever=DOGWOOD)
    assert "Select the matching Clever school" in send(alice, "match", local=three[2].pk)
    html = send(alice, "match", local=three[2].pk, clever=DOGWOOD, back="view=lists")
    assert "matched to Dogwood" in html
    assert 'name="local"' in html
    send(alice, "save")
    assert saved() == {DOGWOOD: three[2].pk}
    was = {f"was_{three[2].pk}": DOGWOOD}
    send(alice, "unmatch", local=three[2].pk, **was)
    send(alice, "save")
    assert saved() == {}


def test_A28_do_not_sync_is_an_answer_for_schools_of_both_sides(
    elm: District, three: list[School], alice: Client
) -> None:
    send(alice, f"leave:{DOGWOOD}")
    assert saved() == {}
    send(alice, "save", **choose(three[0], NOT_SYNCED))
    assert saved() == {DOGWOOD: None}
    assert SchoolLeftOut.objects.get().school == three[0]
    send(alice, f"ask:{DOGWOOD}")
    send(alice, "save", **choose(three[0], "", was=NOT_SYNCED))
    assert saved() == {}
    assert not SchoolLeftOut.objects.exists()


def test_A28_complete_when_all_are_answered_and_one_is_matched(
    elm: District, three: list[School], alice: Client
) -> None:
    left_out = {k: v for s in three for k, v in choose(s, NOT_SYNCED).items()}
    send(alice, "save", **left_out)
    assert not look(alice).context["progress"].complete
    html = send(alice, "save", **choose(three[0], ALDER, was=NOT_SYNCED))
    assert "Every local school has an answer." in html
    progress = look(alice).context["progress"]
    assert (progress.matched, progress.not_synced, progress.open) == (1, 2, 0)
    assert "Next: Enable Clever" in html


def test_two_schools_change_places_in_one_save(
    elm: District, three: list[School], alice: Client
) -> None:
    send(alice, "save", **choose(three[0], ALDER), **choose(three[1], BIRCH))
    swap = {**choose(three[0], BIRCH, was=ALDER), **choose(three[1], ALDER, was=BIRCH)}
    send(alice, "save", **swap)
    assert saved() == {BIRCH: three[0].pk, ALDER: three[1].pk}


def test_a_school_that_belongs_to_another_is_refused_by_name(
    elm: District, three: list[School], alice: Client
) -> None:
    send(alice, "save", **choose(three[0], ALDER))
    html = send(alice, "save", **choose(three[1], ALDER), **choose(three[2], DOGWOOD))
    assert "Birrch Middle School: this Clever school is matched to Alder High already" in html
    assert saved() == {ALDER: three[0].pk}
    assert "1 choice is not saved yet" in html


def test_A29_of_two_people_the_second_sees_what_changed(
    elm: District, three: list[School], alice: Client, ida: Client
) -> None:
    both_opened = look(alice).context["m"].chosen.key
    send(ida, "keep", **choose(three[0], DOGWOOD))
    html = send(alice, "keep", **choose(three[0], ALDER))
    assert "Alder High: ida@maple.example chose “Dogwood” meanwhile" in html
    assert look(alice).context["rows"][0].value == DOGWOOD
    html = send(alice, "save", seen=both_opened)
    assert "ida@maple.example has chosen otherwise since you opened this page" in html
    assert saved() == {}
    send(alice, "save")
    assert saved() == {DOGWOOD: three[0].pk}


def test_a_match_that_came_meanwhile_is_kept_by_a_draft_that_does_not_name_it(
    elm: District, three: list[School], alice: Client
) -> None:
    send(alice, "keep", **choose(three[0], ALDER), **choose(three[2], NOT_SYNCED))
    match_school(district=elm, clever_school_id=BIRCH, school=three[1], by="operator")
    match_school(district=elm, clever_school_id=DOGWOOD, school=three[2], by="operator")
    send(alice, "save")
    assert saved() == {ALDER: three[0].pk, BIRCH: three[1].pk, DOGWOOD: three[2].pk}


def test_H01_matching_that_changes_while_a_run_is_on_is_told(
    elm: District, three: list[School], alice: Client
) -> None:
    assert "is on." not in look(alice).content.decode()
    run = Run.objects.create(
        district=elm, mode=RunMode.LIVE, state=RunState.VALIDATING, data_types=["student"]
    )
    assert f"<strong>Run #{run.pk} is on.</strong>" in look(alice).content.decode()
    html = send(alice, "save", **choose(three[0], ALDER))
    assert "yours applies from the next run" in html
    assert saved() == {ALDER: three[0].pk}


def test_filter_by_state_and_text(elm: District, three: list[School], alice: Client) -> None:
    send(alice, "save", **choose(three[0], ALDER), **choose(three[2], NOT_SYNCED))

    def found(**asked: str) -> list[str]:
        return [row.school.name for row in look(alice, **asked).context["rows"]]

    assert found(show="matched") == ["Alder High"]
    assert found(show="open") == ["Birrch Middle School"]
    assert found(show="not_synced") == ["Rowan Elementary"]
    assert found(q="ROWAN") == ["Rowan Elementary"]
    assert found(q="s0002") == ["Birrch Middle School"]
    assert found(q="nobody") == []
    assert found(page="99") == found()
    # What is chosen stays where it stood until it is saved.
    send(alice, "keep", **choose(three[1], BIRCH))
    assert found(show="open") == ["Birrch Middle School"]


def test_clever_schools_without_a_local_one_stand_with_their_people(
    elm: District, three: list[School], alice: Client
) -> None:
    send(alice, "save", **choose(three[0], ALDER))
    rows = look(alice).context["clever_rows"]
    assert [(row.school.name, row.people) for row in rows] == [
        ("Birch Middle School", 3), ("Cedar Academy", 0), ("Dogwood", 0),
    ]  # fmt: skip
    assert look(alice).context["rows"][0].people == 5


def test_before_the_first_reading_no_school_is_said_to_have_nobody(
    elm: District, three: list[School], alice: Client
) -> None:
    tie = Connection.objects.get(district=elm)
    MirrorObject.objects.filter(connection=tie, type="user").delete()
    pages = [(MATCH, "drop-downs"), (f"{MATCH}?view=lists", "two lists"),
             (reverse("create_schools", args=["elm"]), "create")]  # fmt: skip
    for address, name in pages:
        shown = said(alice.get(address))
        assert "not read yet" in shown and "0 people" not in shown, name
        assert '<td class="number" data-label="People">0</td>' not in shown, name
    Pull.objects.create(connection=tie, roles=["student"], sources=[], state="done")
    for address, name in pages:
        assert "not read yet" not in said(alice.get(address)), f"{name}: now it is known"


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "match", "local": "999999", "clever": ALDER},
        {"do": "save", "school-1": "x" * 300},
        {"do": "pick:1:<script>"},
        {"do": "leave:\x00"},
        {"do": "leave:" + "f" * 24},
        {"do": "clear:abc"},
        {"do": "page:99999999999999999999"},
        {"do": "nonsense", "school-x": "1", "more": "fields"},
        {"do": "save", "back": "page=x&q=%00&show=zzz&local=-1", "seen": "\u202e"},
    ],
)
def test_hostile_choices_are_a_sentence_and_nothing_is_written(
    elm: District, alice: Client, sent: dict[str, str]
) -> None:
    answer = alice.post(reverse("choose_schools", args=["elm"]), sent, follow=True)
    assert answer.status_code == 200
    assert not SchoolMatch.objects.exists()
    assert not SchoolMatchDraft.objects.exists()


def test_schools_of_another_district_are_never_matched(
    elm: District, three: list[School], alice: Client
) -> None:
    other, tie = connected("ash", "Ash Valley Schools")
    foreign = ours(other, ["Foreign"])[0]
    theirs = "ab" * 12
    share(tie, [])
    html = send(alice, "save", **choose(foreign, ALDER))
    assert "not in the list any more" in html
    assert "not in the list any more" in send(alice, "save", **choose(three[0], theirs))
    assert saved() == {}
    assert look(alice, local=str(foreign.pk), view="lists").context["selected"] is None


# Size


def test_queries_do_not_grow_with_schools(elm: District, alice: Client) -> None:
    grand("small", 10)
    grand("large", 300)

    def count(slug: str, **asked: str) -> int:
        with CaptureQueriesContext(database) as queries:
            answer = alice.get(reverse("match_schools", args=[slug]), asked)
            assert answer.status_code == 200
        return len(queries)

    for asked in ({}, {"view": "lists"}, {"show": "open", "page": "2"}):
        assert count("small", **asked) == count("large", **asked) == GOLDEN


def test_a_thousand_schools_on_both_sides_are_paged_and_all_can_be_reached(
    elm: District, alice: Client
) -> None:
    district = grand()
    address = reverse("match_schools", args=["grand"])
    answer = alice.get(address)
    assert len(answer.context["rows"]) == 50
    assert answer.context["ours"].pages == 20
    assert len(answer.content) < 500_000
    row = answer.context["rows"][0]
    lists = alice.get(address, {"view": "lists", "local": row.school.id, "cq": "Cedar Cedar"})
    assert lists.context["selected"] == row.school
    assert lists.context["theirs"].total == 10
    assert Connection.objects.get(district=district).clever_district_id
