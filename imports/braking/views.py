"""Brakes: every value of the district, one brake with what it would have held (C08)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Ability, Access, member
from core.replies import SeeOther
from core.vocabulary import DataType
from imports.brake_terms import DEFAULTS
from imports.braking import shown
from imports.braking.actions import set_brake, switch_off
from imports.braking.forms import BrakeForm, OffForm
from imports.words import DATA_TYPES


@login_required
@require_safe
def brakes(request: HttpRequest, slug: str) -> HttpResponse:
    """Every brake, its default and the district's own value, and what it would have held."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    context = {
        "access": access,
        "types": shown.brakes(access.district),
        "always": shown.always(),
    }
    return render(request, "brakes/brakes.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def brake(request: HttpRequest, slug: str, data_type: str, name: str) -> HttpResponse:
    """One brake: its values are tried on the last imports, saved, or set back to the default."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    if data_type not in list(DataType) or name not in DEFAULTS:
        raise Http404
    kind = DataType(data_type)
    if request.method != "POST":
        return page(request, access, kind, name)
    access.must(Ability.IMPORT)
    then = request.POST.get("then")
    if then == "off":
        return off(request, access, kind, name)
    form = BrakeForm({} if then == "default" else request.POST, name=name)
    if not form.is_valid() or then == "try":
        return page(request, access, kind, name, form=form)
    return saved(request, access, kind, name, form)


def off(request: HttpRequest, access: Access, data_type: DataType, name: str) -> HttpResponse:
    """Switches the brake off, if the words are typed and a reason is there."""
    form = OffForm(request.POST)
    if not form.is_valid():
        return page(request, access, data_type, name, off_form=form)
    switch_off(
        district=access.district, data_type=data_type, name=name,
        reason=form.cleaned_data["reason"], by=access.user.email,
    )  # fmt: skip
    messages.success(request, "This brake is off from the next run on. It can be switched on here.")
    return SeeOther(reverse("brakes", args=[access.district.slug]))


def saved(
    request: HttpRequest, access: Access, data_type: DataType, name: str, form: BrakeForm
) -> HttpResponse:
    changed = set_brake(
        district=access.district, data_type=data_type, name=name, by=access.user.email,
        **form.values,
    )  # fmt: skip
    messages.success(
        request,
        "Saved. It holds from the next run on." if changed else "Nothing was changed: it was so.",
    )
    return SeeOther(reverse("brakes", args=[access.district.slug]))


def page(
    request: HttpRequest,
    access: Access,
    data_type: DataType,
    name: str,
    form: BrakeForm | None = None,
    off_form: OffForm | None = None,
) -> HttpResponse:
    """The page of one brake; with values that were written, it tries those."""
    tried = form is not None and form.is_valid()
    values = DEFAULTS[name].replaced(**form.values) if form and tried else None
    one = shown.one_brake(access.district, data_type, name, values)
    stored = one.brake
    initial = {"percent": stored.percent, "number": stored.number} if stored else {}
    context = {
        "access": access,
        "one": one,
        "label": DATA_TYPES[data_type],
        "tried": tried,
        "form": form or BrakeForm(name=name, initial=initial),
        "off_form": off_form or OffForm(),
    }
    return render(request, "brakes/brake.html", context)
