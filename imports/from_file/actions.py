"""Uploading a file, testing what it would change, importing just that, and forgetting it (C27)."""

from typing import BinaryIO

from django.db import IntegrityError, transaction

from accounts.audit import record
from core.problems import ConsoleError
from core.vocabulary import ACTIVE_RUN_STATES, RunMode, RunState, Trigger
from imports import bell
from imports.actions import TEST_IS_GOOD_FOR, USES_UP, Started, give_way, supersede
from imports.from_file.choice import Choice, check
from imports.from_file.staging import stage
from imports.lease import database_now
from imports.limits import noted
from imports.models import FileLine, PeopleFile, Run
from imports.queries import active_run
from imports.rows import FORMAT
from schools.models import District

GONE = "The lines of this file are not kept any more. Upload it again."


@transaction.atomic
def upload(*, district: District, name: str, file: BinaryIO, by: str) -> PeopleFile:
    """Stages the lines of a file; no record is touched. Raises ConsoleError, and keeps nothing."""
    kept = stage(district=district, name=name, file=file, by=by)
    record(
        district=district, actor=by, verb="file.uploaded", subject=f"file {kept.pk}",
        lines=kept.lines,
    )  # fmt: skip
    return kept


def start_test(*, file: PeopleFile, choice: Choice, by: str) -> Started:
    """Queues the test of a file, which writes no record; the one that is on, if it is the same.

    Raises ConsoleError if the file may not be read so, or while another run is on.
    """
    return _start(file, choice, by, RunMode.TEST)


def start_import(*, test: Run, by: str) -> Started:
    """Queues the import of what a finished test has shown; sent again, it answers with that run.

    It plans once more, and waits for a decision if that comes to anything else than the test.
    Raises ConsoleError with what it is refused for; nothing is changed then.
    """
    begun = begun_with(test)
    if begun is not None:
        return Started(begun, created=False)
    refuse(test)
    assert test.file is not None
    return _start(test.file, Choice.of(test), by, RunMode.LIVE, tested=test)


def start_untested(*, file: PeopleFile, choice: Choice, by: str, approved: bool = False) -> Started:
    """Queues an import without a test, by the operator's word; `approved`: however large it is.

    Raises ConsoleError as start_test does.
    """
    return _start(file, choice, by, RunMode.LIVE, approved=approved)


def remove(*, file: PeopleFile, by: str) -> bool:
    """Forgets the lines of a file; what was imported from it stays. False if they are gone.

    Raises ConsoleError while a run reads them.
    """
    on = file.runs.filter(state__in=ACTIVE_RUN_STATES).first()
    if on is not None:
        raise ConsoleError(
            f"Run #{on.pk} reads this file just now. Cancel it first, or wait for its end.",
            code="run_is_on",
        )
    with transaction.atomic():
        gone = PeopleFile.objects.filter(pk=file.pk, purged_at=None).update(
            purged_at=database_now()
        )
        if gone:
            FileLine.objects.filter(file=file).delete()
            record(district=file.district, actor=by, verb="file.removed", subject=f"file {file.pk}")
    return bool(gone)


def begun_with(test: Run) -> Run | None:
    """The import that a test was used for already."""
    used = Run.objects.filter(district=test.district_id, tested_run=test)
    return used.filter(state__in=(*USES_UP, RunState.READY)).order_by("-pk").first()


def refuse(test: Run) -> None:
    """Raises ConsoleError if what this test has shown cannot be imported, or not any more."""
    of_file = test.mode == RunMode.TEST and test.trigger == Trigger.FILE
    if not of_file or test.state != RunState.TESTED:
        raise ConsoleError(
            "That test is not finished. Wait for its result.", code="test_unfinished"
        )
    if test.file is None or test.file.purged_at is not None:
        raise ConsoleError(GONE, code="details_purged")
    if test.plan_format != FORMAT:
        raise ConsoleError(
            "The console was upgraded after that test. Test again, so that what you see is what "
            "will be imported.",
            code="test_outdated",
        )
    if test.finished_at is None or database_now() - test.finished_at > TEST_IS_GOOD_FOR:
        raise ConsoleError(
            "That test is more than 24 hours old. Test again, then import.", code="test_too_old"
        )
    check(Choice.of(test), test.file)


def _start(
    file: PeopleFile,
    choice: Choice,
    by: str,
    mode: RunMode,
    *,
    tested: Run | None = None,
    approved: bool = False,
) -> Started:
    if file.purged_at is not None:
        raise ConsoleError(GONE, code="details_purged")
    check(choice, file)
    try:
        with transaction.atomic():
            give_way(file.district)
            supersede(file.district)
            run = Run.objects.create(
                district=file.district,
                mode=mode,
                trigger=Trigger.FILE,
                data_types=[choice.data_type],
                requested_by=by,
                tested_run=tested,
                approved=approved,
                file=file,
                scope=choice.kept,
                own_brakes=noted(file.district, [choice.data_type]),
            )
            verb = "file import started" if mode is RunMode.LIVE else "test of a file started"
            record(
                district=file.district, actor=by, verb=verb, subject=f"run {run.pk}", file=file.pk
            )
            bell.ring(run.pk)
    except IntegrityError:
        return Started(_on(file, choice, mode), created=False)
    return Started(run, created=True)


def _on(file: PeopleFile, choice: Choice, mode: RunMode) -> Run:
    """The run that is on, if it is the very one that was asked for. Raises ConsoleError else."""
    on = active_run(file.district)
    if on is not None and on.file_id == file.pk and (on.mode, on.scope) == (mode, choice.kept):
        return on
    which = f"Run #{on.pk} is going on" if on else "Another run was going on"
    raise ConsoleError(
        f"{which}. Try again when it has finished, so that both know what they write.",
        code="run_is_on",
    )
