"""Defaults for new records: what a record gets where Clever gives nothing (B13)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import DataType
from imports.words import DATA_TYPES
from integration_console.new_records.forms import NewRecordsForm
from integration_console.new_records.offered import offers
from mappings.defaults import default_spec
from mappings.drafts import Overtaken, keep_draft
from mappings.models import Ruleset
from mappings.queries import on_the_desk, written_spec
from mappings.spec import RulesetSpec
from schools.queries import labels

KEPT = (
    "Saved as a draft. It is not published yet: new records get the published values until you"
    " press Publish."
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_records(request: HttpRequest, slug: str, data_type: str) -> HttpResponse:
    """The value of each field that no rule maps, for records that a sync creates."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    kind = type_of(data_type)
    newest = on_the_desk(access.district, [kind])[kind].newest
    spec = written_spec(newest) if newest else default_spec(0, kind)
    form = form_of(request, access, spec, newest)
    if request.method == "POST":
        access.must(Ability.IMPORT)
        if form.is_valid() and kept(request, access, form, spec):
            close = request.POST.get("then") == "close"
            return SeeOther(
                reverse("settings", args=[slug])
                if close
                else reverse("new_records", args=[slug, kind])
            )
    context = {"access": access, "form": form, "type": kind, "name": DATA_TYPES[kind]}
    return render(request, "new_records/edit.html", context)


def type_of(word: str) -> DataType:
    """The data type of an address. Raises Http404 for a word that is none."""
    if word not in {str(data_type) for data_type in DataType}:
        raise Http404
    return DataType(word)


def form_of(
    request: HttpRequest, access: Access, spec: RulesetSpec, newest: Ruleset | None
) -> NewRecordsForm:
    return NewRecordsForm(
        request.POST if request.method == "POST" else None,
        offers=list(offers(spec.data_type, spec)),
        labels=labels(access.district),
        codes={field: list(table.values()) for field, table in spec.codes.items()},
        seen=newest.pk if newest else None,
    )


def kept(request: HttpRequest, access: Access, form: NewRecordsForm, spec: RulesetSpec) -> bool:
    """Keeps the values as part of the draft; False with a message where that was not done."""
    given: dict[str, Any] = {"district": access.district, "by": access.user.email}
    try:
        draft = keep_draft(spec=form.spec(spec), seen=form.cleaned_data["seen"], **given)
    except Overtaken as refusal:
        messages.error(
            request,
            f"{refusal.sentence} What you entered is still here and not saved. Save once more to"
            " keep it, with the rules that they saved.",
        )
        form.has_seen(refusal.newest)
        return False
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        return False
    messages.success(request, KEPT if draft else "Saved. These values are the published ones.")
    return True
