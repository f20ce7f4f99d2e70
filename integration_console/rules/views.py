"""Clever Data Integration Settings: the data types, and the three pages of the wizard."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, limits
from accounts.access import Ability, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import DataType
from imports.schedules import schedules_of, set_automatic
from integration_console.data_types import type_named
from integration_console.rules import shown
from integration_console.rules.actions import keep_sync_settings
from integration_console.rules.code_form import DefineCodesForm
from integration_console.rules.codes import code_fields
from integration_console.rules.desk import NAMES, Desk, desk_of
from integration_console.rules.field_form import MatchFieldsForm
from integration_console.rules.field_rows import known
from integration_console.rules.forms import AutomaticForm, PublishForm, SampleForm, SeenForm
from integration_console.rules.offers import offers
from integration_console.rules.samples import TOO_OFTEN, Sample, samples
from integration_console.rules.scope import places
from integration_console.rules.sync_form import SyncForm
from integration_console.rules.wizard import answered, blocked, sent
from mappings import drafts
from mappings.spec import RulesetSpec

page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """The data types, each with its pencil, the state of its settings, and its box."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    if answer := blocked(request, access):
        return answer
    return render(request, "rules/settings.html", shown.settings(access))


@login_required
@require_POST
def automatic(request: HttpRequest, slug: str) -> HttpResponse:
    """Automatically Update During Daily Operations: three independent boxes."""
    access = member(request, slug, Ability.IMPORT)
    if answer := blocked(request, access):
        return answer
    form = AutomaticForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose among Student, Teacher and Admin (Staff).")
        return SeeOther(reverse("settings", args=[slug]))
    on = [DataType(chosen) for chosen in form.cleaned_data["on"]]
    moved = set_automatic(district=access.district, on=on, by=access.user.email)
    names = ", ".join(NAMES[data_type] for data_type in on) or "none"
    said = f"Saved. Updated automatically: {names}." if moved else "Nothing had been changed."
    messages.success(request, said)
    return SeeOther(reverse("settings", args=[slug]))


@login_required
@page
def match_fields(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """Which Clever field feeds which of ours, with values from both sides."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    if answer := blocked(request, access):
        return answer
    desk = desk_of(access, data_type)
    found = samples(desk)
    form = MatchFieldsForm(sent(request), desk=desk, offers=offers(desk, found.filled))
    if answer := answered(request, desk, form, "match_fields", drafts.keep_draft):
        return answer
    context = shown.match_fields(desk, form, found)
    return render(request, "rules/match_fields.html", context)


@login_required
@require_safe
def sample(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """The values of a Clever field that was just chosen and is not saved yet."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    desk = desk_of(access, data_type)
    key, source = chosen(desk, request.GET, request.GET)
    found = samples(desk).from_clever(key, source)
    return render(request, "rules/sample.html", {"sample": found, "desk": desk})


@login_required
@require_POST
def ask_sample(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """The same of a field whose values are not stored: Clever is asked for a few (C34)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.IMPORT)
    desk = desk_of(access, data_type)
    key, source = chosen(desk, request.GET, request.POST)
    stored = samples(desk)
    found = stored.from_clever(key, source)
    if found.unread:
        if limits.allows(request, "ask_clever_for_samples"):
            audit.record(desk.district, access.user.email, "clever.sampled", f"field:{key}")
            found = stored.asked_of_clever(desk, key, source)
        else:
            found = Sample(why=TOO_OFTEN)
    return render(request, "rules/sample.html", {"sample": found, "desk": desk})


def chosen(desk: Desk, asked: QueryDict, sent: QueryDict) -> tuple[str, str]:
    """The local field and the Clever field that somebody chose for it. Raises Http404."""
    form = SampleForm(asked)
    key = form.cleaned_data["field"] if form.is_valid() else ""
    offer = next((offer for offer in offers(desk) if offer.key == key), None)
    if offer is None:
        raise Http404
    return key, known(offer, sent.get(f"{key}-source"))


@login_required
@page
def define_codes(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """What Clever's codes are called here, those that nobody has named on top."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    if answer := blocked(request, access):
        return answer
    desk = desk_of(access, data_type)
    form = DefineCodesForm(sent(request), desk=desk, fields=code_fields(desk))
    if answer := answered(request, desk, form, "define_codes", drafts.keep_draft):
        return answer
    return render(request, "rules/define_codes.html", shown.define_codes(desk, form))


@login_required
@page
def sync_settings(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """Which schools, how often, and by which rules."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    if answer := blocked(request, access):
        return answer
    desk = desk_of(access, data_type)
    found, schedule = places(desk), schedules_of(access.district)[desk.data_type]
    form = SyncForm(sent(request), desk=desk, places=found, schedule=schedule)

    def keep(*, spec: RulesetSpec, **given: Any) -> object:
        return keep_sync_settings(spec=spec, timetable=form.timetable(), **given)

    if answer := answered(request, desk, form, "sync_settings", keep):
        return answer
    context = shown.sync_settings(desk, form, found, schedule)
    return render(request, "rules/sync_settings.html", context)


@login_required
@require_POST
def publish(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """Publish: the next run uses the draft."""
    access = member(request, slug, Ability.IMPORT)
    if answer := blocked(request, access):
        return answer
    kind, form = type_named(data_type), PublishForm(request.POST)
    read = form.cleaned_data if form.is_valid() else {"seen": None, "over": None}
    try:
        made = drafts.publish_draft(
            district=access.district, data_type=kind, by=access.user.email, **read
        )
        messages.success(request, shown.published(access, kind, made.version))
        messages.info(request, shown.way_on(access))
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    return SeeOther(f"{reverse('settings', args=[slug])}#{kind}")


@login_required
@require_POST
def discard(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """Discard draft: what is published stays as it is."""
    access = member(request, slug, Ability.IMPORT)
    if answer := blocked(request, access):
        return answer
    kind, form = type_named(data_type), SeenForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else None
    try:
        drafts.throw_away(district=access.district, data_type=kind, by=access.user.email, seen=seen)
        messages.success(request, f"The draft of {NAMES[kind]} is gone. Nothing else changed.")
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    return SeeOther(f"{reverse('settings', args=[slug])}#{kind}")
