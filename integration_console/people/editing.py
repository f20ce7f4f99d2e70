"""The form of one record: what it offers to this user, and what it says beside each field."""

from collections.abc import Collection, Mapping
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from accounts.access import Ability, Access
from core.vocabulary import DataType, Policy, RulesetState, Status
from imports.ownership import LOCKED, Owner
from integration_console.people.facts import keys_of, value_of
from integration_console.people.forms import PersonForm
from mappings.models import CodeRule
from schools.models import Person, PersonSite, School
from schools.queries import labels, schools_of
from schools.targets import LOCAL_CODES

SET_BACK = "Clever will set this back at the next sync."
FIRST_ONLY = "Clever fills this only while it is blank."
NO_SYNC = "Locked: no sync writes this field."


def choosable(access: Access) -> list[School]:
    """The schools at which this user may place people."""
    schools = schools_of(access.district)
    return list(schools if access.schools is None else schools.filter(pk__in=access.schools))


def local_codes(access: Access, types: Collection[DataType]) -> dict[str, list[str]]:
    """The values that the district's code tables make of Clever's codes, by field."""
    rules = CodeRule.objects.filter(
        ruleset__district=access.district,
        ruleset__state=RulesetState.ACTIVE,
        ruleset__data_type__in=[str(t) for t in types],
        field__in=list(LOCAL_CODES),
    )
    found: dict[str, list[str]] = {}
    for field, value in rules.order_by("pk").values_list("field", "value"):
        found.setdefault(field, []).append(value)
    return found


def new_form(access: Access, data_type: DataType, data: QueryDict | None) -> PersonForm:
    """The empty form of a new record."""
    return PersonForm(
        data,
        types=[data_type],
        keys=seen_keys(access, [data_type]),
        labels=labels(access.district),
        schools=choosable(access),
        codes=local_codes(access, [data_type]),
        notes={},
        initial={"status": str(int(Status.ACTIVE))},
    )


def seen_keys(access: Access, types: Collection[DataType]) -> list[str]:
    """The fields that people may write by hand and this user may see, in the page's order."""
    return [
        key for _, keys in keys_of(types) for key in keys if key != "clever_id" and access.sees(key)
    ]


def edit_form(
    access: Access, person: Person, owners: Mapping[str, Owner], data: Mapping[str, Any] | None
) -> PersonForm:
    """The form of a record as it is now."""
    types = [DataType(role) for role in person.roles]
    schools = choosable(access)
    before = initial_of(person, schools)
    codes = local_codes(access, types)
    for key in LOCAL_CODES:
        codes.setdefault(key, []).append(before.get(key) or "")
    return PersonForm(
        data,
        types=types,
        keys=seen_keys(access, types),
        labels=labels(access.district),
        schools=schools,
        codes=codes,
        notes={key: note for key in owners if (note := note_of(owners[key]))},
        site_required=person.school_id is not None,
        fixed=is_elsewhere(access, person),
        lockable=access.may(Ability.LOCK) and person.clever_id is not None,
        initial=before,
    )


def is_elsewhere(access: Access, person: Person) -> bool:
    """Whether the person belongs to a school that a Librarian may not see."""
    here = access.schools
    return here is not None and person.school_id is not None and person.school_id not in here


def initial_of(person: Person, schools: Collection[School]) -> dict[str, Any]:
    """The texts of the form for a record."""
    shown = {school.pk for school in schools}
    sites = PersonSite.objects.filter(person=person).order_by("school")
    others = [pk for pk in sites.values_list("school_id", flat=True) if pk in shown]
    texts: dict[str, Any] = {
        key: text_of(value_of(person, key, []))
        for _, keys in keys_of(DataType(role) for role in person.roles)
        for key in keys
    }
    texts["additional_sites"] = [str(pk) for pk in others]
    texts["revision"] = person.revision
    texts["since"] = int(timezone.now().timestamp() * 1000)
    return texts


def text_of(value: object) -> str:
    return "" if value is None else str(value)


def note_of(owner: Owner) -> str:
    """What a sync does with this field."""
    if owner.kind == LOCKED:
        return NO_SYNC
    if owner.policy == Policy.CLEVER_DECIDES:
        return SET_BACK
    return FIRST_ONLY if owner.policy == Policy.FILL_WHEN_BLANK else ""


def brought_together(form: PersonForm, now: PersonForm) -> QueryDict:
    """What to send again after somebody else was faster: what was typed, on what stands now."""
    data = QueryDict(mutable=True)
    typed = {*form.written, "keep", "keep_reason"}
    for name in now.fields:
        current = now.get_initial_for_field(now.fields[name], name)
        bound = form[name] if name in form.fields and name in typed else None
        put(data, name, bound.value() if bound else current)
        put(data, f"initial-{name}", current)
    return data


def put(data: QueryDict, name: str, value: Any) -> None:
    data.setlist(name, [text_of(v) for v in value] if isinstance(value, list) else [text_of(value)])
