"""A record made or changed by hand."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import DataType, Policy
from imports.changes import Reader
from imports.history import history
from imports.ownership import CLEVER, Owner, is_gone, owners
from integration_console.people import actions
from integration_console.people.editing import brought_together, edit_form, new_form
from integration_console.people.forms import PersonForm
from integration_console.people.lookalikes import Lookalikes
from schools import pages
from schools.forms import TYPES
from schools.models import Person

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@form_page
def person_new(request: HttpRequest, slug: str) -> HttpResponse:
    """A new student, teacher or staff record (B13)."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.EDIT_PEOPLE)
    data_type = type_of(request)
    form = new_form(access, data_type, request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"access": access, "form": form, "tab": data_type, "tabs": TYPES}
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create(access=access, data_type=data_type, typed=typed_of(form))
        except ConsoleError as refusal:
            context |= refused(form, refusal)
        else:
            messages.success(request, "The record was created.")
            return SeeOther(reverse("person", args=[slug, made.pk]))
    return render(request, "people/edit.html", context)


@login_required
@form_page
def person_edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The fields of a record; what Clever will set back says so (B15)."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.EDIT_PEOPLE)
    person = person_of(access, number)
    owned = owners(person)
    form = edit_form(access, person, owned, request.POST if request.method == "POST" else None)
    context = {"access": access, "form": form, **about(access, person)}
    if request.method == "POST" and form.is_valid():
        try:
            written = actions.save(
                access=access, number=number, typed=typed_of(form),
                revision=form.cleaned_data["revision"] or 0,
            )  # fmt: skip
        except actions.Overtaken as refusal:
            context |= overtaken(access, number, form, refusal)
        except ConsoleError as refusal:
            context |= refused(form, refusal)
        else:
            said = told(written, owners(person), Reader(access.district, access.sees))
            messages.success(request, said)
            return SeeOther(reverse("person", args=[slug, number]))
    return render(request, "people/edit.html", context)


def type_of(request: HttpRequest) -> DataType:
    """The data type of the address; a student where it names none."""
    asked = request.GET.get("type", "")
    return DataType(asked) if asked in {str(t) for t in DataType} else DataType.STUDENT


def person_of(access: Access, number: int) -> Person:
    """The record, if this user may see it; that it was looked at is kept."""
    people = pages.everybody(access.district, access.schools).filter(pk=number)
    person = people.select_related("school", "district").first()
    if person is None:
        raise Http404
    audit.record_look(access.district, access.user.email, "person.seen", f"person:{person.pk}")
    return person


def about(access: Access, person: Person) -> dict[str, Any]:
    reader = Reader(access.district, access.sees)
    gone = bool(person.clever_id) and is_gone(person)
    return {
        "person": person,
        "gone": gone,
        "name": reader.full_name(person.first_name, person.last_name),
    }


def typed_of(form: PersonForm) -> actions.Typed:
    """What was changed on a valid form."""
    values = {name: form.cleaned_data[name] for name in form.written}
    keep = form.cleaned_data["keep_reason"] if form.cleaned_data.get("keep") else ""
    return actions.Typed(values, bool(form.cleaned_data["confirmed"]), keep)


def refused(form: PersonForm, refusal: ConsoleError) -> dict[str, Any]:
    """The form again, with what is wrong and the records that are like it."""
    form.add_error(None, refusal.sentence)
    return {"alike": refusal.found if isinstance(refusal, Lookalikes) else []}


def overtaken(
    access: Access, number: int, form: PersonForm, refusal: ConsoleError
) -> dict[str, Any]:
    """The form on what stands now, with what was typed and what others did meanwhile."""
    person = person_of(access, number)
    owned = owners(person)
    now = edit_form(access, person, owned, None)
    again = edit_form(access, person, owned, brought_together(form, now))
    again.is_valid()
    again.add_error(None, refusal.sentence)
    reader = Reader(access.district, access.sees)
    reader.know_schools()
    since = datetime.fromtimestamp(since_of(form), UTC)
    events = [event for event in history(person, reader).events if event.at >= since]
    return {"form": again, "events": events}


def since_of(form: PersonForm) -> float:
    """When the form was shown, in seconds; long ago where that cannot be."""
    seconds: float = (form.cleaned_data.get("since") or 0) / 1000
    return seconds if seconds < datetime(2100, 1, 1, tzinfo=UTC).timestamp() else 0.0


def told(written: list[str], owned: Any, reader: Reader) -> str:
    """What was saved, and what of it will not last."""
    if not written:
        return "Nothing was changed."
    names = ", ".join(reader.label(name) for name in written)
    back = [reader.label(name) for name in written if is_set_back(owned[name])]
    will = f" Clever will set back at the next sync: {', '.join(back)}." if back else ""
    return f"Saved: {names}.{will}"


def is_set_back(owner: Owner) -> bool:
    return owner.kind == CLEVER and owner.policy == Policy.CLEVER_DECIDES
