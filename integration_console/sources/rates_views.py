"""Match rates: which identifier of Clever stands in which field here, and the student ID (C04)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import DataType
from imports.queries import automation
from imports.words import DATA_TYPES
from integration_console.sources.forms import ConfirmForm
from integration_console.sources.rating import rating
from integration_console.sources.verification import verification
from mappings.student_id import confirm_student_id


@login_required
@require_safe
def match_rates(request: HttpRequest, slug: str) -> HttpResponse:
    """The table, what it means, and ten people side by side."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    return page(request, access, ConfirmForm())


@login_required
@require_POST
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """The verification: it is the same student ID as before (A14)."""
    access = member(request, slug, Ability.IMPORT)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return page(request, access, form)
    source = form.cleaned_data["source"]
    try:
        confirm_student_id(district=access.district, source=source, by=access.user.email)
        messages.success(request, "The student ID is verified.")
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    return SeeOther(reverse("match_rates", args=[slug]))


def page(request: HttpRequest, access: Access, form: ConfirmForm) -> HttpResponse:
    asked = request.GET.get("type", "")
    data_type = DataType(asked) if asked in DATA_TYPES else DataType.STUDENT
    students = data_type is DataType.STUDENT
    context = {
        "access": access,
        "r": rating(access.district, data_type),
        "tabs": DATA_TYPES.items(),
        "v": verification(access) if students else None,
        "form": form,
        "first": str(data_type) not in automation(access.district).imported,
    }
    return render(request, "sources/match_rates.html", context)
