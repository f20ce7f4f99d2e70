"""The form of one list of recipients. It validates and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from notifications import recipients, words
from notifications.models import Recipient, told_by_default

LONGEST_TEXT = 20_000
CHOICES = [(label, [(str(k), words.EVENTS[k]) for k in kinds]) for label, kinds in words.GROUPS]
NOT_AN_EVENT = {"invalid_choice": "Choose among the events of the list."}
NOBODY = (
    "Nobody would be told when an import fails, is held or waits for a decision. "
    "Keep somebody in the list, or confirm below that nobody is to be told."
)


class EventsField(forms.MultipleChoiceField):
    """The events that somebody is told of."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **more: Any) -> None:
        super().__init__(choices=CHOICES, required=False, error_messages=NOT_AN_EVENT, **more)


@dataclass(frozen=True)
class Line:
    """One recipient in the form, with the controls that belong to it."""

    row: Recipient
    events: BoundField
    remove: BoundField

    @property
    def summary(self) -> str:
        return words.summary(self.row.events)


class RecipientsForm(forms.Form):
    """New addresses, the events of each recipient, and who is removed."""

    add = forms.CharField(
        label="Add Email Recipients",
        help_text="Separate several addresses with commas.",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    events = EventsField(label="Tell new recipients when", initial=told_by_default)
    for_all = forms.BooleanField(
        label="Use these for everybody in the list, not only for new recipients", required=False
    )
    nobody = forms.BooleanField(label="Nobody is to be told", required=False)

    def __init__(self, data: QueryDict | None, rows: Sequence[Recipient]) -> None:
        super().__init__(data, label_suffix="")
        shown = {str(row.pk) for row in rows} if data is None else set(data.getlist("shown"))
        self.rows = [row for row in rows if str(row.pk) in shown]
        # Whom somebody else added meanwhile: the page did not show them, so they stay.
        self.others = {row.email: row.events for row in rows if str(row.pk) not in shown}
        self.new: list[str] = []
        self.warns = False
        for row in self.rows:
            self.fields[f"events_{row.pk}"] = EventsField(initial=row.events)
            self.fields[f"remove_{row.pk}"] = forms.BooleanField(
                label=f"Remove {row.email}", required=False
            )

    def lines(self) -> Iterator[Line]:
        """The recipients that are in the list already."""
        for row in self.rows:
            yield Line(row, self[f"events_{row.pk}"], self[f"remove_{row.pk}"])

    def clean_add(self) -> str:
        text: str = self.cleaned_data["add"]
        found = recipients.read(text)
        for sentence in found.refused:
            self.add_error("add", sentence)
        self.new = found.good
        return text

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if (self.new or self._for_all()) and not self.cleaned_data["events"]:
            self.add_error("events", "Choose at least one event.")
        for row in self._staying():
            if not self._events_of(row):
                self.add_error(
                    f"events_{row.pk}", f"Choose an event for {row.email}, or remove it."
                )
        too_many = recipients.too_many(self._addresses())
        if too_many:
            self.add_error("add", too_many)
        if self.rows and not self._addresses() and not self.cleaned_data["nobody"]:
            self.warns = True
            self.add_error(None, NOBODY)
        return cleaned

    def _for_all(self) -> bool:
        return bool(self.cleaned_data["for_all"])

    def _staying(self) -> list[Recipient]:
        return [row for row in self.rows if not self.cleaned_data[f"remove_{row.pk}"]]

    def _events_of(self, row: Recipient) -> list[str]:
        name = "events" if self._for_all() else f"events_{row.pk}"
        events: list[str] = self.cleaned_data[name]
        return events

    def _addresses(self) -> list[str]:
        return [*(row.email for row in self._staying()), *self.new, *self.others]

    def wanted(self) -> dict[str, list[str]]:
        """{address: events}, as the action takes it; to be asked for once the form is valid."""
        new = dict.fromkeys(self.new, self.cleaned_data["events"])
        here = {row.email: self._events_of(row) for row in self._staying()}
        return new | here | self.others
