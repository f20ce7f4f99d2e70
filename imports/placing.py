"""Where people go who are not linked yet: to a record, into a new one, or before a human.

The matcher judges each of them; what it says becomes a row of the plan (engine.md 4).
"""

from django.db import connection as database

from core.vocabulary import Action, ImportRule, PersonKind
from imports import alert_rows, returning
from imports.batch import Batch, compare, locks_of, remember
from imports.facts import gather
from imports.frame import Frame
from imports.looking import PERSON_SQL, Seen, person_of
from imports.matcher import Decisions, Newcomer, Verdict, judge
from imports.planner import UNLOCKED, plan_exception, plan_newcomer, plan_return
from mappings.spec import Mapped

UNDECIDED = Decisions()


def place(
    frame: Frame,
    kind: PersonKind,
    strangers: list[tuple[Seen, Mapped, Newcomer]],
    batch: Batch,
) -> None:
    """Places people who are not linked yet: to a record, into a new one, or before a human."""
    mapper = frame.mappers[kind]
    sources = {
        name: mapper.rules_for(roles)[column].source
        for roles in {tuple(one.roles) for one, _, _ in strangers}
        for name, column in mapper.key_fields(roles)
    }
    decisions = alert_rows.decisions_for(
        frame.district.pk,
        [one.clever_id for one, _, _ in strangers],
        include_staged=alert_rows.obeys_staged(frame.run),
    )
    decided = {who: d.match for who, d in decisions.items() if d.match is not None}
    facts = gather(frame, kind, [n for _, _, n in strangers], sources, decided)
    deleted = returning.deleted(frame, kind, [one.clever_id for one, _, _ in strangers])
    linked: list[tuple[Seen, Mapped, Verdict]] = []
    for one, mapped, newcomer in strangers:
        decision = decisions.get(one.clever_id, UNDECIDED)
        record = deleted.get(one.clever_id)
        verdict = judge(
            newcomer,
            facts.candidates(newcomer),
            facts.lookalikes.get(one.clever_id, []),
            facts.crowded_keys(newcomer),
            decision,
        )
        if verdict.kind in ("link", "relink"):
            linked.append((one, mapped, verdict))
        elif verdict.kind == "alert":
            _conflict(one, mapped, verdict, batch)
        elif record is not None and record.person["id"] not in decision.never:
            _bring_back(frame, one, mapped, record, batch)
        else:
            _create(frame, one, mapped, verdict, batch)
    _link(frame, linked, batch)


def _conflict(one: Seen, mapped: Mapped, verdict: Verdict, batch: Batch) -> None:
    row = plan_exception(
        Action.CONFLICT,
        mapped,
        clever_id=one.clever_id,
        reason=verdict.reason,
        candidates=[scored.person_id for scored in verdict.candidates],
    )
    row.source_hash = one.content_hash
    batch.rows.append(row)
    batch.alerts.append(
        alert_rows.AlertRow(one.clever_id, mapped.data_type, verdict.reason, verdict.candidates)
    )


def _bring_back(
    frame: Frame, one: Seen, mapped: Mapped, record: returning.Deleted, batch: Batch
) -> None:
    """Deleted here, and shared: the same record again, unless nobody is to be added."""
    import_rule = frame.specs[mapped.data_type].import_rule
    if import_rule is ImportRule.UPDATE_ONLY:
        remember(batch, one, mapped, pending=True)
        return
    person = record.person
    row = plan_return(
        person,
        mapped,
        clever_id=one.clever_id,
        deleted=record.day,
        run_types=frame.types,
        import_rule=import_rule,
        locks=locks_of(frame.district.pk, frame.now, [person["id"]]).get(person["id"], UNLOCKED),
    )
    row.source_hash = one.content_hash
    batch.rows.append(row)


def _create(frame: Frame, one: Seen, mapped: Mapped, verdict: Verdict, batch: Batch) -> None:
    spec = frame.specs[mapped.data_type]
    if spec.import_rule is ImportRule.UPDATE_ONLY:
        remember(batch, one, mapped, pending=True)
        return
    row = plan_newcomer(
        mapped, clever_id=one.clever_id, defaults=spec.defaults, why={"match": verdict.why or "new"}
    )
    row.source_hash = one.content_hash
    batch.rows.append(row)


def _link(frame: Frame, linked: list[tuple[Seen, Mapped, Verdict]], batch: Batch) -> None:
    people = _people(frame, [v.person_id for _, _, v in linked if v.person_id is not None])
    locks = locks_of(frame.district.pk, frame.now, list(people))
    for one, mapped, verdict in linked:
        assert verdict.person_id is not None
        person = people[verdict.person_id]
        compare(frame, one, mapped, person, locks, batch, linked_by=verdict.why or verdict.kind)


def _people(frame: Frame, ids: list[int]) -> dict[int, dict[str, object]]:
    if not ids:
        return {}
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT {PERSON_SQL} FROM schools_person p"
            " WHERE p.district_id = %s AND p.id = ANY(%s)",
            [frame.district.pk, ids],
        )
        found = [person_of(row) for row in cursor.fetchall()]
    return {person["id"]: person for person in found if person is not None}
