"""What is done, decided, looked at or taken along by a command is told in the audit (C23)."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands
from django.db import transaction

from accounts.models import AuditEvent
from clever_sandbox.running import running_sandbox
from clever_sync.models import Connection
from core.command import operator
from imports.management.commands import (
    approve_hold,
    import_file,
    import_roster,
    process_alerts,
    undo_run,
)
from schools.models import District
from tests.house.floor_plan import PACKAGES
from tests.pages import effects_of_runs as runs
from tests.pages import scenes_joining
from tests.pages.effects_of_settings import DISTRICT_ID, DOCUMENT, connects
from tests.pages.scenes import Scene
from tests.pages.scenes_holds import held
from tests.pages.scenes_operations import staged
from tests.pages.scenes_undo import wrong_domain
from tests.world import speaking_to

pytestmark = pytest.mark.django_db
Words = list[object]


@dataclass(frozen=True)
class Command:
    """A command with words by which it succeeds, and the row that it leaves.

    `anywhere`: the row belongs to no district.
    """

    name: str
    verb: str
    words: Callable[[Scene, Path], Words]
    anywhere: bool = False


def maple(*words: object) -> Callable[[Scene, Path], Words]:
    return lambda scene, folder: ["maple", *words]


def lines(text: str, *words: object) -> Callable[[Scene, Path], Words]:
    """The district and a file of these lines."""

    def write(scene: Scene, folder: Path) -> Words:
        path = folder / "lines"
        path.write_text(text, encoding="utf-8")
        return ["maple", str(path), *words]

    return write


def connect(scene: Scene, folder: Path) -> Words:
    connects(scene)
    return ["maple", DISTRICT_ID]


def enabled(scene: Scene, folder: Path) -> Words:
    District.objects.filter(pk=scene.district.pk).update(clever_enabled=False)
    return ["maple"]


def processed(scene: Scene, folder: Path) -> Words:
    staged(runs.alert(scene), "match")
    return ["maple"]


def double(scene: Scene, folder: Path) -> Words:
    return ["maple", *(person.pk for person in scenes_joining.double(scene))]


def run(scene: Scene, folder: Path) -> Words:
    return [scene.runs["done"].pk]


def switched_off(scene: Scene, folder: Path) -> Words:
    Connection.objects.filter(district=scene.district).update(enabled=False)
    return ["maple", "--yes"]


FILE = ("--key", "sis_id", "--map", "Language=home_language")
COMMANDS = (
    Command(
        "create_district",
        "district.create",
        lambda s, f: ["elm", "--name", "Elm", "--time-zone", "UTC"],
    ),
    Command(
        "create_support",
        "support.create",
        lambda s, f: ["new@support.example", "--json"],
        anywhere=True,
    ),
    Command(
        "load_schools", "schools.load", lines("site_code,name,number,nces_id\nNEW,New School,,\n")
    ),
    Command(
        "load_people", "people.load", lines("last_name,site\nNovak,S01\n", "--type", "student")
    ),
    Command("connect_clever", "clever.connect", connect),
    Command("match_schools", "school.match", maple("--auto")),
    Command("export_settings", "settings.download", maple()),
    Command("import_settings", "settings.load", lines(json.dumps(DOCUMENT))),
    Command("enable_clever", "district.enable", enabled),
    Command("reset_clever", "configuration.reset", maple()),
    Command("import_roster", "test started", maple("--test")),
    Command(
        "import_file",
        "test of a file started",
        lines("SIS ID,Language\n1,Hmong\n", *FILE, "--test"),
    ),
    Command("import_file", "file.uploaded", lines("SIS ID,Language\n1,Hmong\n", *FILE)),
    Command("export_changes", "changes.exported", run),
    Command("export_records", "people.export", maple("--type", "student")),
    Command("list_alerts", "alerts.exported", maple()),
    Command("decide_alert", "alert create", lambda s, f: [runs.alert(s).pk, "--create"]),
    Command("process_alerts", "alerts processed", processed),
    Command("approve_hold", "hold approved", lambda s, f: [held(s, 5).pk]),
    Command("discard_hold", "hold discarded", lambda s, f: [held(s, 5).pk]),
    Command("undo_run", "undo started", lambda s, f: [wrong_domain(s, 4).pk]),
    Command("explain_person", "person.explained", lambda s, f: ["maple", s.person.clever_id]),
    Command("merge_people", "person.seen", double),
    Command("merge_people", "people.merged", lambda s, f: [*double(s, f), "--do"]),
    Command("unlink_person", "person.seen", lambda s, f: ["maple", s.person.pk]),
    Command("unlink_person", "person.unlinked", lambda s, f: ["maple", s.person.pk, "--do"]),
    Command("destroy_data", "values.destroyed.district", switched_off),
    Command("purge", "values.purged", lambda s, f: [], anywhere=True),
)
WITHOUT_A_ROW = {
    "doctor": "It looks at the installation, and at nobody.",
    "list_holds": "It prints figures, and no person.",
    "prepare_demonstration": "It plays by the actions of the product, which tell what they do.",
    "run_due": "It does what the clock does; what begins by itself is told as the schedule's.",
    "state_digest": "It prints one hash.",
    "verify_certificates": "It compares certificates with the audit, and looks at nobody.",
    "verify_audit": "It looks at the audit itself, and prints no row of it.",
}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are begun, and not waited for."""
    for module in (approve_hold, import_file, import_roster, process_alerts, undo_run):
        monkeypatch.setattr(module, "follow", lambda run, **_: run)


def test_C23_every_command_is_told_with_who_what_and_where(
    maple: Scene, quick: None, tmp_path: Path
) -> None:
    untold = []
    with running_sandbox(students=1, schools=1) as sandbox, speaking_to(sandbox):
        for command in COMMANDS:
            with transaction.atomic():
                untold += told(command, maple, tmp_path)
                transaction.set_rollback(True)
    assert not untold, "\n".join(untold)


def told(command: Command, scene: Scene, folder: Path) -> list[str]:
    """Nothing, if the command left its row; else what it did instead."""
    words, out = command.words(scene, folder), StringIO()
    newest = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with suppress(SystemExit):  # A run that was only begun has not come to a good end.
        call_command(command.name, *map(str, words), stdout=out, stderr=out)
    left = AuditEvent.objects.filter(pk__gt=newest)
    mine = left.filter(actor=operator(), verb=command.verb, district__isnull=command.anywhere)
    said = f"{list(left.values_list('actor', 'verb'))} {out.getvalue()[:300]}"
    return [] if mine.exists() else [f"{command.name}: {said}"]


def test_C23_no_command_is_left_out() -> None:
    ours = {name for name, app in get_commands().items() if app in PACKAGES}
    assert ours == {command.name for command in COMMANDS} | WITHOUT_A_ROW.keys()
