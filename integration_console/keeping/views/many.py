"""Many at once: what will happen to how many is said before it is done."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import Ability, Access, member
from core.replies import SeeOther
from integration_console.keeping import actions, supposed
from integration_console.keeping import locks as reading
from integration_console.keeping import protected as protecting
from integration_console.keeping.forms import (
    Counted,
    ExtendManyForm,
    LockManyForm,
    ProtectManyForm,
    UnlockManyForm,
)
from integration_console.people.forms import PickForm
from integration_console.people.leavers import within
from integration_console.people.reading import form_of, wanted_of
from integration_console.people.views.editing import form_page
from schools import pages

GONE = (
    "Somebody of those whom you chose is not in this list any more. Nothing was done."
    " Look at the list and choose again."
)


@login_required
@form_page
def people_act(request: HttpRequest, slug: str, act: str) -> HttpResponse:
    """Locks one field of many people, or protects them, with the figures first (C11, C12)."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.LOCK)
    if act not in ("lock", "protect"):
        raise Http404
    people = people_of(request, access)
    if isinstance(people, str):
        messages.error(request, people)
        return SeeOther(reverse("people", args=[slug]))
    sent = request.POST if request.method == "POST" else None
    fields = supposed.of_fields(access, people, reading.lockable(access)) if act == "lock" else {}
    shared: dict[str, Any] = {"count": len(people), "district": access.district}
    named = {key: of.label for key, of in fields.items()}
    form = LockManyForm(sent, fields=named, **shared) if fields else ProtectManyForm(sent, **shared)
    if sent is not None and form.is_valid():
        messages.success(request, done(access, people, form))
        return SeeOther(reverse("locks" if fields else "protected_people", args=[slug]))
    context = {"access": access, "form": form, "act": act, "count": len(people), "fields": fields}
    return render(request, "keeping/people_act.html", context)


@login_required
@form_page
def locks_act(request: HttpRequest, slug: str, act: str) -> HttpResponse:
    """Takes many locks away, or gives them another end, with the figures first (C11)."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.LOCK)
    if act not in ("unlock", "extend"):
        raise Http404
    picks, wanted = PickForm(request.GET), reading.form_of(request.GET, access)
    if not picks.is_valid():
        messages.error(request, sentence(picks))
        return SeeOther(reverse("locks", args=[slug]))
    locks = reading.chosen(access, picks, wanted)
    figures = supposed.of_locks(locks)
    kind = UnlockManyForm if act == "unlock" else ExtendManyForm
    sent = request.POST if request.method == "POST" else None
    form = kind(sent, count=figures["count"], district=access.district)
    if sent is not None and form.is_valid():
        messages.success(request, ended(access, list(locks.values_list("pk", flat=True)), form))
        return SeeOther(reverse("locks", args=[slug]))
    context = {"access": access, "form": form, "act": act, "figures": figures}
    return render(request, "keeping/locks_act.html", context)


@login_required
@require_POST
def unprotect(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes the protection of the ticked people away."""
    access = member(request, slug, Ability.SEE_PEOPLE)
    access.must(Ability.LOCK)
    picks = PickForm({"pick": request.POST.getlist("pick")})
    if not picks.is_valid():
        messages.error(request, sentence(picks))
    else:
        people = protecting.protected(access).filter(pk__in=picks.cleaned_data["pick"])
        count = actions.unprotect(access=access, people=list(people.values_list("pk", flat=True)))
        messages.success(request, f"{told(count)} no longer protected.")
    return SeeOther(reverse("protected_people", args=[slug]))


def people_of(request: HttpRequest, access: Access) -> list[int] | str:
    """Whom the address means, or a sentence that says why it means nobody."""
    form, picks = form_of(request, access), PickForm(request.GET)
    if not picks.is_valid() or not form.is_valid():
        return sentence(picks) or sentence(form)
    if picks.cleaned_data["scope"] == "all":
        found = pages.people(access.district, wanted_of(form, access))
    else:
        everybody = pages.everybody(access.district, None)
        found = within(access, everybody.filter(pk__in=picks.cleaned_data["pick"]))
    people = list(found.order_by("pk").values_list("pk", flat=True))
    picked = picks.cleaned_data["scope"] != "all"
    if not people or (picked and len(people) != len(picks.cleaned_data["pick"])):
        return GONE
    return people


def done(access: Access, people: list[int], form: Counted) -> str:
    """Does it; returns a sentence with the count."""
    read = form.cleaned_data
    if "field" not in read:
        count = actions.protect(access=access, people=people, reason=read["reason"])
        return f"{told(count)} protected: no sync marks them as leavers."
    count = actions.lock(
        access=access, people=people, fields=[read["field"]], reason=read["reason"],
        until=read["until"],
    )  # fmt: skip
    label = reading.lockable(access)[read["field"]]
    return f"{label} is locked for {people_in_words(count)}. No sync writes it there."


def ended(access: Access, locks: list[int], form: Counted) -> str:
    read = form.cleaned_data
    if "until" in read:
        count = actions.extend(access=access, locks=locks, until=read["until"])
        return f"{locks_in_words(count)} given another end."
    count = actions.unlock(access=access, locks=locks, reason=read["reason"])
    return f"{locks_in_words(count)} taken away. The next sync looks at these people again."


def told(count: int) -> str:
    return f"{people_in_words(count)} {'is' if count == 1 else 'are'}"


def people_in_words(count: int) -> str:
    return f"{count:,} person" if count == 1 else f"{count:,} people"


def locks_in_words(count: int) -> str:
    return f"{count:,} lock was" if count == 1 else f"{count:,} locks were"


def sentence(form: Any) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
