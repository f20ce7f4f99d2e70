"""A record unlinked from Clever, two records merged, and either taken back (C15).

Each has a page before it that says with figures what will change.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from imports import identity, joining
from imports.changes import Reader
from imports.models import IdentityChange
from integration_console.joining.finding import doubles
from integration_console.joining.forms import FindForm, MergeForm, RevisionForm
from integration_console.joining.shown import Merge, back_of, clever_decides, differing, merge_of
from integration_console.people.views.editing import person_of
from schools.models import Person

both = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@both
def unlink(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Unlink: the record is nobody of Clever's any more, and keeps its values."""
    access = member(request, slug, Ability.RESOLVE_ALERTS)
    person = person_of(access, number)
    if request.method == "POST":
        form = RevisionForm(request.POST)
        return answered(
            request, person, form,
            lambda: identity.unlink(
                district=access.district, person_id=person.pk, by=access.user.email,
                revision=form.cleaned_data["revision"],
            ),
            "The record is unlinked. It can be linked again on this page.",
        )  # fmt: skip
    context = {
        "access": access,
        "person": person,
        "name": name_of(access, person),
        "fields": clever_decides(access.district, person),
        "shared": person.clever_id
        in identity.shared_now(access.district, [person.clever_id or ""]),
    }
    return render(request, "joining/unlink.html", context)


@login_required
@require_safe
def merge_find(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Merge, first step: which record is the same person."""
    access = member(request, slug, Ability.RESOLVE_ALERTS)
    person, form = person_of(access, number), FindForm(request.GET or None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "access": access,
        "person": person,
        "name": name_of(access, person),
        "form": form,
        "words": words,
        "found": doubles(access, person, words),
    }
    return render(request, "joining/find.html", context)


@login_required
@both
def merge(request: HttpRequest, slug: str, number: int, other: int) -> HttpResponse:
    """Merge, second step: side by side, what will change, and the button."""
    access = member(request, slug, Ability.RESOLVE_ALERTS)
    one, two = person_of(access, number), person_of(access, other)
    if one.pk == two.pk or one.kind != two.kind:
        raise Http404
    keys = differing(joining.state_of(one), joining.state_of(two))
    sent = request.POST if request.method == "POST" else request.GET
    form = MergeForm(sent, records=[one.pk, two.pk], keys=keys)
    if not form.is_valid():
        messages.error(request, "Choose one of the two records for each field.")
        return SeeOther(reverse("person_merge", args=[slug, one.pk, two.pk]))
    wanted = merge_of(access, one, two, form)
    if request.method == "POST":
        return merged(request, access, wanted, form)
    context = {
        "access": access, "one": one, "two": two, "merge": wanted,
        "names": {person.pk: name_of(access, person) for person in (one, two)},
        "chosen": [(f"f-{line.key}", line.chosen) for line in wanted.lines],
        "asked": bool(request.GET),
    }  # fmt: skip
    return render(request, "joining/merge.html", context)


@login_required
@both
def take_back(request: HttpRequest, slug: str, number: int, change: int) -> HttpResponse:
    """Take back: what the records would be again, and what stays since it was changed."""
    access = member(request, slug, Ability.RESOLVE_ALERTS)
    person = person_of(access, number)
    found = IdentityChange.objects.filter(district=access.district, person=person, pk=change)
    one = found.select_related("other").first()
    if one is None:
        raise Http404
    if request.method == "POST":
        return answered(
            request, person, None,
            lambda: identity.take_back(
                district=access.district, change_id=one.pk, by=access.user.email
            ),
            "Taken back. The next sync looks at this again.",
        )  # fmt: skip
    way = joining.way_back(one)
    context = {
        "access": access, "person": person, "name": name_of(access, person), "change": one,
        "way": way, "records": back_of(access, one, way),
    }  # fmt: skip
    return render(request, "joining/take_back.html", context)


def merged(request: HttpRequest, access: Access, wanted: Merge, form: MergeForm) -> HttpResponse:
    """Merges as it was shown; the revisions are those of the page."""
    revisions = {
        wanted.survivor.pk: form.cleaned_data["mine"], wanted.gone.pk: form.cleaned_data["theirs"],
    }  # fmt: skip
    return answered(
        request, wanted.survivor, None,
        lambda: identity.merge(
            district=access.district, survivor_id=wanted.survivor.pk, other_id=wanted.gone.pk,
            chosen=wanted.taken, revisions=revisions, by=access.user.email,
        ),
        f"Merged. Record {wanted.gone.pk} is archived; it can be brought back on this page.",
    )  # fmt: skip


def answered(
    request: HttpRequest, person: Person, form: RevisionForm | None, act: Any, said: str
) -> SeeOther:
    """Does it, and leads back to the person with what was done or why it was not.

    Where somebody else has merged this one away just now, there is only the list to lead to.
    """
    try:
        if form is not None and not form.is_valid():
            raise ConsoleError(" ".join(str(e) for errors in form.errors.values() for e in errors))
        act()
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, said)
    slug = person.district.slug
    if not Person.objects.filter(pk=person.pk, archived_at=None).exists():
        return SeeOther(reverse("people", args=[slug]))
    return SeeOther(reverse("person", args=[slug, person.pk]))


def name_of(access: Access, person: Person) -> str:
    reader = Reader(access.district, access.sees)
    return reader.full_name(person.first_name, person.last_name) or f"Record {person.pk}"
