"""Forms of the pages of holds. They validate and nothing else."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms

from imports.holding.shown import Place

MOST = 2**63 - 1
ALL, TICKED = "all", "ticked"
NOTHING_DONE = "Nothing was approved."


def password_field(nothing_done: str) -> forms.CharField:
    """The password once more; what is wrong with it ends with what was not done."""
    return forms.CharField(
        label="Your password, once more",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "required": f"Type your password, so that it is sure that it is you. {nothing_done}",
            "max_length": f"That is not your password. {nothing_done}",
        },
    )


class PlaceForm(forms.Form):
    """Where the list of decided holds begins: older than this one."""

    before = forms.IntegerField(required=False, min_value=1, max_value=MOST)


class RowsForm(forms.Form):
    """Which rows of a hold: those of one of its schools, behind a row."""

    school = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    after = forms.IntegerField(required=False, min_value=1, max_value=MOST)

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].choices = choices(places)  # type: ignore[attr-defined]


class ApproveForm(forms.Form):
    """Approve all, or the ticked schools, with the password again.

    `prove` says why a password is refused, in a sentence; it is asked only if all else is right.
    """

    which = forms.ChoiceField(
        choices=[(ALL, ALL), (TICKED, TICKED)],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"),
            f"Press Approve all, or Approve for the ticked schools. {NOTHING_DONE}",
        ),
    )
    schools = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        error_messages=dict.fromkeys(
            ("invalid_choice", "invalid_list"), f"Tick schools of this list. {NOTHING_DONE}"
        ),
    )
    password = password_field(NOTHING_DONE)

    def __init__(
        self, *args: Any, places: Sequence[Place], prove: Callable[[str], str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["schools"].choices = choices(places)  # type: ignore[attr-defined]
        self.prove = prove

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if cleaned["which"] == TICKED and not cleaned["schools"]:
            self.add_error(
                "schools",
                f"Tick the schools that you approve, or press Approve all. {NOTHING_DONE}",
            )
        elif refused := self.prove(cleaned["password"]):
            self.add_error("password", f"{refused} {NOTHING_DONE}")
        return cleaned

    @property
    def ticked(self) -> list[str]:
        """The schools that were ticked on the page that was sent."""
        return [str(one) for one in self["schools"].value() or []]

    @property
    def approved(self) -> list[int] | None:
        """The schools that are approved; None for all of the hold."""
        chosen: list[int] = self.cleaned_data["schools"]
        return chosen if self.cleaned_data["which"] == TICKED else None


class TogetherForm(forms.Form):
    """Approve all that is held: the holds that were on the page, and the password again."""

    holds = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice", "invalid_list"),
            f"Look at what is held, then press Approve all. {NOTHING_DONE}",
        ),
    )
    password = password_field(NOTHING_DONE)

    def __init__(self, *args: Any, prove: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = self.data.getlist("holds") if hasattr(self.data, "getlist") else []
        numbers = [one for one in sent if one.isascii() and one.isdigit() and len(one) < 19]
        self.fields["holds"].choices = [(n, n) for n in numbers]  # type: ignore[attr-defined]
        self.prove = prove

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and (refused := self.prove(cleaned["password"])):
            self.add_error("password", f"{refused} {NOTHING_DONE}")
        return cleaned


def choices(places: Sequence[Place]) -> list[tuple[str, str]]:
    return [(str(place.school), place.name) for place in places if place.school is not None]
