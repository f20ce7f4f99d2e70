"""What the tests of holds share: looking at their pages and pressing their buttons."""

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from core.vocabulary import HoldState, Trigger
from imports.models import Hold, Run
from tests.pages.rules import said
from tests.pages.scenes import PASSWORD

LIST = reverse("holds", args=["maple"])


def page(hold: Hold, name: str = "hold") -> str:
    return reverse(name, args=["maple", hold.pk])


def look(client: Client, address: str, **asked: Any) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return said(answer)


def press(client: Client, hold: Hold, name: str, **sent: Any) -> str:
    """What stands on the page after a button was pressed."""
    answer = client.post(page(hold, name), sent, follow=True)
    assert answer.status_code == 200
    return said(answer)


def approve(client: Client, hold: Hold, *schools: int, **sent: Any) -> str:
    which = {"which": "ticked", "schools": schools} if schools else {"which": "all"}
    return press(client, hold, "hold_approve", **{**which, "password": PASSWORD, **sent})


def state(hold: Hold) -> str:
    return Hold.objects.get(pk=hold.pk).state


def nothing_is_done(hold: Hold) -> bool:
    """No decision, no run, nothing in the audit."""
    started = Run.objects.filter(trigger=Trigger.HOLD).exists()
    noted = AuditEvent.objects.filter(verb__startswith="hold ").exists()
    return state(hold) == HoldState.OPEN and not started and not noted
