"""The kept exports of old sources: download, and restoring with figures first (A15, B48)."""

from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import Ability, member
from core.replies import SeeOther
from imports.download import as_csv
from integration_console.sources import actions, shown
from schools.models import District, SourceExport
from schools.source_export import identifiers_in
from schools.sources import name_of

EXPORT_HEADER = ("person", "identifier")


@login_required
@require_safe
def export_csv(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """A kept export as a file: person and identifier."""
    access = member(request, slug, Ability.IMPORT)
    kept = get_object_or_404(whole_exports(access.district), pk=number)
    audit.record(access.district, access.user.email, "source.exported", f"export:{kept.pk}")
    rows: Iterator[tuple[object, ...]] = identifiers_in(kept)
    return as_csv(f"{slug}-{kept.system}-{kept.pk}", EXPORT_HEADER, rows)


@login_required
@require_safe
def export(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What restoring an export would do, with figures, before it happens."""
    access = member(request, slug, Ability.IMPORT)
    kept = get_object_or_404(shown.exports_of(access.district), pk=number)
    now = next((s for s in shown.sources(access.district) if s.row.system == kept.system), None)
    context = {
        "access": access,
        "export": kept,
        "name": name_of(kept.system),
        "identifiers_now": now.identifiers if now else 0,
    }
    return render(request, "sources/export.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Restore: the identifiers and settings of the export, exactly."""
    access = member(request, slug, Ability.IMPORT)
    kept = get_object_or_404(whole_exports(access.district), pk=number)
    restored = actions.restore(export=kept, by=access.user.email)
    gone = f" {restored.gone:,} belonged to people who are gone." if restored.gone else ""
    messages.success(
        request, f"{restored.brought:,} identifiers of {name_of(kept.system)} are back.{gone}"
    )
    return SeeOther(reverse("sources", args=[slug]))


def whole_exports(district: District) -> QuerySet[SourceExport]:
    """The district's exports, with their content when it is asked for."""
    return SourceExport.objects.filter(district=district).select_related("district")
