"""API tokens: what programs get in with. For the owners of a district (C28)."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Ability, member
from accounts.models import ApiToken
from accounts.password_again import refusal
from accounts.tokens import make_token, revoke_token
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.tokens.forms import TokenForm
from integration_console.tokens.shown import ended, lasting


@login_required
@require_safe
def tokens(request: HttpRequest, slug: str) -> HttpResponse:
    """The tokens of the district: whose they are, what they may do, when they were used."""
    access = member(request, slug, Ability.MANAGE)
    now = timezone.now()
    context = {
        "access": access,
        "rows": lasting(access.district, now),
        "ended": ended(access.district, now),
    }
    return render(request, "tokens/tokens.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def token_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Makes a token, and shows it this once."""
    access = member(request, slug, Ability.MANAGE)
    given = request.POST if request.method == "POST" else None
    form = TokenForm(given, prove=partial(refusal, request))
    context = {"access": access, "form": form, "address": f"{settings.CONSOLE_URL}/api/v1/status"}
    if form.is_valid():
        now = timezone.now()
        try:
            context["made"] = make_token(
                district=access.district, until=now + form.lasts, now=now, by=access.user,
                **form.wanted,
            )  # fmt: skip
        except ConsoleError as refused:
            form.add_error("name" if refused.code == "same_name" else None, refused.sentence)
        else:
            return render(request, "tokens/made.html", context)
    return render(request, "tokens/new.html", context)


@login_required
@require_POST
def token_revoke(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ends a token: the program that has it gets in no more."""
    access = member(request, slug, Ability.MANAGE)
    if not ApiToken.objects.filter(district=access.district, pk=number).exists():
        raise Http404
    try:
        token = revoke_token(district=access.district, number=number, by=access.user.email)
    except ConsoleError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"Revoked: {token.name} ({token.prefix}) gets in no more.")
    return SeeOther(reverse("tokens", args=[slug]))
