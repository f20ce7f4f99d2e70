"""The list of all locks and of all protected people, as pages and as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import Ability, Access, member
from imports.download import as_csv
from integration_console.keeping import locks as reading
from integration_console.keeping import protected as protecting
from integration_console.people.figures import counts
from schools.forms import BehindForm


@login_required
@require_safe
def locks(request: HttpRequest, slug: str) -> HttpResponse:
    """All locks of the district: search, filter, order, and what to do with them."""
    access = gate(request, slug)
    form, place = reading.form_of(request.GET, access), BehindForm(request.GET)
    after = place.cleaned_data["after"] if place.is_valid() else None
    context = {
        "access": access,
        "form": form,
        "tab": "locks",
        "counts": counts(access.district, access.schools),
        "after": after,
        **reading.shown(access, form, after),
        "filtered": any(form.cleaned_data.get(name) for name in form.fields if name != "sort"),
    }
    return render(request, "keeping/locks.html", context)


@login_required
@require_safe
def locks_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same list as a file."""
    access = gate(request, slug)
    access.must(Ability.EXPORT)
    form = reading.form_of(request.GET, access)
    audit.record(access.district, access.user.email, "locks.exported", "locks")
    return as_csv(f"{slug}-locks", reading.HEADER, reading.csv_rows(access, form))


@login_required
@require_safe
def protected_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody who is protected, and who of them Clever does not share any more."""
    access = gate(request, slug)
    place = BehindForm(request.GET)
    after = place.cleaned_data["after"] if place.is_valid() else None
    context = {
        "access": access,
        "tab": "protected",
        "counts": counts(access.district, access.schools),
        "after": after,
        **protecting.shown(access, after),
    }
    return render(request, "keeping/protected.html", context)


def gate(request: HttpRequest, slug: str) -> Access:
    """Who sees people and the integration: nothing of this is there for a Librarian (A02)."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.SEE_INTEGRATION)
    return access
