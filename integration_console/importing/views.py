"""Import Summary: review every step, test, start, and leave while it runs (A46 to A52)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import Ability, member
from core.vocabulary import DataType
from imports.forms import TypesForm
from integration_console.importing.summary import summary


@login_required
@require_safe
def import_summary(request: HttpRequest, slug: str) -> HttpResponse:
    """Every step done or missing, what the last test would do, Test Import and Start Import."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    asked = TypesForm(request.GET)
    chosen = [DataType(t) for t in asked.cleaned_data["data_types"]] if asked.is_valid() else []
    found = summary(access, timezone.now(), chosen)
    context = {
        "access": access,
        "s": found,
        "form": TypesForm(initial={"data_types": found.types}),
    }
    return render(request, "importing/summary.html", context)
