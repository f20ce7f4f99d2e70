"""Manage Email Notifications: the lists, and the pencil of each data type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import DataType
from imports.words import DATA_TYPES
from integration_console.configure.order import blocked_by_setup
from integration_console.data_types import type_named
from integration_console.telling.forms import RecipientsForm
from notifications import mail, queries, words
from notifications.actions import save_recipients, send_test, try_again
from notifications.models import Recipient
from notifications.queries import Delivery


@dataclass(frozen=True)
class Told:
    """One recipient of a list, as a page shows it."""

    email: str
    summary: str
    mail: Delivery | None


@login_required
@require_safe
def recipients(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is told, per data type; each with a pencil (A54, A55)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    if reason := blocked_by_setup(access.district):
        return setup_first(request, access, reason)
    mails = queries.deliveries(access.district)
    lists = [
        (data_type, DATA_TYPES[data_type], [told(access, row, mails) for row in rows])
        for data_type, rows in queries.all_recipients(access.district).items()
    ]
    context = {"access": access, "lists": lists, "is_sent": mail.is_sent(), "emails": list(mails)}
    return render(request, "telling/recipients.html", context)


def setup_first(request: HttpRequest, access: Access, reason: str) -> HttpResponse:
    """The three steps have an order (A21)."""
    messages.warning(request, reason)
    return SeeOther(reverse("configure", args=[access.district.slug]))


def told(access: Access, row: Recipient, mails: Mapping[str, Delivery]) -> Told:
    """What a server says repeats the address, so only who may see that sees how mail stands."""
    if not access.may(Ability.SEE_PERSONAL_DATA):
        return Told("•••", words.summary(row.events), None)
    return Told(row.email, words.summary(row.events), mails.get(row.email))


@login_required
@require_POST
def mail_test(request: HttpRequest, slug: str) -> HttpResponse:
    """Sends a test mail, and says what the mail server answered."""
    access = member(request, slug, Ability.IMPORT)
    email = request.POST.get("email", "")
    try:
        answer = send_test(district=access.district, email=email, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    else:
        say, text = said(email, answer)
        say(request, text)
    return SeeOther(reverse("recipients", args=[slug]))


def said(email: str, answer: mail.Answer) -> tuple[Callable[[HttpRequest, str], None], str]:
    """What became of a test mail, in words."""
    its_words = f"{answer.code or ''} {answer.said}".strip()
    if answer.outcome is mail.Outcome.TAKEN:
        return messages.success, (
            f"The mail server has taken the test mail to {email}. If it does not arrive within a"
            " few minutes, look among the unwanted mail."
        )
    if answer.outcome is mail.Outcome.REFUSED:
        return messages.error, f"The mail server refuses {email}. It said: “{its_words}”."
    if answer.outcome is mail.Outcome.LATER:
        text = f"The mail server does not take mail to {email} now. It said: “{its_words}”."
        return messages.warning, text
    text = f"The mail server cannot be used: “{its_words}”. Tell Support; mail waits meanwhile."
    return messages.error, text


@login_required
@require_POST
def mail_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Try again: the last mail that an address did not get."""
    access = member(request, slug, Ability.IMPORT)
    email = request.POST.get("email", "")
    try:
        again = try_again(district=access.district, email=email, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    else:
        sent = f"The last mail to {email} is sent again within a minute or two."
        messages.info(request, sent if again else f"No mail to {email} is left to be sent again.")
    return SeeOther(reverse("recipients", args=[slug]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recipients_edit(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """The pencil: add, choose events, remove; nothing is stored before all of it is right."""
    access = member(request, slug, Ability.IMPORT)
    wanted_type = type_named(data_type)
    if reason := blocked_by_setup(access.district):
        return setup_first(request, access, reason)
    rows = queries.recipients_of(access.district, wanted_type)
    form = RecipientsForm(request.POST if request.method == "POST" else None, rows)
    if form.is_valid() and saved(request, access, wanted_type, form):
        return SeeOther(request.path)
    context = {
        "access": access,
        "form": form,
        "data_type": wanted_type,
        "label": DATA_TYPES[wanted_type],
        "is_sent": mail.is_sent(),
    }
    return render(request, "telling/recipients_edit.html", context)


def saved(request: HttpRequest, access: Access, data_type: DataType, form: RecipientsForm) -> bool:
    """Saves the list; a refusal stands in the form then, and nothing was stored."""
    try:
        done = save_recipients(
            district=access.district,
            data_type=data_type,
            wanted=form.wanted(),
            by=access.user.email,
        )
    except ConsoleError as refusal:
        form.add_error("add", refusal.sentence)
        return False
    count = len(form.wanted())
    text = "Saved." if done.anything else "Nothing was changed."
    people = (
        "Nobody is" if not count else "1 recipient is" if count == 1 else f"{count} recipients are"
    )
    messages.success(request, f"{text} {people} in the list of {DATA_TYPES[data_type]}.")
    return True
