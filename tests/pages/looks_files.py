"""Files of values that Clever does not carry, and the runs that import them."""

from collections.abc import Callable

from core.vocabulary import RunMode, RunState, Trigger
from imports.models import PeopleFile, Run
from tests.pages.conftest import Site
from tests.pages.looks import Look, at, press
from tests.pages.scenes import BOB


def page(name: str, more: str = "") -> Callable[[Site], str]:
    """The page of the file of this name."""

    def address(site: Site) -> str:
        file = PeopleFile.objects.get(district=site.trouble.district, name=name)
        return f"/d/harbor/files/{file.pk}/{more}"

    return address


def run(name: str, mode: RunMode, state: RunState) -> Callable[[Site], str]:
    """The run of that file."""

    def address(site: Site) -> str:
        runs = Run.objects.filter(district=site.trouble.district, trigger=Trigger.FILE)
        found = runs.get(file__name=name, mode=mode, state=state)
        return f"/d/harbor/operations/{found.pk}/"

    return address


LOOKS = (
    Look("files-empty", at("/d/juniper/files/")),
    Look("files-full", at("/d/harbor/files/")),
    Look("files-error", at("/d/harbor/files/"), then=press("Upload")),
    Look("files-viewer", at("/d/harbor/files/"), BOB, status=403),
    Look("file-full", page("languages.csv")),
    Look("file-teacher", page("languages.csv", "?type=teacher")),
    Look("file-windows", page("old.csv")),
    Look("file-gone", page("gone.csv")),
    Look("file-error", page("old.csv", "?type=staff"), then=press("Test: show what")),
    Look("run_of_file-test", run("cards.csv", RunMode.TEST, RunState.TESTED)),
    Look("run_of_file-done", run("languages.csv", RunMode.LIVE, RunState.COMPLETED_WITH_ERRORS)),
    Look("run_of_file-waits", run("cleared.csv", RunMode.LIVE, RunState.READY)),
)
