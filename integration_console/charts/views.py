"""The charts, on a page and as a file."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import Ability, Access, member
from imports.download import as_csv
from integration_console.chart import stacked
from integration_console.charts.figures import SPANS, Bar, bars
from schools.filters import offer_schools, school_field
from schools.models import District, School

HEADER = ("from", "to", "imports", "joined", "changed", "left")


class ChartsForm(forms.Form):
    """Of what, and how far back."""

    school = school_field()
    days = forms.TypedChoiceField(
        label="How far back",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(days, f"{days} days") for days in SPANS],
        error_messages={"invalid_choice": "How far back: choose one of the list."},
    )

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_schools(self, district)


@login_required
@require_safe
def charts(request: HttpRequest, slug: str) -> HttpResponse:
    """Imports, changes and leavers over time (C22)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    form = ChartsForm(request.GET, district=access.district)
    found, school, days = asked(access, form)
    context = {
        "access": access,
        "form": form,
        "bars": found,
        "school": school,
        "days": days,
        "wide": SPANS[days],
        "any": any(bar.joined or bar.changed or bar.left for bar in found),
        "chart": stacked(
            [bar.label for bar in found], [(bar.changed, bar.joined, bar.left) for bar in found]
        ),
    }
    return render(request, "charts/charts.html", context)


@login_required
@require_safe
def charts_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same figures as a file."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.EXPORT)
    found, _, days = asked(access, ChartsForm(request.GET, district=access.district))
    audit.record(access.district, access.user.email, "charts.exported", f"{days} days")
    return as_csv(f"{slug}-charts", HEADER, cells(found))


def asked(access: Access, form: ChartsForm) -> tuple[list[Bar], School | None, int]:
    """What a valid filter asks for; of a filter that is not valid, what of it is."""
    form.is_valid()
    school, days = form.cleaned_data.get("school"), form.cleaned_data.get("days") or 14
    return bars(access.district, school, days, timezone.now()), school, days


def cells(found: list[Bar]) -> Iterator[tuple[object, ...]]:
    for bar in found:
        yield (bar.first, bar.last, bar.imports, bar.joined, bar.changed, bar.left)
