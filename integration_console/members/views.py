"""Users and roles: who may do what in a district, for its owners."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import ROLE_NAMES, Ability, member
from accounts.members import change_member, remove_member
from accounts.roles import MEANINGS
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.members import queries
from integration_console.members.forms import InviteForm, MembersForm, RoleForm
from notifications.invitations import Invited, invite_again_by_mail, invite_by_mail


@login_required
@require_safe
def users(request: HttpRequest, slug: str) -> HttpResponse:
    """The members with their roles, by their addresses."""
    access = member(request, slug, Ability.MANAGE)
    form = MembersForm(request.GET)
    form.is_valid()
    q, role, after = (form.cleaned_data.get(name, "") for name in ("q", "role", "after"))
    now = timezone.now()
    found = queries.rows(queries.members(access.district, q, role), after, now)
    shown = found[: queries.PAGE]
    context = {
        "access": access,
        "form": form,
        "rows": shown,
        "after": after,
        "next": shown[-1].email if len(found) > queries.PAGE else "",
        "filtered": bool(q or role),
        "grants": queries.grants(access.district, now),
    }
    return render(request, "members/users.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def user_invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invites somebody by mail."""
    access = member(request, slug, Ability.MANAGE)
    given = request.POST if request.method == "POST" else None
    form = InviteForm(given, district=access.district, initial={"role": "viewer"})
    if form.is_valid():
        try:
            by = access.user.email
            invited = invite_by_mail(district=access.district, by=by, **form.wanted)
        except ConsoleError as refusal:
            form.add_error("email", refusal.sentence)
        else:
            tell(request, invited)
            return SeeOther(reverse("users", args=[slug]))
    context = {"access": access, "form": form, "meanings": MEANINGS}
    return render(request, "members/invite.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def user_edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One member: another role or other schools, an invitation again, or removal."""
    access = member(request, slug, Ability.MANAGE)
    row = queries.row_of(access.district, number, timezone.now())
    has = {"role": row.membership.role, "schools": [s.pk for s in row.membership.schools.all()]}
    given = request.POST if request.method == "POST" else None
    form = RoleForm(given, district=access.district, initial=has)
    if form.is_valid():
        try:
            by = access.user.email
            change_member(district=access.district, number=number, by=by, **form.wanted)
        except ConsoleError as refusal:
            form.add_error(None, refusal.sentence)
        else:
            now = ROLE_NAMES[form.wanted["role"]]
            messages.success(request, f"Saved: {row.email} is {now} here.")
            return SeeOther(reverse("users", args=[slug]))
    context = {"access": access, "form": form, "row": row, "meanings": MEANINGS}
    return render(request, "members/user.html", context)


@login_required
@require_POST
def user_remove(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Takes somebody out of the district."""
    access = member(request, slug, Ability.MANAGE)
    queries.row_of(access.district, number, timezone.now())
    try:
        gone = remove_member(district=access.district, number=number, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        return SeeOther(reverse("user_edit", args=[slug, number]))
    name = access.district.name
    messages.success(request, f"{gone.email} is not a member of {name} any more.")
    return SeeOther(reverse("users", args=[slug]))


@login_required
@require_POST
def user_invite_again(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The invitation once more, with a fresh link."""
    access = member(request, slug, Ability.MANAGE)
    queries.row_of(access.district, number, timezone.now())
    try:
        tell(request, invite_again_by_mail(
            district=access.district, number=number, by=access.user.email
        ))  # fmt: skip
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    return SeeOther(reverse("users", args=[slug]))


def tell(request: HttpRequest, invited: Invited) -> None:
    """What became of an invitation; one that could not be mailed is kept."""
    email = invited.user.email
    if invited.sent:
        messages.success(request, f"{email} is invited. The mail says what to do.")
    else:
        messages.warning(
            request,
            f"{email} is invited, but the mail could not be sent. The invitation is kept:"
            " press Invite again later. If it fails again, tell Support.",
        )
