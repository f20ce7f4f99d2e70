"""Unpublished work on the rules: kept, thrown away, published, and never over somebody else's.

`seen` is the id of the version that a person had before the eyes: the draft, else the published
one. Whoever saves or publishes something else than what was seen is told so first.
"""

from dataclasses import replace

from django.db import transaction

from accounts import audit
from core.problems import ConsoleError
from core.vocabulary import DataType, RulesetState
from mappings.actions import discard_draft, lock_rules, publish, save_draft
from mappings.models import Ruleset
from mappings.queries import active_ruleset, draft_of, same_rules, spec_of, written_spec
from mappings.spec import RulesetSpec
from schools.models import District, School


class Overtaken(ConsoleError):
    """Somebody else was quicker. `newest` is the id of what stands there now."""

    def __init__(self, sentence: str, newest: int | None) -> None:
        super().__init__(sentence, code="overtaken")
        self.newest = newest


@transaction.atomic
def keep_draft(
    *, district: District, spec: RulesetSpec, by: str, seen: int | None
) -> Ruleset | None:
    """Keeps these rules as unpublished work; None if they say what is published already, which
    is thereby confirmed.

    Raises Overtaken if somebody else saved or published since `seen`.
    """
    lock_rules(district)
    active, draft = active_ruleset(district, spec.data_type), draft_of(district, spec.data_type)
    _must_have_seen(draft or active, seen)
    if active and same_rules(spec_of(active), spec):
        if draft:
            throw_away(district=district, data_type=spec.data_type, by=by, seen=draft.pk)
        _confirm(active, by)
        return None
    if draft and same_rules(spec_of(draft), spec):
        return draft
    kept = save_draft(district=district, spec=spec, by=by)
    audit.record(district, by, "rules.draft", str(spec.data_type), ruleset=kept.pk)
    return kept


@transaction.atomic
def restore(
    *, district: District, data_type: DataType, version: int, by: str, seen: int | None
) -> Ruleset | None:
    """Makes an earlier version the draft (C26); None if it says what is published already.

    Schools that are not there any more are left out of its scope. Raises Overtaken like
    `keep_draft`, and ConsoleError where there is no such version.
    """
    published = Ruleset.objects.filter(district=district, data_type=data_type, version=version)
    found = published.exclude(state=RulesetState.DRAFT).first()
    if found is None:
        raise ConsoleError(f"There is no version {version} that was published here.")
    spec = written_spec(found)
    here = School.objects.filter(district=district, pk__in=spec.schools)
    spec = replace(spec, schools=frozenset(here.values_list("pk", flat=True)))
    kept = keep_draft(district=district, spec=spec, by=by, seen=seen)
    audit.record(district, by, "rules.restore", str(data_type), version=version)
    return kept


@transaction.atomic
def throw_away(*, district: District, data_type: DataType, by: str, seen: int | None) -> bool:
    """Discards the draft; returns whether there was any. Raises Overtaken."""
    lock_rules(district)
    draft = draft_of(district, data_type)
    if draft is None:
        return False
    _must_have_seen(draft, seen)
    discard_draft(district=district, data_type=data_type)
    audit.record(district, by, "rules.discard", str(data_type), ruleset=seen or 0)
    return True


@transaction.atomic
def publish_draft(
    *, district: District, data_type: DataType, by: str, seen: int | None, over: int | None = None
) -> Ruleset:
    """Publishes the draft that was seen.

    Raises Overtaken if the draft is another one by now, or if somebody has published a version
    since it was begun and `over` does not name that version; ConsoleError for what cannot be.
    """
    lock_rules(district)
    active, draft = active_ruleset(district, data_type), draft_of(district, data_type)
    if draft is None:
        raise ConsoleError("There is nothing to publish: all that was saved is published.")
    _must_have_seen(draft, seen)
    if active and draft.based_on not in (None, active.version) and over != active.version:
        raise Overtaken(
            f"{active.created_by or 'Somebody'} has published version {active.version} since this"
            " draft was begun. Nothing was published. Look at both, then publish once more.",
            draft.pk,
        )
    return publish(district=district, spec=written_spec(draft), by=by)


def _confirm(active: Ruleset, by: str) -> None:
    """Notes who was the first to look at a published version and to save it as it is."""
    if active.confirmed_by:
        return
    Ruleset.objects.filter(pk=active.pk).update(confirmed_by=by)
    audit.record(active.district, by, "rules.confirm", str(active.data_type), ruleset=active.pk)


def _must_have_seen(newest: Ruleset | None, seen: int | None) -> None:
    if newest is None or newest.pk == seen:
        return
    done = "published" if newest.state == RulesetState.ACTIVE else "saved"
    raise Overtaken(
        f"{newest.created_by or 'Somebody'} has {done} these settings meanwhile, so nothing was"
        " changed.",
        newest.pk,
    )
