"""Whether the rules were changed since a run took them: those apply from the next run on (H01)."""

from core.vocabulary import RulesetState, RunState
from imports import words
from imports.models import Run
from imports.shown import Shown
from mappings.models import Ruleset
from mappings.queries import school_map

# For an older run it is no news that the rules have changed since.
STILL_MATTERS = (RunState.TESTED, RunState.READY)


def changed_since(shown: Shown) -> list[str]:
    """A sentence for each part that is different now; none for a run that is long over."""
    run = shown.run
    if not shown.active and run.state not in STILL_MATTERS:
        return []
    return [*_rules(run), *_schools(run)]


def _rules(run: Run) -> list[str]:
    used = set(run.settings.values())
    rulesets = Ruleset.objects.filter(district=run.district_id, data_type__in=run.data_types)
    versions = {row.pk: row for row in rulesets.filter(pk__in=used)}
    active = {row.data_type: row for row in rulesets.filter(state=RulesetState.ACTIVE)}
    said = []
    for data_type, number in run.settings.items():
        old, new = versions.get(number), active.get(data_type)
        if old is not None and new is not None and old.pk != new.pk:
            said.append(
                f"{words.types([data_type])}: this run uses version {old.version} of the settings;"
                f" version {new.version} applies from the next run on."
            )
    return said


def _schools(run: Run) -> list[str]:
    if run.schools_key is None or bytes(run.schools_key) == school_map(run.district).key:
        return []
    return ["School matches were changed since; the change applies from the next run on."]
