"""View Student Updates Log, on the page and as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import Ability, Access, member
from core.vocabulary import DataType
from imports import download, words
from imports.changes import Reader
from imports.updates import sheet
from imports.updates.forms import BeginForm, UpdatesForm
from imports.updates.found import LOOKED_AT, PEOPLE, Place, Wanted
from imports.updates.log import Begin, log

TABS = [(data_type.value, words.DATA_TYPES[data_type]) for data_type in DataType]


@login_required
@require_safe
def updates_log(request: HttpRequest, slug: str) -> HttpResponse:
    """Every update that was resolved between Clever and here, newest first (A62)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PEOPLE)
    form, begin = form_of(request, access), begin_of(request)
    reader = Reader(access.district, access.sees)
    reader.know_schools()
    wanted = wanted_of(form)
    page, more = log(access.district, wanted, begin, reader)
    context = {
        "access": access,
        "form": form,
        "wanted": wanted,
        "tabs": TABS,
        "page": page,
        "begin": begin,
        "first": begin == Begin(),
        "more_people": PEOPLE if more else 0,
        "looked_at": LOOKED_AT,
        "filtered": wanted != Wanted(data_type=wanted.data_type),
    }
    return render(request, "updates/log.html", context)


@login_required
@require_safe
def updates_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same log as a file, filtered like the page."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PEOPLE)
    access.must(Ability.EXPORT)
    wanted, reader = wanted_of(form_of(request, access)), Reader(access.district, access.sees)
    audit.record(
        district=access.district, actor=access.user.email, verb="updates.exported",
        subject=wanted.data_type,
    )  # fmt: skip
    lines = sheet.lines(access.district, wanted, reader)
    return download.as_csv(f"{slug}-updates-{wanted.data_type}", sheet.HEADER, lines)


def form_of(request: HttpRequest, access: Access) -> UpdatesForm:
    return UpdatesForm(
        request.GET,
        district=access.district,
        searchable=access.may(Ability.SEE_PERSONAL_DATA),
    )


def wanted_of(form: UpdatesForm) -> Wanted:
    """What a valid filter asks for; of a filter that is not valid, what of it is."""
    form.is_valid()
    read = {name: value for name, value in form.cleaned_data.items() if value}
    school = read.pop("school", None)
    data_type = read.pop("type", None) or DataType.STUDENT
    return Wanted(data_type=data_type, school=school.pk if school else None, **read)


def begin_of(request: HttpRequest) -> Begin:
    """Where the page begins; at the newest where the address names no place."""
    form = BeginForm(request.GET)
    if not form.is_valid():
        return Begin()
    read = form.cleaned_data
    place = None
    if read["run"] and read["act"] and read["row"]:
        place = Place(read["run"], read["act"], read["row"])
    return Begin(place, read["edit"])
