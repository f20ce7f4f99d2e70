"""What the three pages of the wizard have in common: keep what was sent, and lead on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.access import Ability, Access
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.configure.order import blocked_by_setup
from integration_console.rules.desk import Desk
from mappings.drafts import Overtaken

AFTER = {"match_fields": "define_codes", "define_codes": "sync_settings"}
KEPT = (
    "Saved as a draft. It is not published yet: runs go on with the published settings until"
    " you press Publish."
)
SAME = "Saved. These settings are the published ones."


def sent(request: HttpRequest) -> Any:
    """What was sent with a POST; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def blocked(request: HttpRequest, access: Access) -> HttpResponse | None:
    """Leads back to Configure until step 1 is done (A21); None where the page may be opened."""
    reason = blocked_by_setup(access.district)
    if not reason:
        return None
    messages.warning(request, reason)
    return SeeOther(reverse("configure", args=[access.district.slug]))


def answered(
    request: HttpRequest, desk: Desk, form: Any, name: str, keep: Callable[..., object]
) -> HttpResponse | None:
    """Keeps what was sent and leads on; None where the page is to be shown, with what is wrong."""
    if request.method != "POST":
        return None
    desk.access.must(Ability.IMPORT)
    if not form.is_valid():
        return None
    who = {"district": desk.district, "by": desk.access.user.email}
    try:
        kept = keep(spec=form.spec(), seen=form.cleaned_data["seen"], **who)
    except Overtaken as refusal:
        overtake(request, form, refusal)
        return None
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        return None
    messages.success(request, KEPT if kept else SAME)
    return SeeOther(onward(desk, name, request.POST.get("then", ""), kept=bool(kept)))


def overtake(request: HttpRequest, form: Any, refusal: Overtaken) -> None:
    """Shows the form with all that was typed; whoever saves it once more knows of the others."""
    messages.error(
        request,
        f"{refusal.sentence} What you entered is still here and not saved. Save once more to put"
        " it in the place of theirs, or open this page anew to see what they saved.",
    )
    holder = getattr(form, "seen", form)
    holder.data = holder.data.copy()
    holder.data["seen"] = str(refusal.newest)


def onward(desk: Desk, name: str, then: str, *, kept: bool) -> str:
    """Where Next, Save, and Save and Close lead (A35 to A37, A40, A45).

    Behind the last page the Import Summary; with a draft that is not published, Publish first.
    """
    slug = desk.district.slug
    if then == "close":
        return reverse("configure", args=[slug])
    if then != "next":
        return reverse(name, args=[slug, desk.data_type])
    if name in AFTER:
        return reverse(AFTER[name], args=[slug, desk.data_type])
    if not kept:
        return reverse("import_summary", args=[slug])
    return f"{reverse('settings', args=[slug])}#{desk.data_type}"
