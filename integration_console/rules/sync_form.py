"""The form of Sync Settings. It validates, and says what the rules and the timetable would be."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from typing import Any

from django import forms
from django.http import QueryDict

from core.vocabulary import ImportRule, LeaverRule
from imports.models import Schedule
from imports.timetable import Timetable
from integration_console.rules.desk import Desk
from integration_console.rules.forms import SeenForm
from integration_console.rules.scope import Place
from integration_console.rules.sync_words import (
    ALL,
    CHOSEN,
    DAYS,
    FREQUENCIES,
    HOURLY,
    IMPORT_RULES,
    LEAVER_RULES,
    SCOPES,
)
from mappings.spec import RulesetSpec


def radio(label: str, choices: Sequence[tuple[str, str, str]]) -> forms.ChoiceField:
    said = f"{label}: choose one of these."
    return forms.ChoiceField(
        label=label,
        choices=[(value, name) for value, name, _ in choices],
        error_messages={"required": said, "invalid_choice": said},
    )


def select(label: str, choices: Sequence[tuple[str, str]]) -> forms.ChoiceField:
    said = f"{label}: choose one of the list."
    return forms.ChoiceField(
        label=label,
        choices=choices,
        error_messages={"required": said, "invalid_choice": said},
    )


class SyncForm(SeenForm):
    """Scope, timetable and the two rules. The schools are those of the page."""

    scope = radio("Schools", SCOPES)
    schools = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        error_messages={"invalid_choice": "Schools: choose among those of the list."},
    )
    frequency = select("Data Update Frequency", FREQUENCIES)
    at = forms.TimeField(
        label="Time",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "required": "Time: write it as 05:00.",
            "invalid": "Time: write it as 05:00.",
        },
    )
    weekday = forms.TypedChoiceField(
        label="Day, for weekly",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *enumerate(DAYS)],
        error_messages={"invalid_choice": "Day: choose one of the list."},
    )
    import_rule = radio("Import rule", IMPORT_RULES)
    leaver_rule = radio("Leaver rule", LEAVER_RULES)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        desk: Desk,
        places: Sequence[Place],
        schedule: Schedule,
    ) -> None:
        self.desk = desk
        spec = desk.spec
        initial = {
            "seen": desk.seen,
            "scope": ALL if spec.all_schools else CHOSEN,
            "schools": sorted(spec.schools),
            "frequency": schedule.frequency,
            "at": time(schedule.at_minute // 60, schedule.at_minute % 60),
            "weekday": schedule.weekday,
            "import_rule": spec.import_rule,
            "leaver_rule": spec.leaver_rule,
        }
        super().__init__(data, initial=initial)
        schools = [(place.school.pk, place.school.name) for place in places]
        self.fields["schools"].choices = schools  # type: ignore[attr-defined]
        if schedule.frequency == HOURLY[0]:
            self.fields["frequency"].choices = [HOURLY, *FREQUENCIES]  # type: ignore[attr-defined]
        if not desk.may_edit:
            for field in self.fields.values():
                field.disabled = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("scope") == CHOSEN and cleaned.get("schools") == []:
            self.add_error("schools", "Choose one school at least, or all mapped schools.")
        if cleaned.get("frequency") == "weekly" and cleaned.get("weekday", 0) is None:
            self.add_error("weekday", "Choose the day of the week.")
        return cleaned

    def spec(self) -> RulesetSpec:
        """The rules with this scope; the chosen schools are remembered while all are selected."""
        cleaned = self.cleaned_data
        return replace(
            self.desk.spec,
            all_schools=cleaned["scope"] == ALL,
            schools=frozenset(cleaned["schools"]),
            import_rule=ImportRule(cleaned["import_rule"]),
            leaver_rule=LeaverRule(cleaned["leaver_rule"]),
        )

    def timetable(self) -> Timetable:
        at, frequency = self.cleaned_data["at"], self.cleaned_data["frequency"]
        weekday = self.cleaned_data["weekday"] if frequency == "weekly" else None
        return Timetable(frequency, at.hour * 60 + at.minute, weekday)
