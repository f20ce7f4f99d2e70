"""The form of Match Fields. It validates, and says what the rules would be."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse

from core.vocabulary import BlankPolicy, Policy
from integration_console.rules.desk import Desk
from integration_console.rules.forms import SeenForm
from integration_console.rules.offers import (
    BLANKS,
    GPA_FIELDS,
    NOT_IMPORTED,
    POLICIES,
    Offer,
)
from mappings.spec import FieldSpec, RulesetSpec

CAUTION = (
    "Be careful! Changing how your data is mapped can help synchronize your database or wreak"
    " untold havoc. Please speak to Support first, then tick the box and save again."
)


class MatchFieldsForm(SeenForm):
    """Three choices for each field that can be mapped, and the word about identifiers."""

    change_identifiers = forms.BooleanField(required=False)
    confirm = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict | None, *, desk: Desk, offers: Sequence[Offer]) -> None:
        self.desk, self.offers = desk, offers
        switched = desk.spec.change_identifiers
        super().__init__(data, initial={"seen": desk.seen, "change_identifiers": switched})
        for offer in offers:
            self._offer(offer)
        if not desk.may_edit:
            for field in self.fields.values():
                field.disabled = True

    def _offer(self, offer: Offer) -> None:
        guessed = self.desk.may_edit and offer.key not in GPA_FIELDS
        prefilled = offer.guess if guessed else ""
        source = prefilled or offer.source or NOT_IMPORTED
        rule = offer.rule
        policy = rule.policy if rule.policy != Policy.DO_NOT_IMPORT else Policy.CLEVER_DECIDES
        for part, choices, initial, name in (
            ("source", offer.choices, source, "Matching Clever Field"),
            ("policy", POLICIES, policy, "When it is written"),
            ("blank", BLANKS, rule.blank, "Blank in Clever"),
        ):
            said = f"{offer.label}, {name}: choose one of the list."
            attrs = {"aria-label": f"{offer.label}: {name}"}
            if part == "source":
                attrs |= self._sampled(offer)
            self.fields[f"{offer.key}-{part}"] = forms.ChoiceField(
                label=f"{offer.label}: {name}",
                choices=choices,
                initial=initial,
                widget=forms.Select(attrs=attrs),
                error_messages={"invalid_choice": said, "required": said},
            )

    def _sampled(self, offer: Offer) -> dict[str, str]:
        """Another choice brings its own values, where there is JavaScript."""
        address = reverse("field_sample", args=[self.desk.district.slug, self.desk.data_type])
        return {"hx-get": f"{address}?field={offer.key}", "hx-target": f"#sample-{offer.key}"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and self.touches_identifiers and not cleaned.get("confirm"):
            self.add_error("confirm", CAUTION)
        return cleaned

    @property
    def touches_identifiers(self) -> bool:
        """Whether Barcode or Community ID would come from elsewhere, or change existing ones."""
        chosen = {rule.field: rule for rule in self.rules()}
        moved = any(
            offer.source != chosen[offer.key].source
            or (offer.source and offer.rule.policy != chosen[offer.key].policy)
            for offer in self.offers
            if offer.target.caution
        )
        switched = bool(self.cleaned_data.get("change_identifiers"))
        return moved or (switched and not self.desk.spec.change_identifiers)

    def rules(self) -> Iterator[FieldSpec]:
        """The rule of each field as chosen; of a valid form only."""
        for offer in self.offers:
            source = self.cleaned_data[f"{offer.key}-source"]
            yield FieldSpec(
                offer.key,
                "" if source == NOT_IMPORTED else source,
                Policy(self.cleaned_data[f"{offer.key}-policy"]),
                BlankPolicy(self.cleaned_data[f"{offer.key}-blank"]),
            )

    def spec(self) -> RulesetSpec:
        """The rules with these fields; of a valid form only."""
        return replace(
            self.desk.spec,
            fields=tuple(self.rules()),
            change_identifiers=self.cleaned_data["change_identifiers"],
        )
