"""Webhooks, for the owners of a district: the list, one of them, and what is done to it (C28)."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.webhooks import words
from integration_console.webhooks.forms import WebhookForm, whole
from notifications.models import Webhook
from notifications.webhooks import actions, queries
from notifications.webhooks.addresses import host_of
from notifications.webhooks.door import Answer


@login_required
@require_safe
def webhooks(request: HttpRequest, slug: str) -> HttpResponse:
    """The webhooks of the district."""
    access = member(request, slug, Ability.MANAGE)
    found = queries.webhooks_of(access.district)
    rows = [
        (
            row,
            host_of(row.webhook.url),
            words.state_of(row.webhook),
            words.DELIVERIES.get(row.newest),
        )
        for row in found
    ]
    context = {"access": access, "rows": rows, "full": len(rows) >= actions.MOST}
    return render(request, "webhooks/webhooks.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Adds one. Its secret stands in the answer itself: nothing else ever shows it."""
    access = member(request, slug, Ability.MANAGE)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = actions.add_webhook(
                district=access.district, by=access.user.email, **form.cleaned_data
            )
        except ConsoleError as refusal:
            form.add_error("url", refusal.sentence)
        else:
            return shown_once(request, access, made, new=True)
    return render(request, "webhooks/new.html", {"access": access, "form": form})


def shown_once(
    request: HttpRequest, access: Access, made: actions.Secret, *, new: bool = False
) -> HttpResponse:
    """The page with a secret, which no later look at any page gives again."""
    context = {
        "access": access, "webhook": made.webhook, "host": host_of(made.webhook.url),
        "secret": made.secret, "new": new,
    }  # fmt: skip
    return render(request, "webhooks/secret.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One webhook: its address and events, its secret, and the newest messages."""
    access = member(request, slug, Ability.MANAGE)
    found = one_of(access, number)
    has = {"url": found.url, "events": found.events}
    form = WebhookForm(request.POST if request.method == "POST" else None, initial=has)
    if form.is_valid():
        try:
            new = actions.change_webhook(
                district=access.district, number=number, by=access.user.email, **form.cleaned_data
            )
        except ConsoleError as refusal:
            form.add_error("url", refusal.sentence)
        else:
            messages.success(request, "Saved." if new else "Nothing was changed.")
            return SeeOther(request.path)
    return render(
        request, "webhooks/webhook.html", {"access": access, "form": form, **facts(found)}
    )


def one_of(access: Access, number: int) -> Webhook:
    """The webhook of this number; 404 in other districts."""
    found = queries.webhook_of(access.district, number)
    if found is None:
        raise Http404
    return found


def facts(found: Webhook) -> dict[str, object]:
    """What the page of a webhook shows beside its form."""
    rows = [
        (row, queries.label_of(row.kind), words.delivery_word(row), words.tries(row))
        for row in queries.recent(found)
    ]
    return {
        "webhook": found, "host": host_of(found.url), "word": words.state_of(found), "rows": rows,
        "recent": queries.RECENT, "overlap": words.overlap(found, timezone.now()),
    }  # fmt: skip


@login_required
@require_POST
def webhook_secret(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Makes a new secret and shows it, this once."""
    access = member(request, slug, Ability.MANAGE)
    one_of(access, number)
    try:
        seen = whole(request.POST.get("seen", ""))
        made = actions.rotate_secret(
            district=access.district, number=number, seen=seen, by=access.user.email
        )
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        return SeeOther(reverse("webhook", args=[slug, number]))
    return shown_once(request, access, made)


@login_required
@require_POST
def webhook_test(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Sends a test, and says what the receiver answered."""
    access = member(request, slug, Ability.MANAGE)
    one_of(access, number)
    try:
        answer = actions.send_test(district=access.district, number=number, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    else:
        say, text = said(answer)
        say(request, text)
    return SeeOther(reverse("webhook", args=[slug, number]))


def said(answer: Answer) -> tuple[Callable[[HttpRequest, str], None], str]:
    """What became of a test, in words."""
    if answer.taken:
        return messages.success, f"The test has arrived. The answer was {answer.code}."
    if answer.code:
        more = f": “{answer.said}”" if answer.said else ""
        return messages.error, f"The test was not taken. The answer was {answer.code}{more}."
    return messages.error, f"The test did not arrive. {answer.said}"


@login_required
@require_POST
def webhook_pause(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Nothing is sent until it is switched on."""
    return switched(
        request, slug, number, actions.pause_webhook,
        "Paused. What happens meanwhile is kept for three days.",
    )  # fmt: skip


@login_required
@require_POST
def webhook_resume(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """It is sent to again."""
    return switched(request, slug, number, actions.resume_webhook, "Switched on.")


def switched(
    request: HttpRequest, slug: str, number: int, action: Callable[..., bool], done: str
) -> HttpResponse:
    """Pauses or switches on; whoever comes second is told so."""
    access = member(request, slug, Ability.MANAGE)
    one_of(access, number)
    try:
        moved = action(district=access.district, number=number, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, done if moved else "It was so already.")
    return SeeOther(reverse("webhook", args=[slug, number]))


@login_required
@require_POST
def webhook_remove(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Removes it, with what waits for it."""
    access = member(request, slug, Ability.MANAGE)
    one_of(access, number)
    try:
        host = actions.remove_webhook(district=access.district, number=number, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"The webhook to {host} was removed. Nothing is sent to it.")
    return SeeOther(reverse("webhooks", args=[slug]))


@login_required
@require_POST
def webhook_again(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Sends a message again."""
    access = member(request, slug, Ability.MANAGE)
    found = one_of(access, number)
    try:
        delivery = whole(request.POST.get("delivery", ""))
        moved = actions.send_again(
            district=access.district, number=number, delivery=delivery, by=access.user.email
        )
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    else:
        soon = "It is sent again within a minute or two."
        later = "It is sent again when the webhook is switched on."
        text = (soon if found.state == "on" else later) if moved else "It waits to be sent already."
        messages.info(request, text)
    return SeeOther(reverse("webhook", args=[slug, number]))
