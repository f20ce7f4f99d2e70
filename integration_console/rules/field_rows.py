"""The lines of Match Fields, ready to be shown."""

from dataclasses import dataclass

from django.forms.boundfield import BoundField

from integration_console.rules.field_form import MatchFieldsForm
from integration_console.rules.offers import FIXED, NOT_IMPORTED, Offer
from integration_console.rules.samples import Sample, Samples
from schools.targets import TARGETS


@dataclass(frozen=True)
class Row:
    """One line of Match Fields, ready to be shown."""

    label: str
    number: int | None
    required: bool
    match_key: bool
    from_clever: Sample
    here: Sample
    fixed: str = ""
    note: str = ""
    key: str = ""
    source: BoundField | None = None
    policy: BoundField | None = None
    blank: BoundField | None = None
    guess: str = ""
    only: str = ""


def fixed_rows(labels: dict[str, str], samples: Samples) -> list[Row]:
    """The fields that nobody chooses."""
    return [
        Row(
            label=labels[key],
            number=TARGETS[key].number,
            required=key == "clever_id",
            match_key=TARGETS[key].match_key,
            from_clever=Sample(why="Always there"),
            here=samples.from_here(key),
            fixed=source,
            note=note,
        )
        for key, (source, note) in FIXED.items()
    ]


def row(form: MatchFieldsForm, offer: Offer, samples: Samples) -> Row:
    """The line of a field that can be mapped."""
    source = form[f"{offer.key}-source"]
    chosen = source.value()
    return Row(
        label=offer.label,
        number=offer.target.number,
        required=offer.required,
        match_key=offer.target.match_key and chosen != NOT_IMPORTED,
        from_clever=samples.from_clever(offer.key, known(offer, chosen)),
        here=samples.from_here(offer.key),
        key=offer.key,
        source=source,
        policy=form[f"{offer.key}-policy"],
        blank=form[f"{offer.key}-blank"],
        guess=offer.guess_label,
        only=offer.choices[0][1] if len(offer.choices) == 1 else "",
    )


def known(offer: Offer, chosen: object) -> str:
    """The chosen source if it is one of those offered; whatever else was sent is none."""
    fits = chosen != NOT_IMPORTED and chosen in dict(offer.choices)
    return str(chosen) if fits else ""
