"""Import from a file: upload, choose what goes where, test, and import just that (C27)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import DataType
from imports import queries
from imports.actions import Started
from imports.file_sheet import WINDOWS
from imports.from_file import actions, shown
from imports.from_file.choice import keys_of
from imports.from_file.forms import TOO_LARGE, ChoiceForm, TypeForm, UploadForm
from imports.models import PeopleFile
from imports.shown import Shown
from imports.words import DATA_TYPES
from schools.queries import labels


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, slug: str) -> HttpResponse:
    """The files that were uploaded, and the form to upload one."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.IMPORT)
    if request.method != "POST":
        return files_page(request, access, UploadForm())
    form = UploadForm(request.POST, request.FILES, cut=TOO_LARGE in request.META)
    if not form.is_valid():
        return files_page(request, access, form)
    given = form.cleaned_data["file"]
    try:
        kept = actions.upload(
            district=access.district, name=given.name, file=given.file, by=access.user.email
        )
    except ConsoleError as refusal:
        form.add_error("file", refusal.sentence)
        return files_page(request, access, form)
    return SeeOther(reverse("file", args=[slug, kept.pk]))


def files_page(request: HttpRequest, access: Access, form: UploadForm) -> HttpResponse:
    now = timezone.now()
    found = list(shown.files_of(access.district)[: shown.NEWEST])
    context = {
        "access": access,
        "form": form,
        "files": [(kept, [Shown(run, now) for run in kept.runs.all()[:5]]) for kept in found],
    }
    return render(request, "files/files.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What goes where; then the test, which changes no record."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.IMPORT)
    kept = get_object_or_404(shown.files_of(access.district), pk=number)
    posted = request.method == "POST"
    data_type = TypeForm(request.POST if posted else request.GET).chosen
    form = choice_form(request, kept, data_type)
    if not posted:
        audit.record_look(access.district, access.user.email, "file.seen", f"file {kept.pk}")
    if not posted or kept.purged_at is not None or not form.is_valid():
        return file_page(request, access, kept, data_type, form)
    try:
        begun = actions.start_test(file=kept, choice=form.choice(data_type), by=access.user.email)
    except ConsoleError as refusal:
        form.add_error(None, refusal.sentence)
        return file_page(request, access, kept, data_type, form)
    return opened(request, slug, begun)


def choice_form(request: HttpRequest, kept: PeopleFile, data_type: DataType) -> ChoiceForm:
    fields, _ = shown.offered(kept, data_type)
    return ChoiceForm(
        request.POST if request.method == "POST" else None,
        initial=shown.first_guess(kept, data_type, fields),
        columns=kept.columns,
        keys=keys_of(data_type),
        fields=fields,
        labels=labels(kept.district),
        left_out=kept.left_out,
    )


def file_page(
    request: HttpRequest, access: Access, kept: PeopleFile, data_type: DataType, form: ChoiceForm
) -> HttpResponse:
    _, fed = shown.offered(kept, data_type)
    context: dict[str, Any] = {
        "access": access,
        "file": kept,
        "form": form,
        "columns": shown.columns_of(kept, form),
        "type": data_type,
        "types": DATA_TYPES.items(),
        "delivered": shown.delivered_said(fed),
        "written_with": shown.written_with(kept),
        "windows": kept.encoding == WINDOWS,
        "runs": [Shown(run, timezone.now()) for run in kept.runs.all()],
    }
    return render(request, "files/file.html", context)


@login_required
@require_POST
def start(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Import just what the test of this number has shown."""
    access = member(request, slug, Ability.IMPORT)
    test = queries.run_of(access.district, number)
    try:
        begun = actions.start_import(test=test, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        return SeeOther(reverse("run", args=[slug, test.pk]))
    return opened(request, slug, begun)


@login_required
@require_POST
def remove(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Forgets the lines of a file; what was imported from it stays."""
    access = member(request, slug, Ability.IMPORT)
    kept = get_object_or_404(shown.files_of(access.district), pk=number)
    try:
        if actions.remove(file=kept, by=access.user.email):
            messages.success(request, f"The lines of {kept.name} were removed.")
        else:
            messages.info(request, f"The lines of {kept.name} were removed before.")
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    return SeeOther(reverse("files", args=[slug]))


def opened(request: HttpRequest, slug: str, begun: Started) -> HttpResponse:
    """The page of the run; a second click is shown the run that the first one started (H04)."""
    if not begun.created:
        messages.info(request, "This was started already; this is it. Nothing else was started.")
    return SeeOther(reverse("run", args=[slug, begun.run.pk]))
