"""What a destruction leaves, and why: said before it and on its certificate. Pure (C34)."""

from core.vocabulary import DestructionKind

AUDIT = (
    "The audit of who did what: it holds numbers, codes and the addresses of staff, no value of a"
    " record, and proves this certificate."
)
FIGURES = "Figures of runs (how many people, when, by whom): they say nothing about one person."
SETTINGS = "Settings, rules, schools and users of the district: they are no records of people."
RECORDS = (
    "The records of people themselves, with their links: they are the district's own, and other"
    " sources may have filled them."
)
RECORDS_TOUCHED = (
    "Records that something else than an import from Clever has touched, or of which the log of"
    " their creation was purged before: they are the district's own."
)
YOUNGER = "Whatever is younger than it is kept for, and all records."

STAYS = {
    DestructionKind.NIGHT: (YOUNGER, FIGURES, AUDIT),
    DestructionKind.DISTRICT: (RECORDS, SETTINGS, FIGURES, AUDIT),
    DestructionKind.PERSON: (
        "Records of all other people.",
        "A note that keeps this person out, if it was asked for: a hash of a Clever ID, from which"
        " nobody can read who it is.",
        FIGURES,
        AUDIT,
    ),
}


def stays(kind: str, *, records: bool = False) -> tuple[str, ...]:
    """The sentences for a destruction of this kind; with `records`, also whole records went."""
    found = STAYS[DestructionKind(kind)]
    if records:
        return tuple(RECORDS_TOUCHED if sentence == RECORDS else sentence for sentence in found)
    return found
