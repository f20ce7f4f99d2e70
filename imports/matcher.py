"""Who of our records a person of Clever is, if anyone can say it for certain. Pure (engine.md 4).

1. What a person decided about this pair is obeyed.
2. A key points to a record when both sides have the same value, not blank (B20), and nobody else
   has it, neither in Clever nor here. A doubled SIS ID is always for a person to decide, a
   doubled number where no stronger key points; a doubled e-mail address says next to nothing.
3. All keys point to one record: linked, unless name and birth date both contradict. The e-mail
   address alone needs agreeing names. A record whose Clever ID has gone needs the SIS ID and
   an agreeing name or birth date.
4. Keys point to several records, or to a contradiction: a person decides.
5. No key points anywhere: whoever looks likely (imports.likeness) is shown to a person; else new.

Usernames never match anyone: no key of that name is looked at. The order in which candidates
come makes no difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.vocabulary import Status
from imports import names
from imports.likeness import Candidate, Newcomer, Scored, is_likely, scored

__all__ = ["Candidate", "Decisions", "Newcomer", "Scored", "Verdict", "judge"]

KEYS = (
    "legacy_id", "sis_id", "student_number", "teacher_number", "staff_id", "community_id",
    "barcode", "email",
)  # fmt: skip
WEAK = "email"
LEFT = (Status.TRANSFERRED, Status.INACTIVE)
SHOWN_AT_MOST = 10
BY_DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people decided about one person of Clever: never these, this one, or a new record."""

    never: frozenset[int] = frozenset()
    match: int | None = None
    create: bool = False


@dataclass(slots=True)
class Verdict:
    """`kind`: "link", "relink", "create" or "alert".

    `why` is the key that led to the record, "decision", or "" for a new one; `reason` is the
    problem code of an alert, whose candidates stand best first.
    """

    kind: str
    person_id: int | None = None
    why: str = ""
    reason: str = ""
    candidates: list[Scored] = field(default_factory=list)


@dataclass(slots=True)
class _Pointing:
    """The records that keys point to, and those that only a doubled key points to."""

    by_person: dict[int, Candidate]
    keys: dict[int, list[str]]
    doubtful: dict[int, Candidate]
    doubled: str = ""


def judge(
    newcomer: Newcomer,
    candidates_by_key: Mapping[str, Sequence[Candidate]],
    lookalikes: Sequence[Candidate],
    crowded: frozenset[str],
    decisions: Decisions,
) -> Verdict:
    """Places one person of Clever who is not linked yet.

    `crowded` are the key names whose value more than one living person of Clever has. A record
    that was decided for must stand among the candidates or lookalikes; if it is not there any
    more, or is somebody else's by now, the decision counts for nothing (H08).
    """
    if not (candidates_by_key or lookalikes or crowded):
        # Nobody to be taken for: nearly everybody, at a first import.
        return Verdict("create", why=BY_DECISION if decisions.create else "")
    known = _known(candidates_by_key, lookalikes, decisions.never)
    decided = known.get(decisions.match) if decisions.match is not None else None
    if decided is not None and decided.link != "living":
        return Verdict(_link_kind(decided), decided.person_id, why=BY_DECISION)
    if decisions.create:
        return Verdict("create", why=BY_DECISION)
    pointing = _pointing(newcomer, candidates_by_key, crowded, known)
    if pointing.doubled:
        everyone = {**pointing.by_person, **pointing.doubtful}
        return _alert(newcomer, pointing.doubled, everyone.values(), lookalikes, known)
    if len(pointing.by_person) > 1:
        people = pointing.by_person.values()
        return _alert(newcomer, "several_candidates", people, lookalikes, known)
    for candidate in pointing.by_person.values():
        keys = pointing.keys[candidate.person_id]
        reason = _objection(newcomer, candidate, keys)
        if reason:
            return _alert(newcomer, reason, [candidate], lookalikes, known)
        return Verdict(_link_kind(candidate), candidate.person_id, why=keys[0])
    return _by_likeness(newcomer, known)


def _known(
    candidates_by_key: Mapping[str, Sequence[Candidate]],
    lookalikes: Sequence[Candidate],
    never: frozenset[int],
) -> dict[int, Candidate]:
    """Everyone worth a thought, by id, in an order that is always the same."""
    found = {c.person_id: c for people in candidates_by_key.values() for c in people}
    found.update({c.person_id: c for c in lookalikes})
    return {person_id: found[person_id] for person_id in sorted(found) if person_id not in never}


def _pointing(
    newcomer: Newcomer,
    candidates_by_key: Mapping[str, Sequence[Candidate]],
    crowded: frozenset[str],
    known: Mapping[int, Candidate],
) -> _Pointing:
    found = _Pointing({}, {}, {})
    for name in KEYS:
        value = newcomer.keys.get(name)
        if not value:
            continue
        people = {
            c.person_id: known[c.person_id]
            for c in candidates_by_key.get(name, ())
            if c.person_id in known and c.keys.get(name) == value
        }
        if name == WEAK:
            _point_by_email(newcomer, people, name in crowded, found)
        elif name not in crowded and len(people) <= 1:
            _point(name, people, found)
        elif name == "sis_id" or (people and not found.by_person):
            found.doubtful.update(people)
            found.doubled = found.doubled or _doubled(name, in_clever=name in crowded)
    return found


def _point(name: str, people: Mapping[int, Candidate], found: _Pointing) -> None:
    found.by_person.update(people)
    for person_id in people:
        found.keys.setdefault(person_id, []).append(name)


def _doubled(name: str, *, in_clever: bool) -> str:
    kind = "sis_id" if name == "sis_id" else "number"
    return f"{kind}_twice_in_clever" if in_clever else f"{kind}_twice_here"


def _point_by_email(
    newcomer: Newcomer, people: Mapping[int, Candidate], crowded: bool, found: _Pointing
) -> None:
    """The weak key. A family shares one address, and addresses are given again: beside a stronger
    key, and for a record that is another's, it counts only where the names agree with it."""
    if crowded:
        return
    plausible = {i: c for i, c in people.items() if i in found.by_person or _agree(newcomer, c)}
    if len(people) > 1:
        if plausible and not found.by_person:
            found.doubtful.update(plausible)
            found.doubled = found.doubled or "several_candidates"
        return
    alone = not found.by_person and all(c.link == "free" for c in people.values())
    _point(WEAK, people if alone else plausible, found)


def _objection(newcomer: Newcomer, candidate: Candidate, keys: Sequence[str]) -> str:
    """Why this record may not be linked without a person; "" if it may."""
    if candidate.link == "living":
        return "linked_to_another"
    if candidate.link == "gone":
        agrees = _names_agree(newcomer, candidate) or _births_agree(newcomer, candidate)
        return "" if "sis_id" in keys and agrees else "clever_id_changed"
    if list(keys) == [WEAK] and not _may_link_by_email(newcomer, candidate):
        return "name_and_birth_differ"
    if not _names_contradict(newcomer, candidate) or _births_agree(newcomer, candidate):
        return ""
    if _births_contradict(newcomer, candidate) or candidate.status in LEFT:
        return "name_and_birth_differ"
    return ""


def _by_likeness(newcomer: Newcomer, known: Mapping[int, Candidate]) -> Verdict:
    likely = [c for c in known.values() if is_likely(newcomer, c)]
    if not likely:
        return Verdict("create")
    candidates = _best_first(newcomer, likely)
    best = known[candidates[0].person_id]
    reason = {"gone": "clever_id_changed", "living": "linked_to_another"}
    return Verdict("alert", reason=reason.get(best.link, "likely_duplicate"), candidates=candidates)


def _alert(
    newcomer: Newcomer,
    reason: str,
    people: Iterable[Candidate],
    lookalikes: Sequence[Candidate],
    known: Mapping[int, Candidate],
) -> Verdict:
    shown = {c.person_id: c for c in people}
    for one in lookalikes:
        if one.person_id in known and is_likely(newcomer, one):
            shown.setdefault(one.person_id, one)
    return Verdict("alert", reason=reason, candidates=_best_first(newcomer, shown.values()))


def _best_first(newcomer: Newcomer, people: Iterable[Candidate]) -> list[Scored]:
    found = sorted((scored(newcomer, c) for c in people), key=lambda s: (-s.score, s.person_id))
    return found[:SHOWN_AT_MOST]


def _link_kind(candidate: Candidate) -> str:
    return "relink" if candidate.link == "gone" else "link"


def _names_agree(newcomer: Newcomer, candidate: Candidate) -> bool:
    return names.last_names_agree(
        newcomer.last_name, candidate.last_name
    ) and names.first_names_agree(newcomer.first_name, candidate.first_name)


def _names_contradict(newcomer: Newcomer, candidate: Candidate) -> bool:
    """Whether first or last name is known on both sides and differs."""
    last = names.folded(newcomer.last_name) and names.folded(candidate.last_name)
    first = names.folded(newcomer.first_name) and names.folded(candidate.first_name)
    return bool(
        (last and not names.last_names_agree(newcomer.last_name, candidate.last_name))
        or (first and not names.first_names_agree(newcomer.first_name, candidate.first_name))
    )


def _births_agree(newcomer: Newcomer, candidate: Candidate) -> bool:
    return newcomer.birth_date is not None and newcomer.birth_date == candidate.birth_date


def _births_contradict(newcomer: Newcomer, candidate: Candidate) -> bool:
    both = newcomer.birth_date is not None and candidate.birth_date is not None
    return both and newcomer.birth_date != candidate.birth_date


def _agree(newcomer: Newcomer, candidate: Candidate) -> bool:
    """Plausibly the same person: the last name agrees, and the first name or birth date."""
    if not names.last_names_agree(newcomer.last_name, candidate.last_name):
        return False
    return names.first_names_agree(newcomer.first_name, candidate.first_name) or _births_agree(
        newcomer, candidate
    )


def _may_link_by_email(newcomer: Newcomer, candidate: Candidate) -> bool:
    """Agreeing last names, and no other first name: twins share a birth date and an address."""
    if not names.last_names_agree(newcomer.last_name, candidate.last_name):
        return False
    mine, theirs = newcomer.first_name, candidate.first_name
    known = names.folded(mine) and names.folded(theirs)
    return not known or names.is_same_first_name(mine, theirs)
