"""What may feed a local field, as people choose it: the Matching Clever Field list (A32)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from clever_sync.contents import extension_fields, is_extension
from clever_sync.sources import EXTENSION as OF_EXTENSION
from clever_sync.sources import SOURCES
from core.vocabulary import BlankPolicy, DataType, Policy
from integration_console.rules.desk import Desk
from mappings.spec import FieldSpec
from mappings.suggest import suggest_fields
from schools.queries import label
from schools.targets import (
    CLASS_YEAR_FROM_GRADE,
    EXTENSION,
    SOURCES_WHILE_MIGRATING,
    Target,
    targets_of,
)

NOT_IMPORTED = "none"
DO_NOT_IMPORT = (NOT_IMPORTED, "Do Not Import")
GPA_FIELDS = frozenset({"weighted_gpa", "unweighted_gpa"})
# What nobody chooses: one line each, so that the page shows every field.
FIXED: Mapping[str, tuple[str, str]] = {
    "clever_id": ("Clever's own ID", "Required: it is how people are recognised. Fixed."),
    "status": (
        "From being in Clever",
        "Active when new or back, by the leaver rule when gone. What people set here stays.",
    ),
}
POLICIES: tuple[tuple[str, str], ...] = (
    (Policy.CLEVER_DECIDES, "Clever decides"),
    (Policy.FILL_WHEN_BLANK, "Fill when blank"),
    (Policy.ONLY_WHEN_CREATED, "Only when created"),
)
BLANKS: tuple[tuple[str, str], ...] = (
    (BlankPolicy.KEEP, "Blank: keep ours"),
    (BlankPolicy.CLEAR, "Blank: clear ours"),
)


@dataclass(frozen=True)
class Offer:
    """One local field with what may feed it. `choices` hold every source that fits, "none" too.

    `rule` is the rule that stands; `guess` the source of the first guess, where it is another.
    """

    target: Target
    label: str
    rule: FieldSpec
    required: bool
    choices: tuple[tuple[str, str], ...]
    guess: str = ""

    @property
    def key(self) -> str:
        return self.target.key

    @property
    def source(self) -> str:
        """What feeds the field, "" where it is not imported."""
        return "" if self.rule.policy == Policy.DO_NOT_IMPORT else self.rule.source

    @property
    def guess_label(self) -> str:
        return dict(self.choices).get(self.guess, "")


def offers(desk: Desk, filled: Collection[str] = ()) -> list[Offer]:
    """The fields of the desk's data type that can be mapped, in the order of the table.

    `filled` are the sources that people in Clever have values for; they are guessed first.
    """
    sent = extension_fields(desk.connection) if desk.connection else frozenset()
    guesses = suggest_fields(desk.data_type, {*sent, *filled}) if desk.untouched else {}
    rules = {rule.field: rule for rule in desk.spec.fields}
    return [
        offer(desk, target, rules.get(target.key, FieldSpec(target.key, "")), sent, guesses)
        for target in targets_of(desk.data_type)
        if desk.data_type in target.choices
    ]


def offer(
    desk: Desk, target: Target, rule: FieldSpec, sent: Collection[str], guesses: Mapping[str, str]
) -> Offer:
    required = desk.data_type in target.required
    sources = dict.fromkeys(fitting(target, desk.data_type, sent, migrating=desk.migrating))
    if rule.source:
        sources[rule.source] = None  # What stands is always in the list.
    choices = [(source, source_label(source)) for source in sources]
    guess = guesses.get(target.key, "")
    return Offer(
        target=target,
        label=label(desk.district, target.key),
        rule=rule,
        required=required,
        choices=tuple(choices if required else [DO_NOT_IMPORT, *choices]),
        guess=guess if guess != rule.source else "",
    )


def fitting(
    target: Target, data_type: DataType, sent: Collection[str], *, migrating: bool
) -> Iterator[str]:
    """The sources that fit: of the extension fields those that Clever really sends."""
    for choice in target.choices[data_type]:
        if choice.endswith(EXTENSION):
            yield from sorted(key for key in sent if target.accepts(data_type, key))
        else:
            yield choice
    if migrating and target.key == "sis_id":
        yield from SOURCES_WHILE_MIGRATING.get(data_type, ())


def source_label(source: str) -> str:
    """What a source is called in the list."""
    if source == CLASS_YEAR_FROM_GRADE:
        return "Class year based on grade"
    if is_extension(source):
        return f"Extension field: {source.partition(OF_EXTENSION)[2]}"
    return SOURCES[source].label if source in SOURCES else source
