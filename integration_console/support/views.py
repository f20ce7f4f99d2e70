"""Support's leave: Support takes it with a reason, the district's owners see it and end it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SUPPORT, Ability, Access, member
from accounts.models import SupportGrant
from accounts.support import end_grant
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.support.forms import TakeForm
from integration_console.support.granting import let_in

SHOWN = 100


@login_required
@require_safe
def support_access(request: HttpRequest, slug: str) -> HttpResponse:
    """Who of Support sees people here now, who did, until when and why (C33)."""
    return shown(request, gate(request, slug), TakeForm())


@login_required
@require_POST
def support_take(request: HttpRequest, slug: str) -> HttpResponse:
    """Support begins to see people: for a time, with a reason, and never in silence."""
    access, form, now = gate(request, slug), TakeForm(request.POST), timezone.now()
    if access.role != SUPPORT:
        raise Http404
    if not form.is_valid():
        return shown(request, access, form)
    try:
        let_in(
            district=access.district, user=access.user, reason=form.cleaned_data["reason"],
            until=now + form.lasts, now=now, by=access.user.email,
        )  # fmt: skip
    except ConsoleError as refusal:
        form.add_error("reason", refusal.sentence)
        return shown(request, access, form)
    messages.success(request, "You see people now. What you open is recorded.")
    return SeeOther(reverse("people", args=[slug]))


@login_required
@require_POST
def support_end(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ends a leave at once: an owner any, Support their own."""
    access = gate(request, slug)
    grant = grants_of(access).filter(pk=number).first()
    if grant is None:
        raise Http404
    if end_grant(grant=grant, now=timezone.now(), by=access.user.email):
        messages.success(request, f"Ended: {grant.user.email} sees no people here any more.")
    else:
        messages.info(request, "It had ended already.")
    return SeeOther(reverse("support_access", args=[slug]))


def gate(request: HttpRequest, slug: str) -> Access:
    """For Support and for those who decide who may do what."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    if access.role != SUPPORT:
        access.must(Ability.MANAGE)
    return access


def grants_of(access: Access) -> QuerySet[SupportGrant]:
    """The district's grants, for Support their own."""
    found = SupportGrant.objects.filter(district=access.district).select_related("user", "district")
    if access.role == SUPPORT:
        found = found.filter(user=access.user)
    return found.order_by("-until", "-pk")


def shown(request: HttpRequest, access: Access, form: TakeForm) -> HttpResponse:
    now = timezone.now()
    found = list(grants_of(access)[:SHOWN])
    context = {
        "access": access,
        "form": form,
        "support": access.role == SUPPORT,
        "open": [grant for grant in found if grant.until > now],
        "past": [grant for grant in found if grant.until <= now],
    }
    return render(request, "support/access.html", context)
