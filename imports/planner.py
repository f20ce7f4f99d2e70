"""What would change for one person, and why: the pure heart of the plan (engine.md 5).

Plain values in, a `Row` or None out. No clock, no database, no guess.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from core.text import key
from core.vocabulary import (
    Action,
    BlankPolicy,
    DataType,
    ImportRule,
    LeaverRule,
    Policy,
    Status,
)
from mappings.spec import FieldSpec, Mapped, Value

HERE = (Status.ACTIVE, Status.CARD_LOST, Status.SUSPENDED)
LEAVER_STATUS = {
    LeaverRule.MARK_TRANSFERRED: Status.TRANSFERRED,
    LeaverRule.MARK_INACTIVE: Status.INACTIVE,
}
PRECEDENCE: dict[str, int] = {str(action): place for place, action in enumerate(Action)}
NEVER_CLEARED = frozenset({"last_name", "sis_id", "clever_id"})
DECIMALS = frozenset({"weighted_gpa", "unweighted_gpa"})
GRADES = {grade: place for place, grade in enumerate(["PK", "K", *map(str, range(1, 14))])}
FORMER_LINK = "former_clever_id"
LOCK = "lock"
COLUMNS = {"site": "school_id"}
ADDS_ONLY = "adds_only"
OTHER_THAN_FIELDS = frozenset({"clever_id", "status", "site", "additional_sites"})
Person = Mapping[str, Any]
# The locked fields of a person, each with who locked it and until when: {"locked_by", "until"}.
Locks = Mapping[str, Mapping[str, str]]
UNLOCKED: Locks = {}


@dataclass(slots=True)
class Row:
    """One planned change. `before` and `after` hold just the fields that change."""

    data_type: str
    action: str
    clever_id: str | None
    person_id: int | None = None
    person_revision: int | None = None
    source_hash: bytes | None = None
    school: int | None = None
    old_school: int | None = None
    effects: list[str] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    why: dict[str, Any] = field(default_factory=dict)
    exception: str | None = None


def same(name: str, old: Value, new: Value) -> bool:
    """Whether two values mean the same to a person (engine.md 3)."""
    if old == new:
        return True
    if old is None or new is None:
        return False
    if name in DECIMALS:
        try:
            return Decimal(str(old)) == Decimal(str(new))
        except InvalidOperation:
            return False
    return name == "email" and key(str(old)) == key(str(new))


def plan_existing(
    person: Person,
    mapped: Mapped,
    *,
    clever_id: str,
    run_types: Collection[DataType],
    import_rule: ImportRule,
    locks: Locks = UNLOCKED,
    linked_by: str = "",
    stays: bool = False,
) -> Row | None:
    """The change of somebody who is here; None when nothing changes.

    Who `stays` keeps the school, whichever Clever says (C24).

    `linked_by` names the key or decision by which a person without this Clever ID was found;
    "" means that the person is linked already. Under ADD_ONLY nothing but the link is written.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    effects: list[str] = []
    if stays:
        locks = {**locks, "site": {}}
    if linked_by:
        before["clever_id"], after["clever_id"] = person["clever_id"], clever_id
        effects.append(Action.LINK)
    if import_rule is not ImportRule.ADD_ONLY:
        _fields(person, mapped, locks, before, after)
        _return(person, before, after, effects)
        _site(person, mapped, locks, before, after, effects)
        _roles(person, mapped, run_types, before, after)
    if not after:
        return None
    name_effects(before, after, effects)
    row = Row(
        data_type=mapped.data_type,
        action=min(effects, key=_precedence),
        clever_id=clever_id,
        person_id=person["id"],
        person_revision=person["revision"],
        school=after.get("site", person["school_id"]),
        old_school=person["school_id"],
        effects=effects,
        before=before,
        after=after,
    )
    if linked_by:
        row.why["match"] = linked_by
    if kept := _kept(person, mapped, locks):
        if stays:
            kept["site"]["by"] = ADDS_ONLY
        row.why["kept"] = kept
    return row


def moves_away(person: Person, mapped: Mapped, locks: Locks) -> bool:
    """Whether somebody who is here would go to another school of ours; who returns comes."""
    return (
        person["school_id"] is not None
        and mapped.school not in (None, person["school_id"])
        and person["status_before"] is None
        and "site" not in locks
    )


def _kept(person: Person, mapped: Mapped, locks: Locks) -> dict[str, dict[str, Any]]:
    """What stays as it is here although Clever says otherwise, and what keeps it (H12).

    {field: {"here": value, "clever": value, "by": "lock" or the policy}}; a lock also tells
    "locked_by" and, if it ends, "until". Looked for only where something else changes: a person
    of whom all is kept has no row.
    """
    kept: dict[str, dict[str, Any]] = {
        name: {"here": person[COLUMNS.get(name, name)], "clever": new, "by": LOCK, **locks[name]}
        for name, new in locked_out(person, mapped, locks).items()
    }
    for name, new in mapped.values.items():
        old = person[name]
        if old == new or new is None or name in locks or _may_write(mapped.rules[name], old):
            continue
        if not same(name, old, new):
            kept[name] = {"here": old, "clever": new, "by": str(mapped.rules[name].policy)}
    return kept


def locked_out(person: Person, mapped: Mapped, fields: Collection[str]) -> dict[str, Any]:
    """Of these locked fields the ones for which Clever says otherwise, with what it says (H12)."""
    said: dict[str, Any] = {
        name: new
        for name in fields
        if (new := mapped.values.get(name)) is not None and not same(name, person[name], new)
    }
    if "site" in fields and mapped.school not in (None, person["school_id"]):
        said["site"] = mapped.school
    others = list(mapped.other_schools) if "additional_sites" in mapped.rules else None
    if "additional_sites" in fields and others not in (None, person["additional_sites"]):
        said["additional_sites"] = others
    return said


def _precedence(effect: str) -> int:
    return PRECEDENCE.get(effect, len(PRECEDENCE))


def _fields(
    person: Person,
    mapped: Mapped,
    locks: Locks,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    rules = mapped.rules
    for name, new in mapped.values.items():
        old = person[name]
        if old == new or name in locks or not _may_write(rules[name], old):
            continue
        if not same(name, old, new):
            before[name], after[name] = old, new
    for name in mapped.blanks:
        rule = rules[name]
        old = person[name]
        if (
            old is not None
            and rule.blank is BlankPolicy.CLEAR
            and rule.policy is Policy.CLEVER_DECIDES
            and name not in locks
            and name not in NEVER_CLEARED
        ):
            before[name], after[name] = old, None


def _may_write(rule: FieldSpec, old: Value) -> bool:
    if rule.policy is Policy.CLEVER_DECIDES:
        return True
    return rule.policy is Policy.FILL_WHEN_BLANK and old is None


def _return(
    person: Person, before: dict[str, Any], after: dict[str, Any], effects: list[str]
) -> None:
    """Only a status that a sync wrote is taken back; what people set here stays."""
    if person["status_before"] is not None:
        before["status"], after["status"] = person["status"], person["status_before"]
        effects.append(Action.RESTORE)


def _site(
    person: Person,
    mapped: Mapped,
    locks: Locks,
    before: dict[str, Any],
    after: dict[str, Any],
    effects: list[str],
) -> None:
    if mapped.school not in (None, person["school_id"]) and "site" not in locks:
        before["site"], after["site"] = person["school_id"], mapped.school
        if person["school_id"] is not None:
            effects.append(Action.MOVE)
    others = list(mapped.other_schools)
    rule = mapped.rules.get("additional_sites")
    if rule is None or not _may_write(rule, person["additional_sites"] or None):
        return
    if others != person["additional_sites"] and "additional_sites" not in locks:
        before["additional_sites"], after["additional_sites"] = person["additional_sites"], others


def _roles(
    person: Person,
    mapped: Mapped,
    run_types: Collection[DataType],
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """Roles of the run's types follow Clever; roles of other types stay (C16)."""
    old: list[str] = person["roles"]
    if len(old) == 1 and (*old,) == mapped.roles:
        return
    kept = [role for role in old if DataType(role) not in run_types]
    new = sorted({*kept, *(str(role) for role in mapped.roles)})
    if new and new != sorted(old):
        before["roles"], after["roles"] = sorted(old), new


def name_effects(before: dict[str, Any], after: dict[str, Any], effects: list[str]) -> None:
    """Adds what a change is, beside those of its effects that are named already."""
    changed = after.keys() - OTHER_THAN_FIELDS
    if changed:
        effects.append("new_year" if _is_new_year(changed, before, after) else Action.UPDATE)
    elif not effects:
        effects.append(Action.UPDATE)
    if "birth_date" in after and ("last_name" in after or "first_name" in after):
        effects.append("identity")
    if any(value is None and before[name] is not None for name, value in after.items()):
        effects.append("blank")
    if effects == ["new_year"]:
        effects.append(Action.UPDATE)


def _is_new_year(changed: set[str], before: dict[str, Any], after: dict[str, Any]) -> bool:
    """A grade that rises by one, with the class year that follows from it, is no accident."""
    if not changed <= {"grade", "class_year"} or "grade" not in changed:
        return False
    old, new = GRADES.get(before["grade"]), GRADES.get(after["grade"])
    return old is not None and new is not None and new - old == 1


def plan_return(
    person: Person,
    mapped: Mapped,
    *,
    clever_id: str,
    deleted: str,
    run_types: Collection[DataType],
    import_rule: ImportRule,
    locks: Locks = UNLOCKED,
) -> Row:
    """The return of somebody whose record was deleted here on the day `deleted` (B33).

    The same record is restored and linked, with what Clever says by now.
    """
    row = plan_existing(
        person,
        mapped,
        clever_id=clever_id,
        run_types=run_types,
        import_rule=import_rule,
        locks=locks,
        linked_by=FORMER_LINK,
    )
    assert row is not None
    row.action = Action.RESTORE
    others = (effect for effect in row.effects if effect not in (Action.LINK, Action.RESTORE))
    row.effects = [Action.RESTORE, *others]
    row.before["deleted"], row.after["deleted"] = deleted, None
    return row


def plan_newcomer(
    mapped: Mapped, *, clever_id: str, defaults: Mapping[str, str], why: Mapping[str, Any]
) -> Row:
    """A new record: every value from Clever, and the local defaults for what it lacks (B13)."""
    after: dict[str, Any] = {
        name: value for name, value in defaults.items() if name not in mapped.values
    }
    after.update(mapped.values)
    after["clever_id"] = clever_id
    after["site"] = mapped.school
    after["status"] = int(Status.ACTIVE)
    after["roles"] = sorted(str(role) for role in mapped.roles)
    if mapped.other_schools and "additional_sites" in mapped.rules:
        after["additional_sites"] = list(mapped.other_schools)
    return Row(
        data_type=mapped.data_type,
        action=Action.CREATE,
        clever_id=clever_id,
        school=mapped.school,
        effects=[Action.CREATE],
        after=after,
        why=dict(why),
    )


def plan_leaver(
    person: Person,
    *,
    data_type: DataType,
    rule: LeaverRule,
    confirmed: bool,
) -> Row | None:
    """Somebody linked who is no longer shared; None when the rule or the record says: leave.

    A person whose status was set here to Transferred, Inactive or Other stays as set.
    """
    status = LEAVER_STATUS.get(rule)
    if status is None or person["status"] not in HERE or person["protected"]:
        return None
    return Row(
        data_type=data_type,
        action=Action.TRANSFER,
        clever_id=person["clever_id"],
        person_id=person["id"],
        person_revision=person["revision"],
        school=person["school_id"],
        old_school=person["school_id"],
        effects=[Action.TRANSFER],
        before={"status": person["status"]},
        after={"status": int(status)},
        why={"absence": "confirmed" if confirmed else "unconfirmed"},
    )


def plan_exception(
    action: Action,
    mapped: Mapped,
    *,
    clever_id: str,
    reason: str,
    person_id: int | None = None,
    candidates: Sequence[int] = (),
) -> Row:
    """A CONFLICT (to alert) or a REJECT (a record that cannot be): nothing is written."""
    row = Row(
        data_type=mapped.data_type,
        action=action,
        clever_id=clever_id,
        person_id=person_id,
        school=mapped.school,
        effects=[action],
        why={"reason": reason},
    )
    if candidates:
        row.why["candidates"] = list(candidates)
    return row
