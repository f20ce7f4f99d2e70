"""Operations: the list of runs, one run with its plan, and the buttons that start one."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts import audit
from accounts.access import Ability, Access, member
from core.problems import ConsoleError
from core.replies import SeeOther
from core.vocabulary import ACTIVE_RUN_STATES, DataType, RunMode
from imports import absent, actions, catalogue, changes, download, held, purging, queries
from imports.braking.raising import raised_by
from imports.calendar.queries import blackout_at
from imports.forms import ChangesForm, PlaceForm, RunsForm, StartForm, TypesForm
from imports.from_file.shown import of_run as file_of_run
from imports.models import Run
from imports.outdated import since
from imports.resolving.outcome import outcome
from imports.run_log import parts as log_parts
from imports.shown import Shown, cancelling
from imports.standing.found import new_in
from imports.story import story
from imports.undoing.shown import undoing
from imports.used import changed_since
from mappings.unpublished import unpublished
from schools.queries import labels

RUNS_A_PAGE = 25


@login_required
@require_safe
def operations(request: HttpRequest, slug: str) -> HttpResponse:
    """All runs of the district, newest first."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    form, place = RunsForm(request.GET or None), PlaceForm(request.GET)
    runs = queries.runs(access.district, wanted_runs(form))
    if place.is_valid() and place.cleaned_data["before"]:
        runs = runs.filter(pk__lt=place.cleaned_data["before"])
    found, now = list(queries.with_open_holds(runs)[: RUNS_A_PAGE + 1]), timezone.now()
    context = {
        "access": access,
        "form": form,
        "runs": [Shown(run, now) for run in found[:RUNS_A_PAGE]],
        "next": found[RUNS_A_PAGE - 1].pk if len(found) > RUNS_A_PAGE else None,
        "filtered": bool(request.GET),
        **running(access, now),
    }
    return render(request, "imports/operations.html", context)


@login_required
@require_safe
def operations_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same list as a file: one line per run, type and action."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.EXPORT)
    runs = queries.runs(access.district, wanted_runs(RunsForm(request.GET)))
    audited(access, "operations.exported", "runs")
    return download.as_csv(f"{slug}-operations", download.RUN_HEADER, download.run_rows(runs))


@login_required
@require_safe
def run(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One run: how far it is, what it counted, what stood in its way, and its plan."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    found = queries.run_of(access.district, number)
    context = {
        **live_context(access, found),
        "problems": catalogue.told(
            queries.problems_of(found), labels(access.district), new_in(found)
        ),
        "held": held.held(found),
        "raised": raised_by(found),
        "changed": changed_since(Shown(found, timezone.now())),
        "alerts": queries.alerts_of(found),
        "decided": outcome(found),
        "failure": catalogue.said(found.failure) if found.failure else None,
        "story": story(found),
        "missing": absent.of_run(found),
        "purged": purging.gone(found) if found.purged_at else "",
        "kept_days": purging.kept_days(found.mode),
        "from_file": file_of_run(found, access.sees),
        "undoing": undoing(found, changes.Reader(access.district, access.sees), timezone.now()),
        **plan_context(request, access, found),
    }
    return render(request, "imports/run.html", context)


@login_required
@require_safe
def run_live(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The moving part of a run's page, asked for every two seconds until the run has ended."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    context = live_context(access, queries.run_of(access.district, number))
    if not context["run"].active:
        return HttpResponseClientRefresh()
    return render(request, "imports/live.html", context)


@login_required
@require_safe
def changes_csv(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """The plan rows as a file, filtered like the page."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PEOPLE)
    access.must(Ability.EXPORT)
    found = queries.run_of(access.district, number)
    if found.purged_at:
        return no_longer_there(request, access, found)
    rows = changes.changes(found, wanted_changes(changes_form(request, found)))
    reader, rules = changes.Reader(access.district, access.sees), changes.rules(found)
    audited(access, "changes.exported", f"run:{found.pk}")
    lines = download.change_rows(rows, reader, rules)
    return download.as_csv(f"{slug}-run-{found.pk}", download.CHANGE_HEADER, lines)


@login_required
@require_safe
def run_log(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """The log of the run as a text: step by step, figures, problems, and every row (B54)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SEE_PEOPLE)
    access.must(Ability.EXPORT)
    found = queries.run_of(access.district, number)
    if found.purged_at:
        return no_longer_there(request, access, found)
    reader, rules = changes.Reader(access.district, access.sees), changes.rules(found)
    audited(access, "log.exported", f"run:{found.pk}")
    parts = log_parts(found, timezone.now(), reader, rules)
    return download.as_file(f"{slug}-run-{found.pk}.txt", parts, "text/plain")


def no_longer_there(request: HttpRequest, access: Access, run: Run) -> HttpResponse:
    """410: since when it is gone, and what remains (F82)."""
    context = {"access": access, "run": run, "reason": purging.gone(run)}
    return render(request, "imports/purged.html", context, status=410)


@login_required
@require_POST
def test_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Test Import: plans everything, writes nothing."""
    access = member(request, slug, Ability.IMPORT)
    form = TypesForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors["data_types"]))
        return SeeOther(reverse("import_summary", args=[slug]))
    types = [DataType(chosen) for chosen in form.cleaned_data["data_types"]]
    return started(request, access, mode=RunMode.TEST, data_types=types)


@login_required
@require_POST
def start_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Start Import: what the named test has shown. Refused with what changed since (H02)."""
    access = member(request, slug, Ability.IMPORT)
    form = StartForm(request.POST)
    test = queries.test_named(access.district, form.cleaned_data["test"] if form.is_valid() else 0)
    if test is None:
        messages.error(request, "Start Import comes after a Test Import. Press Test Import first.")
        return SeeOther(reverse("import_summary", args=[slug]))
    types = [DataType(data_type) for data_type in test.data_types]
    try:
        begun = actions.start_run(
            district=access.district, mode=RunMode.LIVE, data_types=types,
            requested_by=access.user.email, tested_run=test,
        )  # fmt: skip
    except ConsoleError as refusal:
        context = {"access": access, "refusal": refusal, "since": since(test), "test": test}
        return render(request, "imports/refused.html", context, status=409)
    return opened(request, begun)


@login_required
@require_POST
def sync_now(request: HttpRequest, slug: str) -> HttpResponse:
    """Sync Now: a full sync of every type whose first import is done (B11, B52).

    While something is saved that is not in force yet, and in a blackout, it asks first.
    """
    access = member(request, slug, Ability.SYNC)
    imported = queries.automation(access.district).imported
    if not imported:
        messages.error(request, "Sync Now comes after the first import. Press Test Import first.")
        return SeeOther(reverse("overview", args=[slug]))
    if "published" not in request.POST and unpublished(access.district):
        return SeeOther(reverse("sync_unsaved", args=[slug]))
    if "blackout" not in request.POST and blackout_at(access.district, timezone.now()):
        return SeeOther(reverse("sync_blackout", args=[slug]))
    types = [DataType(data_type) for data_type in imported]
    return started(request, access, mode=RunMode.LIVE, data_types=types, full=True)


@login_required
@require_safe
def sync_unsaved(request: HttpRequest, slug: str) -> HttpResponse:
    """What is not in force yet: to be published first, or left aside by this sync (B52)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.SYNC)
    context = {"access": access, "drafts": unpublished(access.district)}
    return render(request, "imports/unsaved.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Cancel: the run stops at its next safe place; what was not written stays unwritten."""
    access = member(request, slug, Ability.SYNC)
    found = queries.run_of(access.district, number)
    access.must(cancelling(found))
    try:
        actions.cancel_run(run=found, by=access.user.email)
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    return SeeOther(reverse("run", args=[slug, found.pk]))


@login_required
@require_POST
def decide(request: HttpRequest, slug: str, number: int, word: str) -> HttpResponse:
    """A plan that waits: import it, or discard it."""
    access = member(request, slug, Ability.IMPORT)
    found = queries.run_of(access.district, number)
    act = actions.confirm_run if word == "import" else actions.discard_run
    try:
        if not act(run=found, by=access.user.email):
            messages.info(request, "This plan does not wait for a decision any more.")
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
    return SeeOther(reverse("run", args=[slug, found.pk]))


def started(request: HttpRequest, access: Access, **wanted: Any) -> HttpResponse:
    """Starts a run and shows it; what it lacks is said on the page that can mend it."""
    test = wanted["mode"] == RunMode.TEST
    try:
        begun = actions.start_run(
            district=access.district, requested_by=access.user.email, **wanted
        )
    except ConsoleError as refusal:
        messages.error(request, refusal.sentence)
        place = "import_summary" if test else "overview"
        return SeeOther(reverse(place, args=[access.district.slug]))
    return opened(request, begun, queued=not test)


def opened(request: HttpRequest, begun: actions.Started, *, queued: bool = False) -> HttpResponse:
    """The page of a run that was started; a second click is shown the run that is on (H04)."""
    slug = begun.run.district.slug
    if not begun.created and begun.run.state in ACTIVE_RUN_STATES:
        messages.info(request, "A run is already running; this is it. Nothing else was started.")
    elif not begun.created:
        messages.info(request, "This test was imported already, here. Nothing else was started.")
    elif queued:
        messages.success(
            request,
            format_html(
                "The Clever Sync Utility has been queued."
                ' See <a href="{}">Operations Management</a> for details.',
                reverse("operations", args=[slug]),
            ),
            extra_tags="dialog",
        )
    return SeeOther(reverse("run", args=[slug, begun.run.pk]))


def audited(access: Access, verb: str, subject: str) -> None:
    audit.record(district=access.district, actor=access.user.email, verb=verb, subject=subject)


def running(access: Access, now: datetime) -> dict[str, Any]:
    """The run that is on, which every page of the list begins with; and whether to sync by hand."""
    on = queries.active_run(access.district)
    return {
        "running": Shown(on, now) if on else None,
        "may_cancel": on is not None and access.may(cancelling(on)),
        "imported": queries.automation(access.district).imported,
    }


def live_context(access: Access, found: Run) -> dict[str, Any]:
    may_cancel = access.may(cancelling(found))
    return {"access": access, "run": Shown(found, timezone.now()), "may_cancel": may_cancel}


def wanted_runs(form: RunsForm) -> queries.Filter:
    """What a valid filter asks for; a filter that is not valid asks for everything."""
    return queries.Filter(**form.cleaned_data) if form.is_valid() else queries.Filter()


def changes_form(request: HttpRequest, found: Run) -> ChangesForm:
    """The filter of the plan rows, with the problems of this run."""
    asked = request.GET or None
    return ChangesForm(asked, district=found.district, problems=changes.reasons(found))


def wanted_changes(form: ChangesForm) -> changes.Wanted:
    if not form.is_valid():
        return changes.Wanted()
    school = form.cleaned_data["school"]
    return changes.Wanted(**{**form.cleaned_data, "school": school.pk if school else None})


def plan_context(request: HttpRequest, access: Access, found: Run) -> dict[str, Any]:
    """A page of plan rows; nothing for whom people are hidden from."""
    if not access.may(Ability.SEE_PEOPLE):
        return {}
    form, place = changes_form(request, found), PlaceForm(request.GET)
    begin = place.cleaned_data if place.is_valid() else {}
    key = (begin["after_action"], begin["after"]) if begin.get("after_action") else None
    rows = changes.after(
        changes.changes(found, wanted_changes(form)), key if key and key[1] else None
    )
    reader = changes.Reader(access.district, access.sees)
    reader.know_schools()
    shown = reader.shown(rows[: changes.PAGE], changes.rules(found))
    return {
        "form": form,
        "reasons": [code for code, _ in form.fields["problem"].choices if code],  # type: ignore[attr-defined]
        "rows": shown,
        "next": shown[-1].row if len(rows) > changes.PAGE else None,
        "first": not key,
        "filtered": bool(request.GET),
    }
