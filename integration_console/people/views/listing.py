"""The lists of people, and one person with the whole story."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import Ability, member
from imports import absent
from imports.changes import Reader
from imports.download import as_csv
from imports.history import NEWEST, Place, history
from imports.joining import joined_or_unlinked, not_taken_back
from imports.ownership import owners
from integration_console.people.facts import groups
from integration_console.people.figures import counts
from integration_console.people.reading import csv_rows, form_of, shown_people, wanted_of
from integration_console.people.rows import row_of
from schools import pages
from schools.forms import BehindForm, HistoryForm
from schools.targets import TARGETS


@login_required
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Students, teachers or staff: search, filter, a page at a time."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    form, place = form_of(request, access), BehindForm(request.GET)
    wanted = wanted_of(form, access)
    after = place.cleaned_data["after"] if place.is_valid() else None
    context = {
        "access": access,
        "form": form,
        "wanted": wanted,
        "tab": wanted.data_type,
        "counts": counts(access.district, access.schools),
        "after": after,
        "filtered": any((wanted.q, wanted.school, wanted.status)),
        **shown_people(access, wanted, after),
    }
    return render(request, "people/listing.html", context)


@login_required
@require_safe
def listing_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same list as a file, with every field that the reader may see."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.EXPORT)
    wanted = wanted_of(form_of(request, access), access)
    targets = [t for t in TARGETS.values() if wanted.data_type in t.types and t.column]
    audit.record(
        district=access.district, actor=access.user.email, verb="people.exported",
        subject=wanted.data_type,
    )  # fmt: skip
    header = ("id", *(target.key for target in targets if access.sees(target.key)))
    return as_csv(f"{slug}-{wanted.data_type}", header, csv_rows(access, wanted, targets))


@login_required
@require_safe
def person(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One person: every field with its owner, the link to Clever, and every change."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    found = pages.everybody(access.district, access.schools).annotate(told=joined_or_unlinked())
    one = found.select_related("school", "district", "protection").filter(pk=number).first()
    if one is None:
        raise Http404
    audit.record_look(access.district, access.user.email, "person.seen", f"person:{one.pk}")
    reader, place = Reader(access.district, access.sees), HistoryForm(request.GET)
    reader.know_schools()
    begin = Place(**place.cleaned_data) if place.is_valid() else NEWEST
    context = {
        "access": access,
        "person": one,
        "row": row_of(one, reader),
        "groups": groups(one, reader, owners(one)),
        "history": history(one, reader, begin),
        "first": begin == NEWEST,
        "identity_changes": not_taken_back(one) if one.told else [],
        "protection": getattr(one, "protection", None),
        "absence": absent.of_person(one, reader.day)
        if access.may(Ability.SEE_INTEGRATION)
        else None,
        "masked": not access.may(Ability.SEE_PERSONAL_DATA),
    }
    return render(request, "people/person.html", context)
