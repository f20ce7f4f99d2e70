"""The fields of one person locked and unlocked, and the person protected."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import Ability, Access, member
from core.replies import SeeOther
from core.vocabulary import DataType
from imports.changes import Reader
from integration_console.keeping import actions
from integration_console.keeping.forms import LockForm, ProtectForm, UnlockForm
from integration_console.keeping.locks import lines, lockable
from integration_console.people.facts import keys_of
from integration_console.people.views.editing import form_page, person_of
from schools.models import FieldLock, Person


@login_required
@form_page
def person_lock(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Locks fields of a person; `field` of the address is ticked already."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.LOCK)
    person = person_of(access, number)
    sent = request.POST if request.method == "POST" else None
    fields = fields_of(access, person)
    asked = [key for key in request.GET.getlist("field") if key in fields]
    form = LockForm(sent, fields=fields, district=access.district, initial={"lock": asked})
    if sent is not None and form.is_valid():
        read = form.cleaned_data
        actions.lock(
            access=access, people=[person.pk], fields=read["lock"], reason=read["reason"],
            until=read["until"],
        )  # fmt: skip
        names = ", ".join(fields[key] for key in read["lock"])
        messages.success(request, f"Locked: {names}. No sync writes this until the lock goes.")
        return SeeOther(reverse("person", args=[slug, number]))
    return render(request, "keeping/lock.html", about(access, person, form))


@login_required
@form_page
def person_unlock(request: HttpRequest, slug: str, number: int, field: str) -> HttpResponse:
    """Takes the lock of a field away; says first what the next sync will write."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.LOCK)
    person = person_of(access, number)
    lock = FieldLock.objects.filter(person=person, field=field).select_related("person").first()
    if lock is None:
        raise Http404
    form = UnlockForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        actions.unlock(access=access, locks=[lock.pk], reason=form.cleaned_data["reason"])
        messages.success(request, "Unlocked. The next sync looks at this person again.")
        return SeeOther(reverse("person", args=[slug, number]))
    reader = Reader(access.district, access.sees)
    reader.know_schools()
    (line,) = lines([lock], reader)
    return render(request, "keeping/unlock.html", {**about(access, person, form), "line": line})


@login_required
@form_page
def person_protect(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Marks a person as never in Clever: no sync makes a leaver of them (C12)."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.LOCK)
    person = person_of(access, number)
    form = ProtectForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        actions.protect(access=access, people=[person.pk], reason=form.cleaned_data["reason"])
        messages.success(request, "Protected. No sync marks this person as a leaver.")
        return SeeOther(reverse("person", args=[slug, number]))
    return render(request, "keeping/protect.html", about(access, person, form))


@login_required
@require_POST
def person_unprotect(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Takes the protection away."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.LOCK)
    person = person_of(access, number)
    if actions.unprotect(access=access, people=[person.pk]):
        messages.success(request, "No longer protected. The rules for leavers hold again.")
    return SeeOther(reverse("person", args=[slug, number]))


def fields_of(access: Access, person: Person) -> dict[str, str]:
    """The fields of the person's types that can be locked."""
    types = [DataType(role) for role in person.roles]
    held = {key for _, keys in keys_of(types) for key in keys}
    return {key: label for key, label in lockable(access).items() if key in held}


def about(access: Access, person: Person, form: Any) -> dict[str, Any]:
    name = Reader(access.district, access.sees).full_name(person.first_name, person.last_name)
    return {"access": access, "person": person, "name": name, "form": form}
