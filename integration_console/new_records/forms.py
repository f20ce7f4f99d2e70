"""The form of the values that new records get. It validates and nothing else."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from integration_console.new_records.offered import Offer
from mappings.spec import RulesetSpec
from schools.fields import field_for

BIGGEST = 2**63 - 1


class NewRecordsForm(forms.Form):
    """One field per offer; `seen` is the version that the person had before the eyes."""

    seen = forms.IntegerField(
        required=False, min_value=0, max_value=BIGGEST, widget=forms.HiddenInput
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        offers: Collection[Offer],
        labels: Mapping[str, str],
        codes: Mapping[str, Collection[str]],
        seen: int | None,
    ) -> None:
        values = {offer.target.key: offer.value for offer in offers}
        super().__init__(data, initial={**values, "seen": seen})
        self.offers = offers
        for offer in offers:
            key = offer.target.key
            known = [*codes.get(key, ()), offer.value]
            self.fields[key] = field_for(offer.target, labels[key], known)

    def unmapped(self) -> list[BoundField]:
        """The fields that no rule feeds."""
        return list(self._bound(mapped=False))

    def mapped(self) -> list[BoundField]:
        """The fields that Clever feeds, and sometimes leaves blank."""
        return list(self._bound(mapped=True))

    def _bound(self, *, mapped: bool) -> Iterator[BoundField]:
        return (self[offer.target.key] for offer in self.offers if offer.mapped is mapped)

    def has_seen(self, version: int | None) -> None:
        """From now on the form is about this version: whoever sends it again knows of it."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["seen"] = str(version)
        self.data = data

    def spec(self, spec: RulesetSpec) -> RulesetSpec:
        """The same rules with these values; what is not offered here stays."""
        here = {offer.target.key for offer in self.offers}
        kept = {key: value for key, value in spec.defaults.items() if key not in here}
        given = {key: self.cleaned_data[key] for key in here if self.cleaned_data[key]}
        return replace(spec, defaults={**kept, **given})
