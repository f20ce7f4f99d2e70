"""The settings as a document: download, upload and copy, each looked at before it is in effect."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.settings_document import document_of
from integration_console.settings_loading import load, read
from integration_console.versions.documents import (
    as_text,
    copied,
    key_of,
    preview,
    sources_for,
)
from integration_console.versions.forms import ApplyForm, CopyForm, UploadForm

SECTIONS = {
    "terminology": "terminology",
    "rollover": "the beginning of the school year",
    "schools": "matched schools",
    "left_out": "schools left out",
    "rules": "rules",
    "schedules": "schedules",
    "brakes": "brakes",
    "calendar": "the school calendar",
    "recipients": "email recipients",
}


def page(request: HttpRequest, access: Access, **given: object) -> HttpResponse:
    """The page, with what somebody tried to do on it."""
    districts = sources_for(access.user, access.district)
    context = {
        "access": access,
        "upload": UploadForm(label_suffix=""),
        "copy": CopyForm(None, districts),
        "districts": districts,
        **given,
    }
    return render(request, "versions/document.html", context)


@login_required
@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """Download, upload, copy (C26)."""
    return page(request, member(request, slug, Ability.IMPORT))


@login_required
@require_safe
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """The settings that hold at present, as a file."""
    access = member(request, slug, Ability.IMPORT)
    audit.record(access.district, access.user.email, "settings.download")
    answer = HttpResponse(as_text(document_of(access.district)), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{slug}-settings.json"'
    return answer


@login_required
@require_POST
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """What a file would change; nothing is in effect yet."""
    access = member(request, slug, Ability.IMPORT)
    form = UploadForm(request.POST, request.FILES, label_suffix="")
    if not form.is_valid():
        return page(request, access, upload=form)
    name, text = form.cleaned_data["document"]
    return looked_at(request, access, name, lambda: text)


@login_required
@require_POST
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """What another district's settings would change here; nothing is in effect yet."""
    access = member(request, slug, Ability.IMPORT)
    form = CopyForm(request.POST, sources_for(access.user, access.district))
    if not form.is_valid():
        return page(request, access, copy=form)
    chosen, recipients = form.cleaned_data["district"], form.cleaned_data["recipients"]

    def text() -> str:
        return copied(access.user, chosen, access.district, recipients=recipients)

    return looked_at(request, access, f"The settings of {chosen}", text)


def looked_at(
    request: HttpRequest, access: Access, name: str, text: Callable[[], str]
) -> HttpResponse:
    """The page with the differences, or with a sentence that names the place of a mistake."""
    try:
        found = preview(access.district, text(), name, access.user.email)
    except ConsoleError as refusal:
        return page(request, access, refusal=refusal.sentence)
    return page(request, access, found=found)


@login_required
@require_POST
def apply(request: HttpRequest, slug: str) -> HttpResponse:
    """Puts a document into effect, all of it or nothing, as it was looked at."""
    access = member(request, slug, Ability.IMPORT)
    form = ApplyForm(request.POST)
    if not form.is_valid():
        return page(request, access, refusal="Choose a document again. Nothing was changed.")
    name, text = form.cleaned_data["name"], form.cleaned_data["text"]
    if key_of(document_of(access.district)) != form.cleaned_data["seen"]:
        messages.warning(request, "The settings here were changed meanwhile. Look once more.")
        return looked_at(request, access, name, lambda: text)
    try:
        given = read(text.encode(errors="replace"), name)
        changed = load(district=access.district, document=given, by=access.user.email)
    except ConsoleError as refusal:
        return page(request, access, refusal=refusal.sentence)
    names = ", ".join(SECTIONS[section] for section in changed)
    messages.success(request, f"Changed: {names}." if changed else "Nothing differs.")
    return SeeOther(reverse("settings_document", args=[slug]))
