"""Forms of the undo page. They validate and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms

from core.vocabulary import RunMode, RunState
from imports.forms import choices, one_of_the_list
from imports.models import PlannedChange, Run
from imports.undoing.scope import Figures, Scope
from schools.filters import offer_schools, school_field
from schools.models import School
from schools.targets import TARGETS

MOST = 2**63 - 1
NOTHING_DONE = "Nothing was undone."
PAUSES = {
    "1": "Pause it for one day",
    "7": "Pause it for 7 days",
    "30": "Pause it for 30 days",
    "": "Leave it on",
}
UNDO, TEST = "undo", "test"


class LimitsForm(forms.Form):
    """What the undo of a run is limited to, or the finished test whose limits it has."""

    school = school_field("Only this school", every="All schools")
    field = forms.ChoiceField(
        label="Only this field", required=False, error_messages=one_of_the_list("Field")
    )
    person = forms.IntegerField(
        required=False, min_value=1, max_value=MOST, widget=forms.HiddenInput()
    )
    test = forms.IntegerField(
        required=False, min_value=1, max_value=MOST, widget=forms.HiddenInput()
    )

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run
        named = run.district.terminology
        fields = [(t.key, named.get(t.key, t.label)) for t in TARGETS.values()]
        self.fields["field"].choices = choices(fields)  # type: ignore[attr-defined]
        offer_schools(self, run.district)

    def clean_person(self) -> int | None:
        person: int | None = self.cleaned_data["person"]
        if person and not PlannedChange.objects.filter(run=self.run, person=person).exists():
            raise forms.ValidationError("This person is not among those whom the run changed.")
        return person

    def clean_test(self) -> Run | None:
        number = self.cleaned_data["test"]
        if not number:
            return None
        tests = self.run.undone_by.filter(mode=RunMode.TEST, state=RunState.TESTED)
        found = tests.filter(pk=number).first()
        if found is None:
            raise forms.ValidationError(
                "This test of the undo is not finished, or not of this run."
            )
        return found

    @property
    def scope(self) -> Scope:
        """The limits of a valid form."""
        test: Run | None = self.cleaned_data["test"]
        if test is not None:
            return Scope.of(test)
        school: School | None = self.cleaned_data["school"]
        return Scope(
            school=school.pk if school else None,
            person=self.cleaned_data["person"],
            field=self.cleaned_data["field"],
        )

    @property
    def sent(self) -> dict[str, str]:
        """The limits of a valid form as the page sends them again."""
        test: Run | None = self.cleaned_data["test"]
        scope = self.scope
        given = (
            {"test": test.pk}
            if test
            else {"school": scope.school, "person": scope.person, "field": scope.field}
        )
        return {name: str(value) for name, value in given.items() if value}


class UndoForm(forms.Form):
    """Undo with the password again and the figures that were seen, or test first.

    `prove` says why a password is refused, in a sentence; "" if it is right.
    """

    act = forms.ChoiceField(
        choices=[(UNDO, UNDO), (TEST, TEST)],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), f"Press Undo, or Test the undo. {NOTHING_DONE}"
        ),
    )
    back = forms.IntegerField(required=False, min_value=0, max_value=MOST)
    conflicts = forms.IntegerField(required=False, min_value=0, max_value=MOST)
    pause = forms.ChoiceField(
        label="The schedule",
        required=False,
        initial="7",
        choices=list(PAUSES.items()),
        error_messages=one_of_the_list("The schedule"),
    )
    password = forms.CharField(
        label="Your password, once more",
        required=False,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"max_length": f"That is not your password. {NOTHING_DONE}"},
    )

    def __init__(self, *args: Any, prove: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prove = prove

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors or cleaned["act"] == TEST:
            return cleaned
        if cleaned["back"] is None:
            self.add_error(None, f"Look at the figures first. {NOTHING_DONE}")
        elif not cleaned["password"]:
            self.add_error(
                "password", f"Type your password, so that it is sure that it is you. {NOTHING_DONE}"
            )
        elif refused := self.prove(cleaned["password"]):
            self.add_error("password", f"{refused} {NOTHING_DONE}")
        return cleaned

    @property
    def mode(self) -> RunMode:
        return RunMode.TEST if self.cleaned_data["act"] == TEST else RunMode.LIVE

    @property
    def seen(self) -> Figures | None:
        """The figures that stood on the page that was sent."""
        if self.mode is RunMode.TEST:
            return None
        return Figures(self.cleaned_data["back"], self.cleaned_data["conflicts"] or 0)

    @property
    def pause_for(self) -> timedelta | None:
        days = self.cleaned_data["pause"]
        return timedelta(days=int(days)) if days else None
