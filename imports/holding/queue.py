"""What the pages of holds read. The district always comes first."""

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from core.vocabulary import Action, HoldState, Outcome, Trigger
from imports.models import Hold, PlannedChange, Run
from schools.models import District

ENDED_A_PAGE = 25
ROWS_A_PAGE = 50
# A hold that a newer run has replaced stands in the list as the newer one.
ENDED = (HoldState.APPROVED, HoldState.DISCARDED, HoldState.EXPIRED)


def hold_of(district: District, number: int) -> Hold:
    """The district's hold; Http404 for another district's and for none."""
    found = Hold.objects.filter(district=district, pk=number).select_related("run", "district")
    hold = found.first()
    if hold is None:
        raise Http404
    return hold


def ended(district: District, before: int | None) -> list[Hold]:
    """A page of the holds that were decided or expired, newest first, and one more."""
    found = (
        Hold.objects.filter(district=district, state__in=ENDED)
        .select_related("run")
        .order_by("-pk")
    )
    if before:
        found = found.filter(pk__lt=before)
    return list(found[: ENDED_A_PAGE + 1])


def rows(hold: Hold, school: int | None = None) -> QuerySet[PlannedChange]:
    """The rows of the plan that are held by this hold, those of one school if one is named.

    A row belongs to the school under which imports.hold_rows counts it.
    """
    held = PlannedChange.objects.filter(run=hold.run_id, hold=hold, exception=Outcome.HELD)
    if school is not None:
        create = Q(action=Action.CREATE)
        held = held.filter(create & Q(school=school) | ~create & Q(old_school=school))
    return held.select_related("person").order_by("pk")


def page_of(
    held: QuerySet[PlannedChange], after: int | None, count: int = ROWS_A_PAGE
) -> list[PlannedChange]:
    """A page of `count` rows behind a row, and one more."""
    return list((held.filter(pk__gt=after) if after else held)[: count + 1])


def actions_of(hold: Hold) -> dict[str, int]:
    """How many rows of each action the hold has."""
    counted = rows(hold).order_by().values_list("action").annotate(count=Count("pk"))
    return dict(counted)


def newer(hold: Hold) -> Hold | None:
    """The newest later hold of the same cause and place: the one to look at instead (H16)."""
    same = {"district": hold.district_id, "cause": hold.cause, "slice": hold.slice}
    return Hold.objects.filter(**same, pk__gt=hold.pk).order_by("-pk").first()


def started_by(hold: Hold) -> Run | None:
    """The run that the approval of this hold has started."""
    runs = Run.objects.filter(district=hold.district_id, trigger=Trigger.HOLD)
    return runs.filter(approved_causes__contains=[{"hold": hold.pk}]).order_by("pk").first()
