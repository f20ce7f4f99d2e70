"""Forms of the pages of files. They validate and nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from core.vocabulary import DataType
from imports.file_sheet import LARGEST, MOST_LINES
from imports.from_file.choice import Choice
from schools.targets import Target

# Where the request notes that more was sent than any page takes.
TOO_LARGE = "upload.too_large"
_LIMIT = f"{LARGEST // 1024 // 1024} MB"
_MISSING = {
    "required": "Choose a file first.",
    "invalid": "Choose a file first.",
    "empty": "This file is empty; its first line must name the columns.",
    "max_length": "The name of this file is too long; give it a shorter one.",
}


class UploadForm(forms.Form):
    """A CSV file. `cut`: it was too large, and its rest was not taken."""

    file = forms.FileField(
        label="CSV file",
        help_text=f"With headings in its first line; at most {_LIMIT} and {MOST_LINES:,} lines.",
        error_messages=_MISSING,
        max_length=255,
    )

    def __init__(self, *args: Any, cut: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        if cut:
            self.fields["file"].error_messages["required"] = (
                f"This file is larger than {_LIMIT}; leave columns out that are not needed, or"
                " import it in parts."
            )


class TypeForm(forms.Form):
    """Whose records a file is about."""

    type = forms.ChoiceField(
        choices=[(data_type.value, data_type.value) for data_type in DataType], required=False
    )

    @property
    def chosen(self) -> DataType:
        """Students, unless something else that there is was asked for."""
        self.is_valid()
        return DataType(self.cleaned_data.get("type") or DataType.STUDENT)


class ChoiceForm(forms.Form):
    """Which column says who it is, and which column goes to which field."""

    key_column = forms.TypedChoiceField(
        coerce=int,
        label="Column that says who it is",
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose the column that says who each line is about."
        ),
    )
    key = forms.ChoiceField(
        label="It holds",
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose the identifier that this column holds."
        ),
    )
    blank = forms.ChoiceField(
        label="An empty cell",
        choices=[("keep", "leaves the field alone"), ("clear", "empties the field")],
        initial="keep",
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose what an empty cell does."
        ),
    )

    def __init__(
        self,
        *args: Any,
        columns: Sequence[str],
        keys: Sequence[Target],
        fields: Sequence[Target],
        labels: Mapping[str, str],
        left_out: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.columns = list(columns)
        _offer(self, "key_column", [("", "Choose"), *((str(n), c) for n, c in enumerate(columns))])
        _offer(self, "key", [("", "Choose"), *((t.key, labels[t.key]) for t in keys)])
        offered = [("", "Leave out"), *((target.key, labels[target.key]) for target in fields)]
        for place, heading in enumerate(columns):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=heading,
                required=False,
                choices=offered[:1] if heading in left_out else offered,
                error_messages={
                    "invalid_choice": (
                        f"{heading}: choose a field of the list. What Clever delivers, and what"
                        " records are linked by, is not written from a file."
                    )
                },
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        key = cleaned.get("key_column")
        if key is not None and cleaned.get(f"column-{key}"):
            self.add_error(
                f"column-{key}", "This column says who it is, so it is not written. Leave it out."
            )
        return cleaned

    def choice(self, data_type: DataType) -> Choice:
        """What a valid form says."""
        cleaned = self.cleaned_data
        named = {place: cleaned[f"column-{place}"] for place in range(len(self.columns))}
        return Choice(
            data_type,
            cleaned["key"],
            cleaned["key_column"],
            {place: name for place, name in named.items() if name},
            cleaned["blank"] == "clear",
        )


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
