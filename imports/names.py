"""Names as people mean them: folded, in parts, by sound. Pure (engine.md 4)."""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler, Levenshtein

_LETTERS = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
})  # fmt: skip
_SPLIT = re.compile(r"[\s\-‐‑‒–—/]+")
_NOT_LETTERS = re.compile(r"[^\w]|_")
_PARTICLES = frozenset(
    "de del della di da das dos du la las le los van von der den ter y e".split()
)
_SUFFIXES = frozenset("jr sr ii iii iv".split())
_SOUNDS = (
    ("ph", "f"), ("gh", "g"), ("ck", "k"), ("sch", "s"), ("sh", "s"), ("ch", "s"), ("th", "t"),
    ("x", "ks"), ("q", "k"), ("c", "k"), ("z", "s"), ("j", "y"), ("w", "v"), ("h", ""),
)  # fmt: skip
_VOWELS = re.compile("[aeiouy]+")
_DOUBLED = re.compile(r"(.)\1+")
_SHORT_NAMES = (
    "alexander alex sasha", "alexandra alex sasha", "andrew andy drew", "anthony tony",
    "benjamin ben",
    "catherine katherine kate katie kathy cathy", "charles charlie chuck", "christina tina",
    "daniel dan danny", "david dave", "deborah debbie", "dorothy dot", "edward ed eddie ted",
    "elizabeth liz beth betsy eliza lisa", "francisco paco pancho", "guadalupe lupe",
    "isabel isabella bella", "james jim jimmy jamie", "john jack johnny", "jose pepe",
    "joseph joe joey", "margaret maggie meg peggy", "matthew matt", "michael mike mikey",
    "nicholas nick", "patricia pat patty", "rebecca becky", "richard rick dick richie",
    "robert bob bobby rob", "samuel sam", "samantha sam", "stephen steven steve", "susan sue",
    "theodore ted theo", "thomas tom tommy", "victoria vicky tori", "william bill billy will",
)  # fmt: skip
SHORTEST_STEM = 3
NEARLY = 0.94


def _short_forms() -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    for number, group in enumerate(_SHORT_NAMES):
        for name in group.split():
            groups.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in groups.items()}


_GROUPS = _short_forms()


def _plain(name: str) -> str:
    """Case folded, without marks and apostrophes; parts stay parts."""
    marked = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in marked if not unicodedata.combining(letter))
    return letters.translate(_LETTERS)


@lru_cache(maxsize=65_536)
def parts(name: str) -> tuple[str, ...]:
    """The parts of a name that tell people apart: no particles, no "Jr."; never empty-handed."""
    found = [_NOT_LETTERS.sub("", part) for part in _SPLIT.split(_plain(name))]
    found = [part for part in found if part]
    telling = [part for part in found if part not in _PARTICLES and part not in _SUFFIXES]
    return tuple(telling or found)


@lru_cache(maxsize=65_536)
def folded(name: str) -> str:
    """One word: without case, marks, apostrophes, hyphens, spaces and "Jr."."""
    found = [_NOT_LETTERS.sub("", part) for part in _SPLIT.split(_plain(name))]
    return "".join(part for part in found if part not in _SUFFIXES) or "".join(found)


@lru_cache(maxsize=65_536)
def sound(name: str) -> str:
    """A small phonetic key: the first letter's sound and the consonants after it."""
    word = folded(name)
    for letters, said in _SOUNDS:
        word = word.replace(letters, said)
    word = _DOUBLED.sub(r"\1", word)
    return word[:1] + _VOWELS.sub("", word[1:])


def alike(one: str, other: str) -> bool:
    """One slip of the pen apart, or nearly: both folded, neither very short."""
    if min(len(one), len(other)) <= SHORTEST_STEM:
        return False
    return Levenshtein.distance(one, other, score_cutoff=1) <= 1 or bool(
        JaroWinkler.similarity(one, other, score_cutoff=NEARLY)
    )


def share_parts(one: str, other: str) -> bool:
    """Whether one name has all parts of the other ("Garcia Lopez", "Garcia")."""
    first, second = set(parts(one)), set(parts(other))
    return bool(first and second) and (first <= second or second <= first)


def last_names_agree(one: str, other: str) -> bool:
    """Equal, one a part of the other, or a slip of the pen apart. Blank never agrees."""
    a, b = folded(one), folded(other)
    return bool(a and b) and (a == b or share_parts(one, other) or alike(a, b))


def first_names_agree(one: str, other: str) -> bool:
    """Equal, part of the other, its initial or its short form, or a slip apart."""
    return is_same_first_name(one, other) or alike(folded(one), folded(other))


def is_same_first_name(one: str, other: str) -> bool:
    """As first_names_agree, but no slips: "Jayden" and "Kayden" may well be twins."""
    a, b = folded(one), folded(other)
    if not a or not b:
        return False
    return a == b or is_short_for(one, other) or share_parts(one, other)


def is_short_for(one: str, other: str) -> bool:
    """ "J." for "Juan", "Chris" for "Christopher", "Bob" for "Robert", either way round."""
    a, b = (parts(one) or ("",))[0], (parts(other) or ("",))[0]
    if len(a) > len(b):
        a, b = b, a
    if (len(a) == 1 or len(a) >= SHORTEST_STEM) and b.startswith(a):
        return True
    return bool(_GROUPS.get(a, frozenset()) & _GROUPS.get(b, frozenset()))
