"""What the pages of files, and the page of a run from one, show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.forms import BoundField

from core.problems import ConsoleError
from core.vocabulary import DataType, RunMode, RunState, Trigger
from imports.from_file.actions import begun_with, refuse
from imports.from_file.choice import Choice, keys_of, proposed, writable
from imports.from_file.delivered import delivered
from imports.from_file.forms import ChoiceForm
from imports.models import FileLine, PeopleFile, Run
from imports.words import listed
from schools.models import District
from schools.queries import labels
from schools.targets import Target

SAMPLES = 3
NEWEST = 50
MASK = "•••"
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True)
class Column:
    """A column of a file: its heading, its first cells, and where it shall go."""

    heading: str
    samples: list[str]
    field: BoundField
    left_out: bool


@dataclass(frozen=True)
class FileRun:
    """What the page of a run says of its file.

    `columns` are (heading, field). `importable`: this test may be imported now; `refused` says why
    not, `begun` is the import that it was used for.
    """

    file: PeopleFile | None
    key_heading: str
    key: str
    columns: list[tuple[str, str]]
    clears: bool
    importable: bool = False
    refused: str = ""
    begun: Run | None = None


def files_of(district: District) -> QuerySet[PeopleFile]:
    """The district's files, newest first, with their runs."""
    runs = Run.objects.order_by("-pk")
    files = PeopleFile.objects.filter(district=district).order_by("-pk")
    return files.select_related("district").prefetch_related(Prefetch("runs", queryset=runs))


def columns_of(file: PeopleFile, form: ChoiceForm) -> list[Column]:
    """The columns with their first cells."""
    lines = FileLine.objects.filter(file=file).order_by("number")
    cells = list(lines.values_list("cells", flat=True)[:SAMPLES])
    return [
        Column(
            heading,
            [row[place] for row in cells if row[place]],
            form[f"column-{place}"],
            heading in file.left_out,
        )
        for place, heading in enumerate(file.columns)
    ]


def offered(file: PeopleFile, data_type: DataType) -> tuple[list[Target], list[str]]:
    """The fields that the file may write, and the names of those that Clever delivers."""
    fed, own = delivered(file.district)[str(data_type)], labels(file.district)
    fields = writable(data_type)
    return (
        [target for target in fields if target.key not in fed],
        [own[target.key] for target in fields if target.key in fed],
    )


def first_guess(file: PeopleFile, data_type: DataType, fields: Sequence[Target]) -> dict[str, str]:
    """What the form begins with: as a file with the same headings was read, else by their names."""
    last = (
        Run.objects.filter(
            district=file.district,
            trigger=Trigger.FILE,
            file__columns=file.columns,
            data_types=[str(data_type)],
        )
        .order_by("-pk")
        .first()
    )
    allowed = {target.key for target in fields}
    if last is not None:
        choice = Choice.of(last)
        chosen, key, column = choice.fields, choice.key, choice.key_column
        blank = "clear" if choice.clears else "keep"
    else:
        chosen = proposed(file.columns, data_type, file.district)
        keys = [target.key for target in keys_of(data_type)]
        by_key = {name: place for place, name in chosen.items() if name in keys}
        key = next((name for name in keys if name in by_key), "")
        column, blank = by_key.get(key, -1), "keep"
    guess = {
        f"column-{place}": name
        for place, name in chosen.items()
        if name in allowed and place != column
    }
    return {**guess, "key": key, "key_column": str(column) if key else "", "blank": blank}


def of_run(run: Run, sees: Callable[[str], bool]) -> FileRun | None:
    """What is said of the file of a run; None for a run of another kind."""
    if run.trigger != Trigger.FILE:
        return None
    choice, own, file = Choice.of(run), labels(run.district), run.file
    headings = file.columns if file else []

    def heading(place: int) -> str:
        return headings[place] if place < len(headings) else f"column {place + 1}"

    begun = begun_with(run) if run.mode == RunMode.TEST else None
    tested = run.mode == RunMode.TEST and run.state == RunState.TESTED and begun is None
    refused = _why_not(run) if tested else ""
    return FileRun(
        file=file,
        key_heading=heading(choice.key_column),
        key=own[choice.key],
        columns=[(heading(place), own[name]) for place, name in sorted(choice.fields.items())],
        clears=choice.clears,
        importable=tested and not refused,
        refused=refused,
        begun=begun,
    )


def _why_not(test: Run) -> str:
    try:
        refuse(test)
    except ConsoleError as refusal:
        return refusal.sentence
    return ""


def delivered_said(names: Sequence[str]) -> str:
    """Why some fields are not offered, in a sentence; "" where all are."""
    if not names:
        return ""
    many = len(names) > 1
    what = f"{listed(list(names))} {'are' if many else 'is'} not offered"
    return f"{what}: by your published rules Clever delivers {'them' if many else 'it'}."


def written_with(file: PeopleFile) -> str:
    """ "Windows-1252, with semicolons between the cells"."""
    return f"{file.encoding}, with {DELIMITERS.get(file.delimiter, 'signs')} between the cells"
