"""Clever Data Integration Setup and the switch: what is asked, shown, refused and stored."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from clever_sandbox.running import RunningSandbox, running_sandbox
from clever_sync import asking
from clever_sync.models import Connection, MirrorObject
from core.problems import ConsoleError
from core.vocabulary import ConnectionState, DataType, MemberRole, RunMode, RunState, Trigger
from imports.actions import start_run
from imports.models import Run
from mappings.actions import create_default_rulesets
from mappings.models import SchoolMatch
from notifications.models import Recipient, told_by_default
from schools.models import District, RosterSource
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.pages.scenes_connecting import connected, ours, share
from tests.world import speaking_to

READ_ONLY = 'readonly value="'


@pytest.fixture
def oak(db: None) -> District:
    """A district with Support's leave and nothing else."""
    return scenes.district("oak", "Oak Hill Schools", clever_enabled=True)


@pytest.fixture
def clever(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    monkeypatch.setattr(asking, "SHORT_PAUSES", (0.0, 0.0))
    with running_sandbox(students=30, schools=4) as sandbox, speaking_to(sandbox):
        yield sandbox


@pytest.fixture
def on(oak: District, alice: Client) -> District:
    """Oak, connected and matched, but not switched on."""
    made, connection = connected("elm", "Elm Park Schools")
    ids = share(connection, ["Elm Elementary"])
    SchoolMatch.objects.create(
        district=made, clever_school_id=ids[0], school=ours(made, ["Elm Elementary"])[0]
    )
    return made


def page(client: Client, name: str, slug: str = "oak", **asked: str) -> str:
    answer = client.get(reverse(name, args=[slug]), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, name: str, slug: str = "oak", follow: bool = True, **sent: str) -> Any:
    return client.post(reverse(name, args=[slug]), sent, follow=follow)


def test_A22_setup_opens_and_leads_back(oak: District, alice: Client) -> None:
    RosterSource.objects.create(district=oak, system="none", state="off")
    assert f'href="{reverse("setup_clever", args=["oak"])}"' in page(alice, "configure")
    html = page(alice, "setup_clever")
    assert "<h1>Clever Data Integration Setup</h1>" in html
    assert "Edit Clever Integration Settings" in html
    assert f'href="{reverse("configure", args=["oak"])}"' in html


def test_A23_the_clever_id_is_read_only_until_edit(oak: District, alice: Client) -> None:
    Connection.objects.create(district=oak, clever_district_id="a" * 24)
    closed, edited = page(alice, "setup_clever"), page(alice, "setup_clever", edit="1")
    assert READ_ONLY + "a" * 24 in closed
    assert 'name="district_id"' not in closed
    assert 'name="district_id"' in edited
    assert "District ID / Clever ID" in edited


@pytest.mark.parametrize("pasted", ["{}", "https://clever.com/in/x?district_id={}"])
def test_B39_B40_id_or_url_is_looked_at_by_name_and_stored_by_save_only(
    oak: District, alice: Client, clever: RunningSandbox, pasted: str
) -> None:
    text = pasted.format(clever.district_id)
    html = post(alice, "setup_look", district_id=text).content.decode()
    assert "Clever calls it <strong>#DEMO Maple Ridge Unified</strong>" in html
    assert "<strong>4 schools</strong>" in html
    assert f'name="district_id" value="{clever.district_id}"' in html
    assert not Connection.objects.exists()
    assert not MirrorObject.objects.exists()
    assert not AuditEvent.objects.exists()

    saved = post(alice, "setup_save", district_id=clever.district_id)
    assert saved.redirect_chain == [(reverse("match_schools", args=["oak"]), 303)]
    assert Connection.objects.get().clever_district_id == clever.district_id


def test_A27_save_launches_the_integration_and_schools_are_loadable(
    oak: District, alice: Client, clever: RunningSandbox
) -> None:
    ours(oak, ["Somewhere"])
    html = post(alice, "setup_save", district_id=clever.district_id).content.decode()
    names = [school["name"] for school in clever.control.schools()]
    assert len(names) == 4
    for name in names:
        assert name in html
    event = AuditEvent.objects.get(verb="clever.connect")
    assert (event.actor, event.district) == (scenes.ALICE, oak)


def test_A54_whoever_saves_setup_is_the_first_recipient(
    oak: District, alice: Client, clever: RunningSandbox
) -> None:
    post(alice, "setup_save", district_id="nonsense")
    assert not Recipient.objects.exists()
    post(alice, "setup_save", district_id=clever.district_id)
    told = Recipient.objects.filter(district=oak).values_list("data_type", "email", "events")
    assert {(email, tuple(events)) for _, email, events in told} == {
        (scenes.ALICE, tuple(told_by_default()))
    }
    assert {data_type for data_type, _, _ in told} == {"student", "teacher", "staff"}


def test_B64_waiting_for_approval_is_shown_survives_days_and_ends(
    oak: District, alice: Client, clever: RunningSandbox
) -> None:
    clever.control.disconnect()
    looked = post(alice, "setup_look", district_id=clever.district_id).content.decode()
    assert "has not approved this District ID for us yet" in looked
    assert not Connection.objects.exists()
    post(alice, "setup_save", district_id=clever.district_id)
    days_ago = timezone.now() - timedelta(days=3)
    Connection.objects.update(waiting_since=days_ago)

    post(alice, "setup_check")
    assert Connection.objects.get().waiting_since == days_ago
    html = page(alice, "setup_clever")
    assert "<strong>Waiting for approval</strong> since" in html
    assert days_ago.isoformat() in html
    assert "Check again" in html

    clever.control.reconnect()
    html = post(alice, "setup_check").content.decode()
    assert "Clever answers for #DEMO Maple Ridge Unified" in html
    assert "<strong>Waiting for approval</strong>" not in html
    assert MirrorObject.objects.filter(type="school").count() == 4


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"do": "status", "status": 503, "path": "/oauth"}, "Clever could not be reached"),
        ({"do": "status", "status": 503, "path": "/schools"}, "Clever could not be reached"),
        ({"do": "status", "status": 401, "path": "/oauth"}, "client ID and secret"),
        ({"do": "status", "status": 401, "path": "/districts"}, "no longer accepts"),
        ({"do": "html", "path": "/districts"}, "not roster data"),
        ({"do": "other_district", "path": "/districts"}, "another district than the one you"),
    ],
)
def test_B40_every_failure_of_clever_is_a_sentence_and_stores_nothing(
    oak: District, alice: Client, clever: RunningSandbox, rule: dict[str, Any], words: str
) -> None:
    clever.control.faults([rule])
    for name in ("setup_look", "setup_save"):
        answer = post(alice, name, district_id=clever.district_id)
        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert f'value="{clever.district_id}"' in answer.content.decode()
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "Paste the District ID"),
        ("nonsense", "neither a District ID nor a link"),
        ("https://evil.example/" + "a" * 24, "neither a District ID nor a link"),
        ("<script>alert(1)</script>", "neither a District ID nor a link"),
        ("x" * 5000, "too long"),
        ("a\x00b", "Null characters"),
        ("🏫" * 30, "neither a District ID nor a link"),
    ],
)
def test_A23_hostile_input_is_a_sentence(
    oak: District, alice: Client, pasted: str, words: str
) -> None:
    for name in ("setup_look", "setup_save"):
        html = post(alice, name, district_id=pasted).content.decode()
        assert words in html
        assert "<script>alert" not in html
    assert not Connection.objects.exists()


def test_an_id_of_another_district_here_is_refused(
    oak: District, on: District, alice: Client
) -> None:
    taken = Connection.objects.get(district=on).clever_district_id
    assert (
        "already used by another" in post(alice, "setup_look", district_id=taken).content.decode()
    )
    assert (
        "already used by another" in post(alice, "setup_save", district_id=taken).content.decode()
    )
    assert not Connection.objects.filter(district=oak).exists()


@pytest.mark.parametrize("system", ["powerschool", "legacy_clever", "clever"])
def test_A24_save_is_refused_until_reset_configuration(
    oak: District, alice: Client, clever: RunningSandbox, system: str
) -> None:
    if system == "clever":
        Connection.objects.create(district=oak, clever_district_id="a" * 24, enabled=True)
    else:
        RosterSource.objects.create(district=oak, system=system)
    html = page(alice, "setup_clever", edit="1")
    assert "Press Reset Configuration before continuing" in html
    refused = post(alice, "setup_save", district_id=clever.district_id).content.decode()
    assert "Press Reset Configuration before continuing" in refused
    assert not Connection.objects.filter(clever_district_id=clever.district_id).exists()

    post(alice, "reset_configuration", confirm="oak")
    saved = post(alice, "setup_save", district_id=clever.district_id)
    assert saved.redirect_chain == [(reverse("match_schools", args=["oak"]), 303)]
    assert not RosterSource.objects.filter(state="on").exists()


def test_A24_sif_is_asked_about_at_the_switch_and_not_before(
    oak: District, alice: Client, clever: RunningSandbox
) -> None:
    RosterSource.objects.create(district=oak, system="sif")
    post(alice, "setup_save", district_id=clever.district_id)
    assert Connection.objects.get().clever_district_id == clever.district_id
    assert RosterSource.objects.get().state == "on"


def test_a_wrong_id_is_corrected_without_a_reset(
    oak: District, alice: Client, clever: RunningSandbox
) -> None:
    Connection.objects.create(
        district=oak, clever_district_id="0" * 24, state=ConnectionState.WAITING
    )
    post(alice, "setup_save", district_id=clever.district_id)
    assert Connection.objects.get().clever_district_id == clever.district_id


def test_B01_without_supports_leave_nothing_can_be_changed(
    juniper: Scene, alice: Client, clever: RunningSandbox
) -> None:
    html = page(alice, "setup_clever", "juniper")
    assert "The Clever integration is not enabled" in html
    assert "Edit Clever Integration Settings</a>" not in html
    refused = post(alice, "setup_save", "juniper", district_id=clever.district_id)
    assert "is not enabled for Juniper" in refused.content.decode()
    for name in ("choose_schools", "create_schools"):
        assert "not enabled" in post(alice, name, "juniper").content.decode()
    assert not Connection.objects.exists()


# The switch


def test_B46_the_switch_needs_a_district_id_and_sites(oak: District, alice: Client) -> None:
    html = page(alice, "enable")
    assert 'role="switch" name="enabled" disabled' in html
    assert "no District ID is saved yet" in html
    assert "is saved yet" in post(alice, "enable", enabled="on").content.decode()
    tie = Connection.objects.create(district=oak, clever_district_id="a" * 24)
    assert "your sites must be mapped to sync" in page(alice, "enable")
    refused = post(alice, "enable", enabled="on").content.decode()
    assert "your sites must be mapped to sync" in refused
    tie.refresh_from_db()
    assert not tie.enabled


def test_B45_toggle_then_save_switches_clever_on_and_off(on: District, alice: Client) -> None:
    assert 'role="switch" name="enabled" aria' in page(alice, "enable", "elm")
    assert "Clever is switched on." in post(alice, "enable", "elm", enabled="on").content.decode()
    assert Connection.objects.get(district=on).enabled
    html = page(alice, "enable", "elm")
    assert 'name="enabled" checked' in html
    assert "nothing is imported any more" in html
    verbs = AuditEvent.objects.filter(district=on).values_list("verb", flat=True)
    assert list(verbs) == ["clever.enable"]
    assert "on already" in post(alice, "enable", "elm", enabled="on").content.decode()

    run = Run.objects.create(
        district=on, mode=RunMode.LIVE, state=RunState.QUEUED, trigger=Trigger.CLICK,
        data_types=["student"],
    )  # fmt: skip
    assert f"run #{run.pk}" in page(alice, "enable", "elm")
    assert "Clever is switched off." in post(alice, "enable", "elm").content.decode()
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert not Connection.objects.get(district=on).enabled
    assert SchoolMatch.objects.filter(district=on).exists()
    create_default_rulesets(district=on)
    with pytest.raises(ConsoleError, match="switched off"):
        start_run(district=on, mode=RunMode.LIVE, data_types=[DataType.STUDENT], requested_by="a")


def test_B42_without_a_mapped_site_no_sync_starts(oak: District) -> None:
    Connection.objects.create(
        district=oak, clever_district_id="a" * 24, state=ConnectionState.READY, enabled=True
    )
    create_default_rulesets(district=oak)
    with pytest.raises(ConsoleError, match="No school is matched yet"):
        start_run(district=oak, mode=RunMode.TEST, data_types=[DataType.STUDENT], requested_by="a")
    assert not Run.objects.exists()


@pytest.mark.parametrize("system", ["sif", "powerschool", "legacy_clever"])
def test_B45_another_exclusive_source_keeps_clever_off(
    on: District, alice: Client, system: str
) -> None:
    RosterSource.objects.create(district=on, system=system)
    html = page(alice, "enable", "elm")
    assert "cannot be enabled at the same time" in html
    assert 'name="enabled" disabled' in html
    post(alice, "enable", "elm", enabled="on")
    assert not Connection.objects.get(district=on).enabled


# Who may


GETS = ("setup_clever", "reset_configuration", "match_schools", "create_schools", "enable")
POSTS = ("setup_look", "setup_save", "setup_check", "reset_configuration", "choose_schools",
         "create_schools", "enable")  # fmt: skip


@pytest.mark.parametrize(
    ("email", "read", "act"),
    [
        (scenes.ALICE, 200, (200, 303)),
        ("ida@maple.example", 200, (200, 303)),
        (scenes.OLIVE, 200, (403,)),
        (scenes.BOB, 200, (403,)),
        (scenes.LEE, 404, (404,)),
        (scenes.CHARLIE, 404, (404,)),
    ],
)
def test_A02_A18_roles_of_the_connecting_pages(
    maple: Scene, email: str, read: int, act: tuple[int, ...]
) -> None:
    if email.startswith("ida"):
        Membership.objects.create(
            district=maple.district, user=scenes.user(email), role=MemberRole.IMPORT_ADMIN
        )
    client = signed_in(email)
    for name in GETS:
        assert client.get(reverse(name, args=["maple"])).status_code == read, name
    for name in POSTS:
        sent = {"district_id": "nonsense", "enabled": "on"}
        assert client.post(reverse(name, args=["maple"]), sent).status_code in act, name
    assert Connection.objects.get(district=maple.district).enabled
    buttons = client.get(reverse("setup_clever", args=["maple"])).content.decode()
    assert ("Edit Clever Integration Settings</a>" in buttons) == (303 in act)


def test_looking_has_no_effect_and_the_token_is_needed(oak: District, alice: Client) -> None:
    for name in ("setup_look", "setup_save", "setup_check", "choose_schools"):
        assert alice.get(reverse(name, args=["oak"])).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(
        scenes.user(scenes.ALICE), backend="django.contrib.auth.backends.ModelBackend"
    )
    for name in POSTS:
        assert strict.post(reverse(name, args=["oak"])).status_code == 403, name


def test_queries_of_the_other_pages_do_not_grow(maple: Scene, alice: Client) -> None:
    golden = {"reset_configuration": 13, "setup_clever": 11, "enable": 13, "create_schools": 12}
    larger = scenes.full("larger", students=300, teachers=40)

    def count(name: str, scene: Scene) -> int:
        with CaptureQueriesContext(database) as queries:
            assert alice.get(reverse(name, args=[scene.slug])).status_code == 200
        return len(queries)

    found = {name: (count(name, maple), count(name, larger)) for name in golden}
    assert found == {name: (queries, queries) for name, queries in golden.items()}
