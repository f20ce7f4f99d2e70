"""An owner of a story's district, who looks at its pages and presses their buttons."""

from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Membership
from core.vocabulary import MemberRole, RunState
from imports.models import Run
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.rules import said
from tests.world import World


def owner_of(here: World) -> Client:
    """A client that has signed in as an owner of the district."""
    user = scenes.user(scenes.ALICE)
    Membership.objects.get_or_create(
        district=here.district, user=user, defaults={"role": MemberRole.OWNER}
    )
    return signed_in(scenes.ALICE)


def look(here: World, client: Client, name: str, *which: object) -> str:
    answer = client.get(reverse(name, args=[here.district.slug, *which]))
    assert answer.status_code == 200, name
    return said(answer).replace("<wbr>", "")


def press(here: World, client: Client, name: str, *which: object, **sent: Any) -> Run:
    """Presses a button that starts a run, and works on that to its end."""
    before = Run.objects.filter(district=here.district).count()
    client.post(reverse(name, args=[here.district.slug, *which]), sent)
    runs = Run.objects.filter(district=here.district).order_by("pk")
    assert runs.count() == before + 1, f"{name} started nothing"
    newest = runs.last()
    assert newest is not None
    return here.drive(newest)


def approve_all(here: World, client: Client) -> int:
    """Approves all that is held by one act on its page; returns how many acts it took."""
    held = here.holds()
    if not held:
        return 0
    if len(held) == 1:
        sent: dict[str, Any] = {"which": "all", "password": scenes.PASSWORD}
        run = press(here, client, "hold_approve", held[0].pk, **sent)
    else:
        sent = {"holds": [hold.pk for hold in held], "password": scenes.PASSWORD}
        run = press(here, client, "holds_together", **sent)
    assert run.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS), run.message
    assert here.holds() == [], "one approval is enough"
    return 1


def seen_on_its_pages(here: World, run: Run) -> None:
    """What became of an accident stands on the run's page, the overview and the holds' pages."""
    client, held = owner_of(here), here.holds()
    assert escape(run.message) in look(here, client, "run", run.pk)
    overview = look(here, client, "overview")
    assert "<dt>people lost</dt><dd>0</dd>" in overview.replace("> <", "><")
    if held:
        assert f"{sum(hold.count for hold in held):,} change" in overview
        assert "Look at what is held, and why" in overview
    for hold in held:
        shown = look(here, client, "hold", hold.pk)
        assert "Why it is held" in shown and f"Approve all {hold.count:,}" in shown
        assert "Likely cause" in shown or "Reason" in shown
