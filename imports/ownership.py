"""Who owns each field of a person: Clever, the people here, or a lock; since when, by which run.

Read from what is kept anyway: the rules in force, the locks, the rows of the imports and the
edits made here (C11, engine.md 9).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection as database
from django.db.models import Q
from django.utils import timezone

from clever_sync.models import MirrorObject
from core.vocabulary import DataType, ImportRule, Policy, RulesetState, RunMode
from imports.queries import IMPORTED
from imports.words import SCHEDULE
from mappings.models import FieldRule
from schools.models import District, FieldLock, Person
from schools.targets import TARGETS

CLEVER, HERE, LOCKED = "clever", "here", "locked"
# Of two rules for one field, that of the teacher stands before that of staff (fields.md).
_ORDER = {str(data_type): place for place, data_type in enumerate(DataType)}
_IMPORTED = """
    SELECT DISTINCT ON (k.name) k.name, r.finished_at, r.id, r.requested_by,
        CASE WHEN r.trigger = 'file' THEN c.why->>'file' || ', line ' || (c.why->>'line') END
    FROM imports_plannedchange c JOIN imports_run r ON r.id = c.run_id
    CROSS JOIN LATERAL jsonb_object_keys(c.after) AS k(name)
    WHERE c.person_id = %s AND r.mode = %s AND r.state = ANY(%s) AND c.exception IS NULL
        AND c.action NOT IN ('conflict', 'reject')
    ORDER BY k.name, c.id DESC
"""
_EDITED = """
    SELECT DISTINCT ON (k.name) k.name, e.at, e.edited_by
    FROM schools_localedit e CROSS JOIN LATERAL jsonb_object_keys(e.after) AS k(name)
    WHERE e.person_id = %s ORDER BY k.name, e.id DESC
"""


@dataclass(frozen=True)
class Written:
    """Who wrote a field last: a run, or somebody here (run is None).

    `file` tells from which line of which file: "roster.csv, line 17" (C27).
    """

    at: datetime | None
    by: str
    run: int | None = None
    file: str = ""


@dataclass(frozen=True)
class Owner:
    """Who decides about a field. `policy` is that of its rule, "" where no rule feeds it."""

    kind: str
    policy: str = ""
    written: Written | None = None
    lock: FieldLock | None = None
    set_back: bool = False

    @property
    def word(self) -> str:
        return {CLEVER: "Clever", HERE: "Kept here", LOCKED: "Locked"}[self.kind]


def policies(district: District, types: Iterable[str]) -> dict[str, str]:
    """The policy of each field that the rules in force feed, for somebody of these types.

    Rules that only add write nobody who is here.
    """
    rules = FieldRule.objects.filter(
        ruleset__district=district,
        ruleset__state=RulesetState.ACTIVE,
        ruleset__data_type__in=list(types),
    ).exclude(ruleset__import_rule=ImportRule.ADD_ONLY)
    found = (
        rules.exclude(source="")
        .exclude(policy=Policy.DO_NOT_IMPORT)
        .values_list("ruleset__data_type", "field", "policy")
    )
    leading = sorted(found, key=lambda rule: _ORDER[rule[0]], reverse=True)
    return {field: policy for _, field, policy in leading}


def owners(person: Person) -> Mapping[str, Owner]:
    """The owner of every field of the table, in five queries.

    Of somebody whom Clever does not share any more, people here own every field.
    """
    now = timezone.now()
    fed = bool(person.clever_id) and not is_gone(person)
    rules = policies(person.district, person.roles) if fed else {}
    written = last_written(person)
    locks = {lock.field: lock for lock in FieldLock.objects.filter(person=person)}
    return {
        key: _owner(person, key, rules.get(key, ""), written.get(key), locks.get(key), now)
        for key in TARGETS
    }


def is_gone(person: Person) -> bool:
    """Whether Clever shared the person once and does not any more."""
    shared = MirrorObject.objects.filter(
        connection__district=person.district, type="user", clever_id=person.clever_id
    )
    return shared.filter(Q(gone_in__isnull=False) | Q(absent_in__isnull=False)).exists()


def _owner(
    person: Person,
    key: str,
    policy: str,
    written: Written | None,
    lock: FieldLock | None,
    now: datetime,
) -> Owner:
    if lock is not None and (lock.until is None or lock.until > now):
        return Owner(LOCKED, policy, written, lock)
    if key == "clever_id":
        return Owner(CLEVER if person.clever_id else HERE, policy, written)
    if key == "status":
        return Owner(CLEVER if written and written.run else HERE, policy, written)
    if policy != Policy.CLEVER_DECIDES:
        return Owner(HERE, policy, written)
    edited = written is not None and written.run is None
    return Owner(CLEVER, policy, written, set_back=edited and person.unsettled)


def last_written(person: Person) -> dict[str, Written]:
    """By whom each field was written last, by an import or here."""
    with database.cursor() as cursor:
        cursor.execute(_IMPORTED, [person.pk, RunMode.LIVE, [str(state) for state in IMPORTED]])
        found = {
            name: Written(at, by or SCHEDULE, run, file or "")
            for name, at, run, by, file in cursor.fetchall()
        }
        cursor.execute(_EDITED, [person.pk])
        for name, at, by in cursor.fetchall():
            imported = found.get(name)
            if imported is None or imported.at is None or imported.at < at:
                found[name] = Written(at, by)
    return found
