"""District Administration: the cards, Terminology, the school year, Get ready for Clever."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Ability, Access, member
from clever_sync import actions as clever
from clever_sync import admission, links
from clever_sync.asking import quick_client
from clever_sync.queries import connection_of
from core.problems import ConsoleError
from core.replies import SeeOther
from integration_console.administration import saving
from integration_console.administration.cards import cards
from integration_console.administration.forms import DistrictIdForm, RolloverForm, TerminologyForm
from integration_console.administration.preparation import preparation
from integration_console.administration.year import end_of, year_of
from integration_console.members.queries import owners_of
from integration_console.switches import launch_clever
from notifications.actions import first_recipient


@login_required
@require_safe
def administration(request: HttpRequest, slug: str) -> HttpResponse:
    """District Administration: what is set up once for the whole district (A17)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    entry = admission.admission(access)
    found = cards(access, entry, timezone.now())
    owners = [] if access.may(Ability.MANAGE) else owners_of(access.district)
    context = {"access": access, "admission": entry, "cards": found, "owners": owners}
    return render(request, "administration/administration.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def terminology(request: HttpRequest, slug: str) -> HttpResponse:
    """The names of fields, as the district calls them (B31)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    form = TerminologyForm(request.POST or None, district=access.district)
    if request.method == "POST":
        access.must(Ability.IMPORT)
        if form.is_valid():
            try:
                names, by = form.cleaned_data, access.user.email
                saving.rename_fields(district=access.district, names=names, by=by)
            except ConsoleError as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, "Saved. The new name stands everywhere from now on.")
                return SeeOther(reverse("terminology", args=[slug]))
    return render(request, "administration/terminology.html", {"access": access, "form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def school_year(request: HttpRequest, slug: str) -> HttpResponse:
    """The day on which the next school year begins, and what it does to class years."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    if request.method == "POST":
        access.must(Ability.IMPORT)
        form = RolloverForm(request.POST)
        return moved(request, access, form) or year_page(request, access, form)
    day = {"month": access.district.rollover_month, "day": access.district.rollover_day}
    return year_page(request, access, RolloverForm(initial=day))


def moved(request: HttpRequest, access: Access, form: RolloverForm) -> HttpResponse | None:
    """Moves the day; None when the form must be shown again, with a question or an error."""
    if not form.is_valid() or asks_first(access, form):
        return None
    month, day = form.cleaned_data["month"], form.cleaned_data["day"]
    try:
        saving.move_rollover(district=access.district, month=month, day=day, by=access.user.email)
    except ConsoleError as refusal:
        form.add_error(None, refusal.sentence)
        return None
    messages.success(request, f"Saved. The school year begins on {year_begins(access)}.")
    return SeeOther(reverse("school_year", args=[access.district.slug]))


def year_begins(access: Access) -> str:
    return year_of(access.district, timezone.now()).begins


def asks_first(access: Access, form: RolloverForm) -> bool:
    """Whether class years would move at once, and nobody has said yes to that."""
    now, wanted = timezone.now(), form.cleaned_data
    year = year_of(access.district, now)
    ends = end_of(access.district, now, wanted["month"], wanted["day"])
    form.moves = ends - year.ends if year.students else 0
    return bool(form.moves) and not wanted["sure"]


def year_page(request: HttpRequest, access: Access, form: RolloverForm) -> HttpResponse:
    year = year_of(access.district, timezone.now())
    context = {"access": access, "form": form, "year": year}
    return render(request, "administration/school_year.html", context)


@login_required
@require_safe
def get_ready(request: HttpRequest, slug: str) -> HttpResponse:
    """The checklist before Clever: what must be true, and who must act (A09, A10, A18, B17)."""
    access = member(request, slug, Ability.IMPORT)
    return ready_page(request, access, DistrictIdForm())


def ready_page(request: HttpRequest, access: Access, form: DistrictIdForm) -> HttpResponse:
    read = preparation(access, timezone.now())
    context = {"access": access, "p": read, "form": form, "links": links}
    return render(request, "administration/get_ready.html", context)


@login_required
@require_POST
def ask_support(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask Support to enable (B17, step 1): the request is stored, and Support sees it."""
    access = member(request, slug, Ability.IMPORT)
    if admission.ask_support(district=access.district, by=access.user.email):
        messages.success(request, "Support has your request. This page says when it is enabled.")
    return SeeOther(reverse("get_ready", args=[slug]))


@login_required
@require_POST
def save_district_id(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes the District ID or the complete URL, and asks Clever for the district (B39, B40)."""
    access = member(request, slug, Ability.IMPORT)
    form = DistrictIdForm(request.POST)
    if form.is_valid():
        text, by = form.cleaned_data["district_id"], access.user.email
        try:
            launch_clever(district=access.district, text=text, by=by)
            first_recipient(district=access.district, email=by, by=by)
        except ConsoleError as refusal:
            form.add_error("district_id", refusal.sentence)
            say_how_to_reset(request, access, refusal)
        else:
            messages.success(request, "Saved. What Clever answered stands below.")
            return SeeOther(reverse("get_ready", args=[slug]))
    return ready_page(request, access, form)


def say_how_to_reset(request: HttpRequest, access: Access, refusal: ConsoleError) -> None:
    """Where the button is that the refusal names (A24)."""
    if refusal.code == "reset_first":
        place = reverse("reset_configuration", args=[access.district.slug])
        said = 'Nothing was saved. <a href="{}">Reset Configuration</a> shows first what it stops.'
        messages.error(request, format_html(said, place))


@login_required
@require_POST
def check_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Check again: asks Clever whether the request was approved (B64)."""
    access = member(request, slug, Ability.IMPORT)
    connection = connection_of(access.district)
    try:
        if connection is None:
            raise ConsoleError("No District ID is saved yet. Paste it first.")
        clever.check(connection=connection, client=quick_client())
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    return SeeOther(reverse("get_ready", args=[slug]))
