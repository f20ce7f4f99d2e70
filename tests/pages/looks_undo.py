"""The undo of a run, before it and after it."""

from collections.abc import Callable

from core.vocabulary import RunMode, RunState, Trigger
from imports.models import Run
from tests.pages.conftest import Site
from tests.pages.looks import Look, press
from tests.pages.scenes import BOB


def undo(state: str, more: str = "") -> Callable[[Site], str]:
    """The page of the newest undo in this state."""

    def address(site: Site) -> str:
        undos = Run.objects.filter(district=site.trouble.district, trigger=Trigger.UNDO)
        return f"/d/harbor/operations/{undos.filter(state=state).latest('pk').pk}/{more}"

    return address


def undoable(site: Site) -> Run:
    """The run that is not undone yet."""
    tests = Run.objects.filter(district=site.trouble.district, trigger=Trigger.UNDO)
    run = tests.filter(mode=RunMode.TEST).latest("pk").undoes
    assert run is not None
    return run


def page(more: str = "") -> Callable[[Site], str]:
    return lambda site: f"/d/harbor/operations/{undoable(site).pk}/undo/{more}"


def of_test(site: Site) -> str:
    return page(f"?test={undoable(site).undone_by.get(mode=RunMode.TEST).pk}")(site)


def undone(site: Site) -> str:
    undos = Run.objects.filter(district=site.trouble.district, trigger=Trigger.UNDO, scope={})
    return f"/d/harbor/operations/{undos.filter(state=RunState.COMPLETED).latest('pk').undoes_id}/"


LOOKS = (
    Look("undo-full", page()),
    Look("undo-tested", of_test),
    Look("undo-empty", page("?field=username")),
    Look("undo-error", page("?school=999999&person=12&test=7&field=x")),
    Look("undo-wrong-password", page(), then=press("Undo 10 changes")),
    Look("undo-refused", lambda site: f"/d/maple/operations/{site.full.runs['done'].pk}/undo/"),
    Look("undo-viewer", page(), BOB, status=403),
    Look("run-undone", undone),
    Look("undo_run-full", undo(RunState.COMPLETED)),
    Look("undo_run-test", undo(RunState.TESTED)),
    Look("undo_run-waits", undo(RunState.READY)),
)
