"""One person is erased, from the person's page: what goes, what stays, and the way back (C34)."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import Ability, Access, member
from accounts.password_again import refusal
from core.problems import ConsoleError
from core.replies import SeeOther
from imports.changes import Reader
from imports.destroying import person as one_person
from imports.destroying.kinds import listed
from imports.destroying.stays import stays
from imports.lease import database_now
from integration_console.data_privacy.forms import EraseForm
from schools.models import Person


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_erase(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What goes of this person; with the last name and the password typed, it goes."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.MANAGE)
    person = person_of(access, number)
    sent = request.POST if request.method == "POST" else None
    form = EraseForm(sent, last_name=person.last_name, prove=partial(refusal, request))
    if not form.is_valid():
        return shown(request, access, person, form)
    try:
        row = one_person.erase(
            district=access.district,
            person_id=person.pk,
            keep_out=form.cleaned_data["keep_out"],
            by=access.user.email,
            now=database_now(),
        )
    except ConsoleError as refused:
        form.add_error(None, refused.sentence)
        return shown(request, access, person, form)
    messages.success(request, "Erased. This is the certificate.")
    return SeeOther(reverse("certificate", args=[slug, row.pk]))


def person_of(access: Access, number: int) -> Person:
    """The record, a deleted one too; that it was looked at is kept."""
    person = Person.objects.filter(district=access.district, pk=number).first()
    if person is None:
        raise Http404
    audit.record_look(access.district, access.user.email, "person.seen", f"person:{person.pk}")
    return person


def shown(request: HttpRequest, access: Access, person: Person, form: EraseForm) -> HttpResponse:
    found = one_person.traces(access.district, person.pk)
    reader = Reader(access.district, access.sees)
    context: dict[str, Any] = {
        "access": access,
        "person": person,
        "name": reader.full_name(person.first_name, person.last_name),
        "form": form,
        "goes": listed(one_person.preview(access.district, found)),
        "stays": stays("person"),
        "found": found,
    }
    return render(request, "privacy/erase.html", context)
