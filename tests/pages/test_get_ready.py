"""Get ready for Clever: the checklist, the four steps, the District ID, waiting for approval."""

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from clever_sandbox.running import RunningSandbox, running_sandbox
from clever_sync import links
from clever_sync.models import Connection, MirrorObject
from schools.models import District
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.world import speaking_to

READY = "/d/juniper/clever/get-ready/"
ASK, SAVE, CHECK = f"{READY}ask/", f"{READY}district-id/", f"{READY}check/"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(students=5) as running:
        yield running


@pytest.fixture
def clever(sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    with speaking_to(sandbox):
        yield sandbox
    sandbox.control.reconnect()
    sandbox.control.clear_faults()


def enabled(scene: Scene) -> Scene:
    District.objects.filter(pk=scene.district.pk).update(clever_enabled=True)
    return scene


def text(client: Client, address: str = READY) -> str:
    """The page as people read it: without tags, with single spaces."""
    return plain(client.get(address).content.decode())


def plain(page: str) -> str:
    within = page.split("<main", 1)[1]
    words = "".join(part.split(">", 1)[-1] for part in within.split("<"))
    return " ".join(unescape(words).split())


def test_A09_checklist_names_the_account_and_whom_to_contact(
    juniper: Scene, alice: Client, settings: Any
) -> None:
    settings.SALES_CONTACT = "sales@console.example"
    page = text(alice)
    assert "Your district has an account here" in page
    assert "contact your account manager" in page
    assert "sales@console.example" in page


def test_A18_get_ready_is_there_while_the_entry_is_hidden(juniper: Scene, alice: Client) -> None:
    assert '<a href="/d/juniper/clever/get-ready/" aria-current="page">' in (
        alice.get(READY).content.decode()
    )
    for email in (scenes.BOB, scenes.OLIVE):
        client = signed_in(email)
        assert client.get(READY).status_code == 403
        assert [client.post(address).status_code for address in (ASK, SAVE, CHECK)] == [403] * 3
    assert not AuditEvent.objects.exists()


def test_B17_four_steps_stand_in_their_order(juniper: Scene, alice: Client) -> None:
    page = text(alice)
    steps = (
        "Contact Support to enable the Clever integration",
        f"Add {links.APP_NAME} to your Clever dashboard",
        "Locate your Clever District ID",
        "Enable Clever",
    )
    places = [page.index(step) for step in steps]
    assert places == sorted(places)


def test_A18_B17_support_is_asked_once_and_the_request_stays(juniper: Scene, alice: Client) -> None:
    page = plain(alice.post(ASK, follow=True).content.decode())
    assert "Waiting for Support since today," in page
    district = District.objects.get(slug="juniper")
    assert district.clever_requested_by == scenes.ALICE
    assert not district.clever_enabled
    first = district.clever_requested_at
    alice.post(ASK)
    district.refresh_from_db()
    assert district.clever_requested_at == first
    event = AuditEvent.objects.get(verb="clever.request")
    assert (event.actor, event.district) == (scenes.ALICE, district)
    assert "Ask Support to enable" not in text(alice).replace("Ask Support to enable it", "")


def test_A18_everybody_of_the_integration_sees_who_waits_since_when(
    juniper: Scene, alice: Client, bob: Client
) -> None:
    assert "Waiting for Support" not in text(bob, "/d/juniper/")
    alice.post(ASK)
    for client in (bob, signed_in(scenes.SAM)):
        page = text(client, "/d/juniper/")
        assert "Waiting for Support since today," in page
        assert "asked by alice@maple.example." in page


def test_A18_nobody_asks_for_what_is_enabled(juniper: Scene, alice: Client) -> None:
    enabled(juniper)
    alice.post(ASK)
    assert District.objects.get(slug="juniper").clever_requested_at is None
    assert "Support has enabled it." in text(alice)


def test_B01_district_id_is_locked_until_support_has_enabled_it(
    juniper: Scene, alice: Client
) -> None:
    assert "when Support has enabled the integration (step 1)" in text(alice)
    page = plain(alice.post(SAVE, {"district_id": "a" * 24}).content.decode())
    assert "is not enabled for Juniper Valley School District. Ask Support to enable it." in page
    assert not Connection.objects.filter(district=juniper.district).exists()


def test_B16_B66_first_screen_points_to_the_sis_and_to_clever(
    juniper: Scene, alice: Client
) -> None:
    page = alice.get(READY).content.decode()
    assert "Your district&#x27;s SIS syncs with Clever" in page
    assert f'<a href="{links.HOME}" rel="noreferrer">www.clever.com</a>' in page
    assert f'<a href="{links.HELP_CENTER}" rel="noreferrer">Clever Help Center</a>' in page


def test_B34_help_center_then_support_form(juniper: Scene, alice: Client) -> None:
    page = alice.get(READY).content.decode()
    first = page.index(f'<a href="{links.HELP_CENTER}" rel="noreferrer">Clever\'s Help Center</a>')
    assert first < page.index(f'<a href="{links.SUPPORT_FORM}" rel="noreferrer">')
    assert "a Clever support member will get back to you" in page


def test_B35_B36_B37_B38_how_the_district_id_is_located(juniper: Scene, alice: Client) -> None:
    assert (
        f'<a href="{links.SIGN_IN}" target="_blank" rel="noopener noreferrer">Sign In to Clever</a>'
        in (alice.get(READY).content.decode())
    )
    page = text(alice)
    steps = (
        "Click Sign In to Clever.",
        "Log in with your Clever username and password.",
        "On the main window, go to the Settings tab.",
        "Go to the Instant Login Link under Application Information."
        " Your District ID is at the end of this URL. Click Copy.",
        "paste the District ID or complete URL into the District ID field",
    )
    page = page[page.index("Where it stands in Clever") :]
    places = [page.index(step) for step in steps]
    assert places == sorted(places)


def test_B55_B56_B57_B58_B59_B60_B61_B62_B63_how_the_app_is_added(
    juniper: Scene, alice: Client
) -> None:
    page, app = text(alice), links.APP_NAME
    steps = (
        "Sign in to Clever.",
        f"go to Applications > Add Applications, and then search for {app}.",
        f"Have you already purchased {app} for use in your district? Yes",
        "Would you like to request a launch date for this application? No Custom Launch Date",
        "Click Request Application.",
        "On the next screen, click Share data.",
        "Select Share by District.",
        f"Check the box to share all district students and classes with {app}.",
        "Click Save Changes.",
    )
    page = page[page.index("How to add it in Clever") :]
    places = [page.index(step) for step in steps]
    assert places == sorted(places)


@pytest.mark.parametrize("pasted", ["{}", "https://clever.com/oauth/instant-login?district_id={}"])
def test_B39_B40_id_or_complete_url_is_saved_and_the_sharing_reported(
    juniper: Scene, alice: Client, clever: RunningSandbox, pasted: str
) -> None:
    enabled(juniper)
    answer = alice.post(SAVE, {"district_id": pasted.format(clever.district_id)})
    assert answer["Location"] == READY
    tie = Connection.objects.get(district=juniper.district)
    assert tie.clever_district_id == clever.district_id
    page = text(alice)
    shared = MirrorObject.objects.filter(connection=tie, type="school").count()
    assert f"Clever shares {shared} schools of {tie.clever_name} with us." in page
    assert "Go on to Clever Integration" in page


def test_B65_what_is_shared_is_only_reported_here(
    juniper: Scene, alice: Client, clever: RunningSandbox
) -> None:
    enabled(juniper)
    alice.post(SAVE, {"district_id": clever.district_id})
    answer = alice.get(READY)
    assert "What is shared is chosen in Clever; here it is only reported." in text(alice)
    # The only things to send here are the id, the questions and the way out.
    page = answer.content.decode()
    fields = {part.split('"')[0] for part in page.split('name="')[1:]}
    assert fields <= {"csrfmiddlewaretoken", "district_id", "viewport", "htmx-config"}


def test_A10_nothing_shared_is_said(juniper: Scene, alice: Client, clever: RunningSandbox) -> None:
    enabled(juniper)
    alice.post(SAVE, {"district_id": clever.district_id})
    MirrorObject.objects.all().delete()
    page = text(alice)
    assert "Nothing is shared with us." in page
    assert "nothing is shared: choose Share by District" in page
    assert "Go on to Clever Integration" not in page
    alice.post(CHECK)
    assert "Nothing is shared with us." not in text(alice)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "Paste the District ID or the complete URL that you copied in Clever."),
        ("nonsense", "neither a District ID nor a link of clever.com"),
        ("https://clever.com/in/maple", "carries no District ID"),
        ("https://clever.com.evil.example/?district_id=" + "a" * 24, "nor a link of clever.com"),
        ("x" * 2001, "too long to be a link of Clever"),
        ("a\x00b", "Null characters are not allowed."),
        ("<script>alert(1)</script>", "neither a District ID"),
    ],
)
def test_B39_what_cannot_be_an_id_is_refused_and_not_lost(
    juniper: Scene, alice: Client, pasted: str, said: str
) -> None:
    enabled(juniper)
    answer = alice.post(SAVE, {"district_id": pasted})
    page = answer.content.decode()
    assert said in plain(page)
    assert "<script>alert" not in page
    assert not Connection.objects.filter(district=juniper.district).exists()


def test_B39_id_of_another_district_here_is_refused(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    enabled(juniper)
    theirs = Connection.objects.get(district=maple.district).clever_district_id
    page = plain(alice.post(SAVE, {"district_id": theirs}).content.decode())
    assert "already used by another district of this console" in page


def test_A24_id_of_a_district_that_syncs_is_changed_after_a_reset_only(
    maple: Scene, alice: Client
) -> None:
    page = plain(
        alice.post(
            "/d/maple/clever/get-ready/district-id/", {"district_id": "a" * 24}
        ).content.decode()
    )
    assert "Press Reset Configuration before continuing with the setup." in page
    assert Connection.objects.get(district=maple.district).clever_district_id != "a" * 24


def test_B64_waiting_for_approval_survives_days_and_ends_by_checking_again(
    juniper: Scene, alice: Client, clever: RunningSandbox
) -> None:
    enabled(juniper)
    clever.control.disconnect()
    alice.post(SAVE, {"district_id": clever.district_id})
    page = text(alice)
    assert "Waiting for approval since today," in page
    assert "Please allow 24-36 hours for us to receive and approve your request." in page
    assert "more than 36 hours" not in page
    since = timezone.now() - timedelta(days=3)
    Connection.objects.update(waiting_since=since)
    alice.post(CHECK)
    page = text(signed_in(scenes.ALICE))
    assert "This is more than 36 hours ago." in page
    assert Connection.objects.get(district=juniper.district).waiting_since == since
    clever.control.reconnect()
    alice.post(CHECK)
    page = text(alice)
    assert "Waiting for approval" not in page
    assert "Go on to Clever Integration" in page


def test_B64_clever_that_cannot_be_reached_changes_nothing(
    juniper: Scene, alice: Client, clever: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clever_sync.asking.SHORT_PAUSES", ())
    enabled(juniper)
    clever.control.disconnect()
    alice.post(SAVE, {"district_id": clever.district_id})
    clever.control.faults([{"do": "status", "status": 503, "path": "/oauth"}])
    page = plain(alice.post(CHECK, follow=True).content.decode())
    assert "Clever could not be reached" in page
    assert "Waiting for approval since" in page


def test_check_again_without_an_id_says_what_to_do(juniper: Scene, alice: Client) -> None:
    page = plain(alice.post(CHECK, follow=True).content.decode())
    assert "No District ID is saved yet. Paste it first." in page


def test_connection_that_is_refused_says_who_must_act(maple: Scene, alice: Client) -> None:
    Connection.objects.update(state="needs_attention", attention="clever_token_refused")
    page = text(alice, "/d/maple/clever/get-ready/")
    assert "Clever refuses our authorization" in page
    assert "Ask your Clever administrator to authorize the application again." in page
    Connection.objects.update(state="disconnected", attention="")
    assert "Clever does not let us read any more." in text(alice, "/d/maple/clever/get-ready/")


def test_effects_happen_by_post_only(juniper: Scene, alice: Client) -> None:
    assert [alice.get(address).status_code for address in (ASK, SAVE, CHECK)] == [405] * 3
