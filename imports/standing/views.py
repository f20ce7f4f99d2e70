"""Problems: what stands in the way, since when, and who can mend it."""

from collections.abc import Iterator, Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import Ability, member
from imports import download
from imports.standing import found
from imports.standing.forms import ProblemsForm
from schools.queries import labels

HEADER = (
    *(
        "code",
        "title",
        "type",
        "field",
        "value",
        "people",
        "explanation",
        "who_fixes",
        "what_to_do",
    ),
    *("first_seen", "last_seen", "runs", "closed"),
)


@login_required
@require_safe
def problems(request: HttpRequest, slug: str) -> HttpResponse:
    """The problems that stand, or those that were closed lately (C19)."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    form = ProblemsForm(request.GET, codes=found.codes_of(access.district))
    wanted = form.wanted()
    start = (wanted.page - 1) * found.A_PAGE
    rows = found.standing(access.district, wanted, timezone.now())
    page = list(rows[start : start + found.A_PAGE + 1])
    stand, new = found.figures(access.district)
    context = {
        "access": access,
        "form": form,
        "wanted": wanted,
        "stand": stand,
        "new": new,
        "problems": found.in_words(access.district, page[: found.A_PAGE], labels(access.district)),
        "previous": wanted.page - 1,
        "next": wanted.page + 1 if len(page) > found.A_PAGE else 0,
        "filtered": wanted != found.Wanted(page=wanted.page),
    }
    return render(request, "problems/problems.html", context)


@login_required
@require_safe
def problems_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same list as a file, all pages of it, filtered like the page."""
    access = member(request, slug, Ability.SEE_INTEGRATION)
    access.must(Ability.EXPORT)
    wanted = ProblemsForm(request.GET, codes=found.codes_of(access.district)).wanted()
    audit.record(
        district=access.district, actor=access.user.email, verb="problems.exported",
        subject="problems",
    )  # fmt: skip
    rows = found.standing(access.district, wanted, timezone.now())
    return download.as_csv(
        f"{slug}-problems",
        HEADER,
        lines(found.in_words(access.district, list(rows), labels(access.district))),
    )


def lines(problems: Sequence[found.Standing]) -> Iterator[Sequence[object]]:
    """One line per problem, as the page tells it; times in UTC."""
    for one in problems:
        row = one.row
        yield (
            *(row.code, one.said.title, one.data_type, row.field, row.value, row.people),
            *(one.said.explanation, one.said.who, one.said.fix),
            *(row.first_seen.isoformat(), row.last_seen.isoformat(), row.runs),
            row.closed_at.isoformat() if row.closed_at else "",
        )
