"""Calls that start, stop, decide or undo something, and files of what runs did (C23)."""

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from core.vocabulary import RunMode, RunState
from imports.models import Alert, Hold
from tests.pages.effects import Asked, Effect, file, nothing, sends
from tests.pages.scenes import PASSWORD, Scene, run_row, running_now
from tests.pages.scenes_brakes import figures, keep
from tests.pages.scenes_files import a_file, run_of
from tests.pages.scenes_holds import held
from tests.pages.scenes_operations import alerts, staged
from tests.pages.scenes_undo import wrong_domain


def done(scene: Scene) -> Asked:
    return Asked((scene.runs["done"].pk,))


def on(scene: Scene) -> Asked:
    return Asked((running_now(scene.district).pk,))


def ready(scene: Scene) -> Asked:
    return Asked((run_row(scene.district, RunMode.LIVE, RunState.READY, hours=1).pk,))


def undoes(act: str) -> Callable[[Scene], Asked]:
    """Undo, or its test."""

    def ask(scene: Scene) -> Asked:
        run = wrong_domain(scene, 4)
        sent = {"act": act, "back": 4, "conflicts": 0, "pause": "", "password": PASSWORD}
        return Asked((run.pk,), sent)

    return ask


def raises(scene: Scene) -> Asked:
    keep(scene.runs["test"], figures(scene, "student", transfer=900))
    return Asked(
        sent={
            "student-many_transfers": "900", "because": "New school year", "password": PASSWORD,
            "start": "sync",
        }
    )  # fmt: skip


def hold(scene: Scene) -> Asked:
    return Asked((held(scene, 5).pk,), {"which": "all", "password": PASSWORD})


def holds(scene: Scene) -> Asked:
    waiting = Hold.objects.filter(district=scene.district, state="open")
    return Asked(sent={"holds": [one.pk for one in waiting], "password": PASSWORD})


def alert(scene: Scene) -> Alert:
    return alerts(scene, 1)[0]


def decides(scene: Scene) -> Asked:
    one = alert(scene)
    return Asked((one.pk,), {"decision": "create", "version": one.version})


def decides_many(scene: Scene) -> Asked:
    one = alert(scene)
    return Asked(sent={"act": "create", "confirmed": "on", "pick": f"{one.pk}-{one.version}"})


def processes(scene: Scene) -> Asked:
    staged(alert(scene), "match")
    return Asked()


def takes_back(scene: Scene) -> Asked:
    return Asked((staged(alert(scene), "create").pk,))


def looks(scene: Scene) -> Asked:
    return Asked((alert(scene).pk,))


def a_file_to_test(scene: Scene) -> Asked:
    file = a_file(scene)
    sent = {"type": "student", "key_column": "0", "key": "sis_id", "column-1": "home_language",
            "blank": "keep"}  # fmt: skip
    return Asked((file.pk,), sent)


def uploads(scene: Scene) -> Asked:
    return Asked(sent={"file": SimpleUploadedFile("x.csv", b"SIS ID,Language\n1,Hmong\n")})


def a_tested_file(scene: Scene) -> Asked:
    test = run_of(a_file(scene), RunMode.TEST, RunState.TESTED)
    return Asked((test.pk,))


EFFECTS = (
    Effect("files", "file.uploaded", uploads),
    Effect("file", "test of a file started", a_file_to_test),
    Effect("file_import", "file import started", a_tested_file),
    Effect("file_remove", "file.removed", lambda scene: Asked((a_file(scene).pk,))),
    file("file", "file.seen", lambda scene: Asked((a_file(scene).pk,))),
    Effect("test_import", "test started", sends(data_types=["student"])),
    Effect("start_import", "live started", nothing),
    Effect("sync_now", "live started", nothing),
    Effect("run_cancel", "run cancelled", on),
    Effect("run_confirm", "plan approved", ready),
    Effect("run_discard", "plan discarded", ready),
    Effect("run_undo", "undo started", undoes("undo")),
    Effect("run_undo", "test of an undo started", undoes("test")),
    Effect("raise_brakes", "brakes raised", raises),
    Effect("hold_approve", "hold approved", hold),
    Effect("hold_discard", "hold discarded", hold),
    Effect("hold_check", "live started", hold),
    Effect("holds_together", "hold approved", holds),
    Effect("alert_decide", "alert create", decides),
    Effect("alerts_at_once", "alert create", decides_many),
    Effect("alerts_process", "alerts processed", processes),
    Effect("decision_take_back", "decision taken back", takes_back),
    file("alert", "alert.seen", looks),
    file("operations_csv", "operations.exported"),
    file("charts_csv", "charts.exported"),
    file("changes_csv", "changes.exported", done),
    file("run_log", "log.exported", done),
    file("hold_csv", "hold.exported", hold),
    file("problems_csv", "problems.exported"),
    file("updates_csv", "updates.exported"),
    file("alerts_csv", "alerts.exported"),
    file("activity_csv", "activity.exported"),
)
