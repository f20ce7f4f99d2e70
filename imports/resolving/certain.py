"""Which alerts have one candidate that is as good as certain, for deciding many at once.

Still a person decides: certain means that one look at the list is enough.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from imports.resolving.sides import Match, Shown

CERTAIN = 90
# What speaks against a record, however much else is equal.
AGAINST = frozenset({"other_birth_date", "other_number", "linked_to_another"})


def certain(shown: Shown) -> Match | None:
    """The only record that can be chosen, if its score is high and nothing speaks against it."""
    return shown.choices[0] if not objection(shown) else None


def objection(shown: Shown) -> str:
    """Why nothing is certain about an alert, in words; "" if it is."""
    if not shown.of_identity:
        return "is not about who somebody is"
    if not shown.choices:
        return "has no possible match"
    if len(shown.choices) > 1:
        return "has several possible matches"
    only = shown.choices[0]
    if only.score < CERTAIN:
        return f"has a score below {CERTAIN}"
    if AGAINST & set(only.codes):
        return "has something that speaks against the match"
    return ""


def certain_of(alerts: Sequence[Shown]) -> tuple[dict[int, Match], dict[int, str]]:
    """{alert: the record} for those that are certain, {alert: why not} for the others.

    A record that is certain for two alerts is so for none of them: it can be one person only.
    """
    found = {one.alert.pk: match for one in alerts if (match := certain(one))}
    often = Counter(match.person.pk for match in found.values())
    clear = {pk: match for pk, match in found.items() if often[match.person.pk] == 1}
    why = {
        one.alert.pk: objection(one) or "has a record that fits another of these, too"
        for one in alerts
        if one.alert.pk not in clear
    }
    return clear, why


def figures(reasons: Iterable[str]) -> list[tuple[str, int]]:
    """How many are left out for each reason, the most frequent first."""
    return Counter(reasons).most_common()
