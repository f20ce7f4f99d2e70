"""Why a person stands here as they do, and who must act if that is not right (C18). Pure.

Plain values in, sentences out: no database, no clock. imports.explaining gathers the values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.vocabulary import Policy, WhoFixes
from imports.planner import locked_out, same
from mappings.spec import FieldSpec, Mapped, Place, Value

WRITES: Mapping[str, str] = {
    "create": "make a new record",
    "link": "link the person to the record here",
    "restore": "bring the record back",
    "move": "move the person to another school",
    "update": "update the record",
    "transfer": "apply the leaver rule",
}


@dataclass(frozen=True)
class Trouble:
    """Something that stands in the way: what, what to do about it, and who can."""

    title: str
    fix: str
    who: WhoFixes


@dataclass(frozen=True)
class Known:
    """What is known about one person.

    `shared`: Clever shares the person now; `confirmed`: that it does not is confirmed; `seen`: it
    was met in some reading. `school_shared`: whether Clever shares the school at which the person
    is, None where that is not known. `action` is what the next sync would do, "" for nothing,
    `fields` how many fields it would write, `kept` how many locks keep something from Clever.
    """

    connected: bool = True
    pulled: bool = True
    here: bool = False
    linked: bool = False
    protected: bool = False
    shared: bool = False
    seen: bool = False
    confirmed: bool = False
    school_shared: bool | None = None
    place: Place | None = None
    school: str = ""
    alert: Trouble | None = None
    reject: Trouble | None = None
    hold: str = ""
    findings: tuple[Trouble, ...] = ()
    action: str = ""
    fields: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Headline:
    """One sentence, and who must act: None where nobody has to."""

    sentence: str
    who: WhoFixes | None = None


def headline(known: Known) -> Headline:
    """Who must act, by the first thing that stands in the way, from Clever to the record."""
    for look in (_reading, _sharing, _record, _place, _waiting, _values):
        found = look(known)
        if found is not None:
            return found
    return _settled(known)


def _reading(known: Known) -> Headline | None:
    if not known.connected:
        return Headline("This district is not connected to Clever yet.", WhoFixes.HERE)
    if not known.pulled:
        return Headline(
            "Clever was not read yet; press Test Import, which changes no record.", WhoFixes.HERE
        )
    return None


def _sharing(known: Known) -> Headline | None:
    if known.shared:
        return None
    if known.protected and known.here:
        return Headline("Clever does not share this person; the record is protected, and kept.")
    if known.hold:
        return Headline(
            f"Clever does not share this person, and the change is held: {known.hold}. Approve the"
            " hold if the person has left. If not, discard it, and look in your SIS and at what"
            " Clever shares.",
            WhoFixes.HERE,
        )
    if known.linked and not known.confirmed and known.seen:
        return Headline(
            "Missing at Clever, but not confirmed yet: nothing is changed before it is, and"
            " nobody has to act unless the person still attends; then look in your SIS."
        )
    was = "Clever does not share this person any more" if known.seen else (
        "Clever does not share this person"
    )  # fmt: skip
    if known.school_shared is False:
        return Headline(
            f"{was}, nor the school: share {known.school or 'the school'} in Clever.",
            WhoFixes.CLEVER,
        )
    if known.school_shared:
        return Headline(
            f"{was}, but others of {known.school or 'the same school'}: look for the person in"
            " your SIS, which feeds Clever.",
            WhoFixes.SIS,
        )
    return Headline(
        f"{was}: look whether the person is in your SIS, and the school shared in Clever.",
        WhoFixes.SIS,
    )


def _record(known: Known) -> Headline | None:
    if known.reject is not None:
        return Headline(f"{known.reject.title}. {known.reject.fix}", known.reject.who)
    return None


def _place(known: Known) -> Headline | None:
    school = known.school or "the school"
    if known.place is Place.UNMATCHED:
        return Headline(
            f"Shared by Clever at {school}, which is matched with no school here: match it.",
            WhoFixes.HERE,
        )
    if known.place is Place.DO_NOT_SYNC:
        return Headline(
            f"Shared by Clever at {school}, which is set to “do not sync” here. If that is not"
            " meant, match the school.",
            WhoFixes.HERE,
        )
    if known.place is Place.NOT_CHOSEN:
        return Headline(
            f"Shared by Clever at {school}, which is not among the chosen schools. If that is not"
            " meant, choose it in Sync Settings.",
            WhoFixes.HERE,
        )
    return None


def _waiting(known: Known) -> Headline | None:
    if known.alert is not None:
        return Headline(f"{known.alert.title}. {known.alert.fix}", known.alert.who)
    if known.hold:
        return Headline(
            f"The change of this person is held: {known.hold}. Approve or discard the hold.",
            WhoFixes.HERE,
        )
    return None


def _values(known: Known) -> Headline | None:
    if not known.findings:
        return None
    first, more = known.findings[0], len(known.findings) - 1
    others = f" ({more} more below)" if more else ""
    return Headline(f"{first.title}{others}. {first.fix}", first.who)


def _settled(known: Known) -> Headline:
    if known.action in WRITES:
        fields = f", writing {known.fields} fields" if known.fields > 1 else ""
        return Headline(f"Nobody has to act: the next sync will {WRITES[known.action]}{fields}.")
    if not known.here:
        return Headline(
            "Shared by Clever, and no record is made here: the import rule only updates people who"
            " are here. Change it in Sync Settings, or create the record by hand.",
            WhoFixes.HERE,
        )
    if known.kept:
        locks = "1 locked field keeps" if known.kept == 1 else f"{known.kept} locked fields keep"
        return Headline(
            f"{locks} another value than Clever's; everything else is as the rules say. Unlock"
            " what Clever shall decide.",
            WhoFixes.HERE,
        )
    return Headline("Nobody has to act: the record says what the rules make of Clever's.")


@dataclass(frozen=True)
class FieldLine:
    """One mapped field: what Clever sends, by which rule it becomes which value, and the record's.

    `code` is the entry of the code table that was used, "" for none. `verdict` is one of
    "same", "writes", "clears", "locked", "policy", "blank", "unusable".
    """

    field: str
    source: str
    raw: str
    code: str
    policy: str
    result: Any
    here: Any
    verdict: str


SAME, WRITES_IT, CLEARS, LOCKED, POLICY, BLANK, UNUSABLE = (
    "same", "writes", "clears", "locked", "policy", "blank", "unusable",
)  # fmt: skip


def field_lines(
    mapped: Mapped,
    payload: Mapping[str, Any],
    codes: Mapping[str, Mapping[str, str]],
    person: Mapping[str, Any] | None,
    locks: Sequence[str],
    changes: Mapping[str, Any],
) -> list[FieldLine]:
    """Each field that a rule feeds. `changes` are the fields that the next sync would write."""
    kept = locked_out(person, mapped, locks) if person is not None else {}
    lines = []
    for name, rule in mapped.rules.items():
        raw = payload.get(rule.source)
        text = ", ".join(raw) if isinstance(raw, list) else str(raw or "")
        result = _result(name, mapped)
        here = None if person is None else person.get("school_id" if name == "site" else name)
        lines.append(
            FieldLine(
                field=name,
                source=rule.source,
                raw=text,
                code=_code(codes.get(name, {}), text, result),
                policy=str(rule.policy),
                result=result,
                here=here,
                verdict=_verdict(name, rule, mapped, here, kept, changes),
            )
        )
    return lines


def _result(name: str, mapped: Mapped) -> Any:
    if name == "site":
        return mapped.school
    if name == "additional_sites":
        return list(mapped.other_schools)
    return mapped.values.get(name)


def _code(table: Mapping[str, str], text: str, result: Value) -> str:
    found = next((code for code, value in table.items() if code == text.strip().lower()), None)
    return f"{text} → {result}" if found is not None and result is not None else ""


def _verdict(
    name: str,
    rule: FieldSpec,
    mapped: Mapped,
    here: Any,
    kept: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> str:
    if name in kept:
        return LOCKED
    if name in changes:
        return CLEARS if changes[name] is None else WRITES_IT
    if any(finding.field == name for finding in mapped.findings) and name not in mapped.values:
        return UNUSABLE
    result = _result(name, mapped)
    if name in mapped.blanks:
        return SAME if here is None else BLANK
    if result in (None, []) or _equal(name, here, result):
        return SAME
    return POLICY if rule.policy != Policy.CLEVER_DECIDES else WRITES_IT


def _equal(name: str, here: Any, result: Any) -> bool:
    return bool(here == result) or (not isinstance(result, list) and same(name, here, result))
