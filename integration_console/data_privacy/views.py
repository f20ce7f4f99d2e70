"""Data and privacy: what is kept, ordering its end, calling that off, and certificates (C34)."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import Ability, Access, member
from accounts.password_again import refusal
from core.problems import ConsoleError
from core.replies import SeeOther
from imports.destroying import orders
from imports.destroying.certificate import signed
from imports.destroying.proof import proof
from imports.destroying.stays import stays
from imports.lease import database_now
from imports.models import Destruction
from integration_console.data_privacy import shown
from integration_console.data_privacy.forms import DestroyForm


@login_required
@require_safe
def privacy(request: HttpRequest, slug: str) -> HttpResponse:
    """What is kept of whom and how long, what is being destroyed, and what was."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    context = {
        "access": access,
        "kept": shown.kept(),
        "fields": shown.fields(access.district),
        "order": shown.order(access.district),
        "rows": shown.rows(access.district),
        "purge": shown.purge(),
    }
    return render(request, "privacy/privacy.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def destroy(request: HttpRequest, slug: str) -> HttpResponse:
    """What would go and what stays; with the name and the password typed, the order."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.MANAGE)
    sent = request.POST if request.method == "POST" else None
    form = DestroyForm(sent, district=access.district, prove=partial(refusal, request))
    if not form.is_valid():
        return ordering(request, access, form)
    try:
        orders.order(
            district=access.district,
            reason=form.cleaned_data["reason"],
            records=form.cleaned_data["records"],
            by=access.user.email,
            now=database_now(),
        )
    except ConsoleError as refused:
        form.add_error(None, refused.sentence)
        return ordering(request, access, form)
    messages.success(request, "It is ordered. Every owner gets a mail, and can call it off.")
    return SeeOther(reverse("privacy", args=[slug]))


def ordering(request: HttpRequest, access: Access, form: DestroyForm) -> HttpResponse:
    context = {
        "access": access,
        "form": form,
        "order": shown.order(access.district),
        "goes": shown.outlook(access.district),
        "stays": stays("district"),
        "days": orders.WAITS.days,
    }
    return render(request, "privacy/destroy.html", context)


@login_required
@require_POST
def destroy_cancel(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Calls an order off, whoever of the owners gave it."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.MANAGE)
    if orders.cancel(destruction=found(access, number), by=access.user.email):
        messages.success(request, "It is called off. Nothing was destroyed.")
    else:
        messages.error(request, "It cannot be called off any more.")
    return SeeOther(reverse("privacy", args=[slug]))


@login_required
@require_safe
def certificate(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A certificate, and whether it is still what the audit knows."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    one = found(access, number)
    context = {"access": access, "one": shown.row_of(one), "proof": proof(one)}
    return render(request, "privacy/certificate.html", context)


@login_required
@require_safe
def certificate_file(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The certificate as a text, with its digest behind it."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.IMPORT)
    one = found(access, number)
    if not one.text:
        raise Http404
    audit.record(
        access.district, access.user.email, "certificate.downloaded", f"destruction:{one.pk}"
    )
    reply = HttpResponse(signed(one.text, one.digest), content_type="text/plain; charset=utf-8")
    reply["Content-Disposition"] = f'attachment; filename="certificate-{slug}-{one.pk}.txt"'
    return reply


def found(access: Access, number: int) -> Destruction:
    """One of the district's own."""
    row = Destruction.objects.filter(district=access.district, pk=number).first()
    if row is None:
        raise Http404
    return row
