"""Guesses for people to accept: which school is which, which field feeds which. Pure.

Nothing here decides anything but what is certain: an identifier or the whole name agrees, and
nothing else on either side has as good a claim.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from core.text import key
from core.vocabulary import DataType
from schools.targets import EXTENSION, targets_of

LIKE_ENOUGH = 80
CLOSEST = 5
_NO_WORD = re.compile(r"[\W_]+")
_SHORT_WORDS: Mapping[str, str] = {
    "es": "elementary school",
    "elem": "elementary",
    "el": "elementary",
    "ms": "middle school",
    "jhs": "junior high school",
    "hs": "high school",
    "jr": "junior",
    "sr": "senior",
    "sch": "school",
    "acad": "academy",
    "ctr": "center",
    "ps": "public school",
}
_COMMON = frozenset("academy elementary high junior middle public school senior the".split())


@dataclass(frozen=True)
class CleverSchool:
    id: str
    name: str
    school_number: str = ""
    sis_id: str = ""
    state_id: str = ""
    nces_id: str = ""


@dataclass(frozen=True)
class LocalSchool:
    id: int
    site_code: str
    name: str
    number: str = ""
    nces_id: str = ""


@dataclass(frozen=True)
class Suggestion:
    """A pair that may be one school. `reasons`: nces_id, number, name, or similar_name."""

    clever_id: str
    school: int
    reasons: tuple[str, ...]
    score: int
    certain: bool


# A Clever school, one of ours, and the reasons for which they may be one.
Pair = tuple[str, int, tuple[str, ...]]


def suggest_schools(
    clever: Sequence[CleverSchool],
    local: Sequence[LocalSchool],
    among: Collection[int] | None = None,
) -> list[Suggestion]:
    """At most one suggestion for each Clever school, in the order of the Clever schools.

    Names that are only alike are looked for `among` these local schools, or all.
    """
    of_clever: dict[str, list[Pair]] = {}
    of_local: dict[int, list[Pair]] = {}
    for pair in _strong_pairs(clever, local):
        of_clever.setdefault(pair[0], []).append(pair)
        of_local.setdefault(pair[1], []).append(pair)
    found: list[Suggestion] = []
    for clever_id, claims in of_clever.items():
        best = max(claims, key=lambda pair: len(pair[2]))
        certain = all(_outdoes(best, rival) for rival in (*claims, *of_local[best[1]]))
        found.append(Suggestion(clever_id, best[1], best[2], 100, certain))
    found += _likely(
        [school for school in clever if school.id not in of_clever],
        [
            school
            for school in local
            if school.id not in of_local and (among is None or school.id in among)
        ],
    )
    order = {school.id: position for position, school in enumerate(clever)}
    return sorted(found, key=lambda suggestion: order[suggestion.clever_id])


def _outdoes(pair: Pair, rival: Pair) -> bool:
    """Whether everything that speaks for a rival speaks for the pair, and more does."""
    return pair == rival or set(pair[2]) > set(rival[2])


def _strong_pairs(clever: Iterable[CleverSchool], local: Iterable[LocalSchool]) -> Iterator[Pair]:
    by_reason: dict[tuple[str, str], list[int]] = {}
    for here in local:
        claims = {("nces_id", _digits(here.nces_id)), ("name", folded(here.name))}
        claims |= {("number", _number(here.number)), ("number", _number(here.site_code))}
        for claim in claims:
            by_reason.setdefault(claim, []).append(here.id)
    for there in clever:
        claims = {("nces_id", _digits(there.nces_id)), ("name", folded(there.name))}
        numbers = (there.school_number, there.sis_id, there.state_id)
        claims |= {("number", _number(number)) for number in numbers}
        reasons: dict[int, set[str]] = {}
        for reason, value in claims:
            for school in by_reason.get((reason, value), ()) if value else ():
                reasons.setdefault(school, set()).add(reason)
        for school, why in reasons.items():
            yield there.id, school, tuple(sorted(why, key=("nces_id", "number", "name").index))


def _likely(clever: Sequence[CleverSchool], local: Sequence[LocalSchool]) -> list[Suggestion]:
    """Names alike as wholes and in the words that tell schools apart; each school once."""
    names = {school.id: spelled_out(school.name) for school in local}
    found = []
    for school in clever:
        name = spelled_out(school.name)
        for other, score, chosen in process.extract(
            name, names, scorer=fuzz.token_sort_ratio, score_cutoff=LIKE_ENOUGH, limit=CLOSEST
        ):
            if fuzz.ratio(_telling(name), _telling(other)) >= LIKE_ENOUGH:
                found.append((min(99, round(score)), school.id, chosen))
    taken: set[str | int] = set()
    suggestions = []
    for score, clever_id, chosen in sorted(found, key=lambda each: -each[0]):
        if not taken & {clever_id, chosen}:
            taken |= {clever_id, chosen}
            suggestions.append(Suggestion(clever_id, chosen, ("similar_name",), score, False))
    return suggestions


def _telling(name: str) -> str:
    """The words of a name without those that every school has; all of them if no other is left."""
    return " ".join(word for word in name.split() if word not in _COMMON) or name


def folded(name: str) -> str:
    """A name without accents, punctuation and case."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(_NO_WORD.sub(" ", key(bare)).split())


def spelled_out(name: str) -> str:
    """A folded name whose usual abbreviations are written in full, for likeness only."""
    return " ".join(_SHORT_WORDS.get(word, word) for word in folded(name).split())


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text).lstrip("0")


def _number(text: str) -> str:
    return key(text).lstrip("0")


def suggest_fields(data_type: DataType, available: Collection[str]) -> dict[str, str]:
    """A first guess (A31): for each field the source that feeds it, "" for Do Not Import.

    The defaults; and for a field that only an extension field can feed here, the one that is
    named like it, for people to confirm.
    """
    guesses: dict[str, str] = {}
    for target in targets_of(data_type):
        if data_type not in target.choices:
            continue
        default = target.default_source[data_type]
        guesses[target.key] = default
        wants_more = any(choice.endswith(EXTENSION) for choice in target.choices[data_type])
        if wants_more and default not in available:
            like = [s for s in sorted(available) if _named_like(target.key, s)]
            guesses[target.key] = like[0] if like else default
    return guesses


def _named_like(field: str, source: str) -> bool:
    _, found, name = source.partition(".ext.")
    words = {"class_year": {"graduationyear", "gradyear", "classyear", "classof"}}
    plain = _NO_WORD.sub("", key(name))
    return bool(found) and plain in words.get(field, {field.replace("_", "")})
