"""The Transferred list with its bulk actions, and the deleted people."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from imports.download import as_csv
from integration_console.people import actions
from integration_console.people.editing import choosable
from integration_console.people.figures import counts
from integration_console.people.forms import BulkForm, LeaversForm, PickForm
from integration_console.people.leavers import (
    chosen,
    deleted,
    leavers,
    leavers_rows,
    restorable_people,
    still_shared,
    wanted_leavers,
)
from integration_console.people.reading import form_of
from integration_console.people.views.editing import form_page
from schools.forms import BehindForm
from schools.targets import TARGETS

ACTS = ("status", "site", "delete")


@login_required
@require_safe
def transferred(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody with the status Transferred: search, filter, and choose what to do with them."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    form, place = filter_of(request, access), BehindForm(request.GET)
    wanted = wanted_leavers(form, access)
    after = place.cleaned_data["after"] if place.is_valid() else None
    context = {
        "access": access,
        "form": form,
        "wanted": wanted,
        "tab": "transferred",
        "counts": counts(access.district, access.schools),
        "after": after,
        "filtered": any((wanted.q, wanted.school, wanted.data_type)),
        **leavers(access, wanted, after),
    }
    return render(request, "people/transferred.html", context)


@login_required
@require_safe
def transferred_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same list as a file, with every field that the reader may see."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.EXPORT)
    wanted = wanted_leavers(filter_of(request, access), access)
    targets = [t for t in TARGETS.values() if t.column and access.sees(t.key)]
    if wanted.data_type:
        targets = [target for target in targets if wanted.data_type in target.types]
    audit.record(access.district, access.user.email, "people.exported", "transferred")
    header = ("id", *(target.key for target in targets), "since", "by", "run")
    return as_csv(f"{slug}-transferred", header, leavers_rows(access, wanted, targets))


@login_required
@form_page
def transferred_act(request: HttpRequest, slug: str, act: str) -> HttpResponse:
    """What is going to happen to whom, with figures; done when it is confirmed (B33)."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.EDIT_PEOPLE)
    people = people_of(request, access)
    if act not in ACTS:
        raise Http404
    if isinstance(people, str):
        messages.error(request, people)
        return SeeOther(reverse("transferred", args=[slug]))
    sent = request.POST if request.method == "POST" else None
    form = BulkForm(sent, act=act, count=len(people), schools=choosable(access))
    if sent is not None and form.is_valid():
        messages.success(request, done(access, act, form, people))
        return SeeOther(reverse("transferred", args=[slug]))
    shared = still_shared(access, people)
    context = {"access": access, "form": form, "act": act, "count": len(people), "shared": shared}
    return render(request, "people/act.html", context)


@login_required
@require_safe
def deleted_people(request: HttpRequest, slug: str) -> HttpResponse:
    """The records that were deleted within 30 days, and until when each can be restored."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    place = BehindForm(request.GET)
    after = place.cleaned_data["after"] if place.is_valid() else None
    context = {
        "access": access,
        "tab": "deleted",
        "counts": counts(access.district, access.schools),
        "after": after,
        **deleted(access, after),
    }
    return render(request, "people/deleted.html", context)


@login_required
@require_POST
def restore_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Brings the ticked records back."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.EDIT_PEOPLE)
    form = PickForm({"pick": request.POST.getlist("pick")})
    wanted = form.cleaned_data["pick"] if form.is_valid() else []
    people = list(restorable_people(access).filter(pk__in=wanted).values_list("pk", flat=True))
    if not people or len(people) != len(wanted):
        messages.error(request, sentence(form) or GONE)
    else:
        try:
            messages.success(request, actions.restore(access=access, people=people))
        except ConsoleError as refusal:
            messages.error(request, refusal.sentence)
    return SeeOther(reverse("deleted_people", args=[slug]))


GONE = (
    "Somebody of those whom you chose is not in this list any more. Nothing was done."
    " Look at the list and choose again."
)


def filter_of(request: HttpRequest, access: Access) -> LeaversForm:
    form = form_of(request, access, LeaversForm)
    assert isinstance(form, LeaversForm)
    return form


def people_of(request: HttpRequest, access: Access) -> list[int] | str:
    """Whom the address means, or a sentence that says why it means nobody."""
    form, picks = filter_of(request, access), PickForm(request.GET)
    if not picks.is_valid() or not form.is_valid():
        return sentence(picks) or sentence(form)
    people = chosen(access, picks, wanted_leavers(form, access))
    picked = picks.cleaned_data["scope"] != "all"
    if not people or (picked and len(people) != len(picks.cleaned_data["pick"])):
        return GONE
    return people


def sentence(form: PickForm | LeaversForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def done(access: Access, act: str, form: BulkForm, people: list[int]) -> str:
    """Does it; returns a sentence with the count."""
    read: dict[str, Any] = form.cleaned_data
    if act == "status":
        return actions.set_status(access=access, people=people, status=read["status"])
    if act == "site":
        return actions.change_site(access=access, people=people, site=read["site"])
    return actions.delete(access=access, people=people)
